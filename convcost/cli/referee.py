"""`convcost referee`: why two counters disagree."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import typer

from convcost.cli import completion, networks, shared
from convcost.cli.console import show
from convcost.core.errors import ConvcostError

EXAMPLE = "Example:  convcost referee torchvision:mobilenet_v2 --explain fvcore torch"


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
    chosen = None if counters is None else [name.strip() for name in counters.split(",")]
    if against is not None and (pair or chosen or any((csv, markdown, latex, html, json))):
        raise ConvcostError("--against asks the formulas alone; leave out the counters and the files")

    from convcost.models import spelling

    keywords = {**spelling.parse_arguments(arguments), **options}
    given = spelling.given_inputs(inputs)
    if against is not None:
        return _against(model, given, keywords, against)

    from convcost.api.referee import referee

    report = referee(model, inputs=given, counters=pair or chosen, time_limit=limit, arguments=keywords)

    report = report.view(per.value)
    writers = (report.to_csv, report.to_markdown, report.to_latex, report.to_html, report.to_json)
    for path, write in zip((csv, markdown, latex, html, json), writers, strict=True):
        if path is not None:
            write(path)
    if pair:
        from convcost.comparison.refereeing.between import between
        from convcost.report.referee import BetweenReport

        found = between(report[pair[0]], report[pair[1]])
        show(BetweenReport(report, found))
        return 1 if found.unexplained else 0
    show(report)
    if not report.counted:
        return 2
    return 0 if report.ok else 1


def _against(model: str, inputs: object, arguments: dict[str, object], number: str) -> int:
    from convcost.comparison.refereeing.against import parse

    parse(number)  # a number that cannot be read is an error before torch is imported

    from convcost.comparison.refereeing.run import held_against, subject
    from convcost.report.referee import AgainstReport

    found = held_against(subject(model, inputs, arguments), number)
    show(AgainstReport(model, found))
    return 0 if found.explained else 1
