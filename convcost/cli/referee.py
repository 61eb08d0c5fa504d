"""`convcost referee`: why two counters disagree."""

import typer

from convcost.cli import options
from convcost.cli.files import Report, reporting
from convcost.core.errors import ConvcostError
from convcost.core.parsing import ModelReference


@reporting()
@options.on_reference()
def command(
    reference: ModelReference = options.MODEL,
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
    per: str = options.per("total", "operator", "layer"),
    explain: tuple[str, str] = typer.Option(
        ("", ""), metavar="A B", help="Explain the difference of these two counters, term by term.", show_default=False
    ),
    against: str | None = typer.Option(
        None, metavar="NUMBER", help="Say what a number that somebody printed can mean: 314.2M."
    ),
    limit: float = options.amount("--time-limit", "SECONDS", "Time that a counter may take.", default=120, whole=False),
) -> Report:
    """Let the installed counters count a model, and explain what each prints to the last unit.

    The difference from the formulas' multiply-accumulates is split into named terms: of the counter's convention, or
    of a known fault of it. Exit code: 0 all explained, 1 something is not, 2 could not run, or no counter printed a
    number.

    Example: convcost referee torchvision:mobilenet_v2 --explain fvcore torch

    Example: convcost referee torchvision:mobilenet_v2 --counter path/to/counter.py:function
    """
    pair = [name for name in explain if name]
    chosen = [*([] if counters is None else (name.strip() for name in counters.split(","))), *own]
    if against is not None:
        if pair or chosen:
            raise ConvcostError("--against asks the formulas alone; leave out --counters, --counter and --explain")
        return _against(reference, against)

    from convcost.api.models import referee

    report = referee(reference, counters=pair or chosen or None, counter_unit=unit, time_limit=limit).view(per)
    if not pair:
        return report

    from convcost.comparison.refereeing.explanation import explained_difference
    from convcost.report.referee import BetweenReport

    return BetweenReport(report, explained_difference(report[pair[0]], report[pair[1]]))


def _against(model: ModelReference, number: str) -> Report:
    from convcost.comparison.refereeing.against import parse

    parse(number)  # a number that cannot be read is an error before torch is imported

    from convcost.comparison.refereeing.run import counted_model, explain_number
    from convcost.report.referee import AgainstReport

    return AgainstReport(model.text, explain_number(counted_model(model, None), number))
