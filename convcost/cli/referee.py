"""`convcost referee`: why two counters disagree."""

from pathlib import Path

import typer

from convcost.cli import options
from convcost.cli.console import outputs, show, write
from convcost.core.errors import ConvcostError
from convcost.core.parsing import ModelReference


def command(
    context: typer.Context,
    model: str = options.MODEL,
    counters: str | None = typer.Option(
        None,
        metavar="A,B",
        help="Only these counters (convcost conventions lists them); by default all installed ones.",
    ),
    own: list[str] = typer.Option(
        [],
        "--counter",
        metavar="REFERENCE",
        help="Count by a function of yours, path/to/counter.py:function (whose code is run): it takes the model and "
        "its inputs, and returns a number, (macs, params), or a dict of numbers by module. Can be repeated; "
        "--counters adds installed ones.",
        show_default=False,
    ),
    unit: str = options.choice(
        "--counter-unit", "What counters of yours count; a multiply-accumulate is two FLOPs.", "macs", "flops"
    ),
    inputs: list[str] = options.INPUTS,
    arguments: list[str] = options.ARGUMENTS,
    per: str = options.per("total", "operator", "layer"),
    explain: tuple[str, str] = typer.Option(
        ("", ""), metavar="A B", help="Explain the difference of these two counters, term by term.", show_default=False
    ),
    against: str | None = typer.Option(
        None, metavar="NUMBER", help="Say what a number that somebody printed can mean: 314.2M."
    ),
    limit: float = options.amount("--time-limit", "SECONDS", "Time that a counter may take.", default=120, whole=False),
    csv: Path | None = options.CSV,
    markdown: Path | None = options.MARKDOWN,
    latex: Path | None = options.LATEX,
    html: Path | None = options.HTML,
    json: Path | None = options.JSON,
) -> int:
    """Let the installed counters count a model, and explain what each prints to the last unit.

    The difference from the formulas' multiply-accumulates is split into named terms: of the counter's convention, or
    of a known fault of it. Exit code: 0 all explained, 1 something is not, 2 could not run, or no counter printed a
    number.

    Example: convcost referee torchvision:mobilenet_v2 --explain fvcore torch

    Example: convcost referee torchvision:mobilenet_v2 --counter path/to/counter.py:function
    """
    reference = options.reference_of(context, model, arguments)
    files = outputs(csv=csv, markdown=markdown, latex=latex, html=html, json=json)
    pair = [name for name in explain if name]
    chosen = [*([] if counters is None else (name.strip() for name in counters.split(","))), *own]
    if against is not None and (pair or chosen or files):
        raise ConvcostError("--against asks the formulas alone; leave out --counters, --explain and the files")

    from convcost.core.spec import parse_inputs

    given = parse_inputs(inputs)
    if against is not None:
        return _against(reference, given, against)

    from convcost.api.models import referee

    wanted = pair or chosen or None
    report = referee(reference, given, counters=wanted, counter_unit=unit, time_limit=limit)
    report = report.view(per)
    if pair:
        write(report, files)
        from convcost.comparison.refereeing.explanation import explained_difference
        from convcost.report.referee import BetweenReport

        found = explained_difference(report[pair[0]], report[pair[1]])
        show(BetweenReport(report, found))
        return 1 if found.unexplained else 0
    show(report, files)
    if not report.counted:
        return 2
    return 0 if report.ok else 1


def _against(model: ModelReference, inputs: object, number: str) -> int:
    from convcost.comparison.refereeing.against import parse

    parse(number)  # a number that cannot be read is an error before torch is imported

    from convcost.comparison.refereeing.run import counted_model, explain_number
    from convcost.report.referee import AgainstReport

    found = explain_number(counted_model(model, inputs), number)
    show(AgainstReport(model.text, found))
    return 0 if found.explained else 1
