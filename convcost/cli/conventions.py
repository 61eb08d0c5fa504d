"""`convcost conventions`: what each counter counts."""

from __future__ import annotations

from pathlib import Path

import typer

from convcost.cli import completion
from convcost.cli.console import show

EXAMPLE = "Example:  convcost conventions thop"


def command(
    name: str | None = typer.Argument(
        None, help="A counter; all of them if left out.", autocompletion=completion.conventions
    ),
    markdown: Path | None = typer.Option(None, metavar="FILE", help="Write all conventions as Markdown."),
) -> int:
    """Print what each counter makes of each operator, which spellings it sees, and its known faults."""
    from convcost.report.conventions import ConventionsReport

    report = ConventionsReport.of(name)
    if markdown is not None:
        ConventionsReport.of().to_markdown(markdown)
    show(report)
    return 0
