"""`convcost conventions`: what each counter counts."""

from __future__ import annotations

from pathlib import Path

import typer

from convcost.cli import completion, options
from convcost.cli.console import show

EXAMPLE = "Example:  convcost conventions thop"


def command(
    name: str | None = typer.Argument(
        None, help="A counter; all of them if left out.", autocompletion=completion.conventions
    ),
    markdown: Path | None = options.MARKDOWN,
) -> int:
    """Print how each counter counts each operator, which names of an operator it recognises, and its known faults."""
    from convcost.report.conventions import ConventionsReport

    report = ConventionsReport.of(name)

    options.check_outputs(markdown)
    if markdown is not None:
        ConventionsReport.of().to_markdown(markdown)
    show(report)
    return 0
