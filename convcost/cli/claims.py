"""`convcost claims`: the numbers that papers print, recomputed."""

from __future__ import annotations

from pathlib import Path

import typer

from convcost.cli import completion, shared
from convcost.cli.console import show

EXAMPLE = "Example:  convcost claims mobilenet_v1 --failed"


def command(
    paper: str | None = typer.Argument(
        None, help="A file of formulas/published; all of them if left out.", autocompletion=completion.papers
    ),
    failed: bool = typer.Option(False, "--failed", help="Only what is refuted, explained or truncated."),
    csv: Path | None = typer.Option(None, metavar="FILE", help="Write the claims as CSV, exact values."),
    markdown: Path | None = typer.Option(None, metavar="FILE", help="Write the claims as Markdown."),
    latex: Path | None = shared.LATEX,
) -> int:
    """Recompute the numbers that papers print, each in its own convention, and say what would make it hold.

    Verdicts: holds (rounds to the printed digits), truncated, explained (a named reading reproduces it), refuted
    (none does), not computed (the book has no formula for it). Exit code 0 whatever they are, 2 could not run.
    """
    from convcost.report import files

    files.check_all([path for path in (csv, markdown, latex) if path is not None])

    from convcost.api.claims import claims

    report = claims(paper)
    if failed:
        report = report.failed
    for path, write in ((csv, report.to_csv), (markdown, report.to_markdown), (latex, report.to_latex)):
        if path is not None:
            write(path)
    show(report)
    return 0
