"""`convcost referee`: why two counters disagree."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import typer

from convcost.cli import completion, networks, shared
from convcost.cli.console import console
from convcost.core.errors import ConvcostError

EXAMPLE = (
    "Example:  convcost referee torchvision:mobilenet_v2 --explain fvcore torch\n\n"
    "Example:  convcost referee torchvision:mobilenet_v2 --counter path/to/counter.py:function"
)


class CounterUnit(StrEnum):
    """What a counter of the user's counts."""

    MACS = "macs"
    FLOPS = "flops"


class Per(StrEnum):
    """What a row stands for."""

    TOTAL = "total"
    OPERATOR = "operator"
    LAYER = "layer"


def command(
    context: typer.Context,
    model: str = typer.Argument(
        help="A network of the book, torchvision:NAME, timm:NAME, package.module:factory, path/to/file.py:factory "
        "(whose code is run).",
        show_default=False,
        autocompletion=completion.networks,
    ),
    counters: str | None = typer.Option(
        None, metavar="A,B", help="These counters; all that are installed if left out (convcost conventions)."
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
    unit: CounterUnit = typer.Option(
        CounterUnit.MACS, "--counter-unit", help="What counters of yours count; a multiply-accumulate is two FLOPs."
    ),
    inputs: list[str] = shared.INPUTS,
    arguments: list[str] = shared.ARGUMENTS,
    per: Per = typer.Option(Per.TOTAL, help="What a row stands for."),
    explain: tuple[str, str] = typer.Option(
        ("", ""), metavar="A B", help="The difference of these two counters, term by term.", show_default=False
    ),
    against: str | None = typer.Option(
        None, metavar="NUMBER", help="What this number that somebody printed can mean: 314.2M."
    ),
    limit: float = typer.Option(120.0, "--time-limit", metavar="S", min=0.1, help="Seconds that a counter may take."),
    csv: Path | None = typer.Option(None, metavar="FILE", help="Write the rows as CSV, raw integers."),
    markdown: Path | None = typer.Option(None, metavar="FILE", help="Write the accounts as Markdown."),
    latex: Path | None = shared.LATEX,
    html: Path | None = typer.Option(None, metavar="FILE", help="Write the rows as HTML."),
    json: Path | None = typer.Option(None, metavar="FILE", help="Write everything as JSON."),
) -> int:
    """Let the installed counters count a model, and explain what each prints to the last unit.

    The difference to the formulas' multiply-accumulates is broken into named terms, of the counter's convention or a
    known fault of it. Exit code: 0 all explained, 1 something is not, 2 could not run, or no
    counter printed a number.
    """
    from convcost.report import files

    options = networks.gather(model, {}, context.args)
    files.check_all([path for path in (csv, markdown, latex, html, json) if path is not None])
    pair = [name for name in explain if name]
    chosen = [*([] if counters is None else (name.strip() for name in counters.split(","))), *own]
    if against is not None and (pair or chosen or any((csv, markdown, latex, html, json))):
        raise ConvcostError("--against asks the formulas alone; leave out the counters and the files")

    from convcost.models import spelling

    keywords = {**spelling.parse_arguments(arguments), **options}
    given = spelling.given_inputs(inputs)
    if against is not None:
        return _against(model, given, keywords, against)

    from convcost.api.referee import referee

    report = referee(
        model,
        inputs=given,
        counters=pair or chosen or None,
        counter_unit=unit.value,
        time_limit=limit,
        arguments=keywords,
    )

    from convcost.report.referee_screen import print_between, print_referee

    for path, write in ((csv, report.to_csv), (html, report.to_html)):
        if path is not None:
            write(path, per.value)
    for path, whole in ((markdown, report.to_markdown), (latex, report.latex), (json, report.to_json)):
        if path is not None:
            whole(path)
    if pair:
        from convcost.comparison.refereeing.explanation import between

        found = between(report[pair[0]], report[pair[1]])
        print_between(console(), report, found)
        return 1 if found.unexplained else 0
    print_referee(console(), report, per.value)
    if not report.counted:
        return 2
    return 0 if report.ok else 1


def _against(model: str, inputs: object, arguments: dict[str, object], number: str) -> int:
    from convcost.comparison.refereeing.against import parse

    parse(number)  # a number that cannot be read is an error before torch is imported

    from convcost.comparison.refereeing.run import counted_model, explain_number
    from convcost.report.referee_screen import print_against

    found = explain_number(counted_model(model, inputs, arguments), number)
    print_against(console(), model, found)
    return 0 if found.explained else 1
