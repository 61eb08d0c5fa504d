"""`convcost claims`: the numbers that papers print, recomputed."""

import typer

from convcost.cli import completion
from convcost.cli.files import Report, reporting


@reporting()
def command(
    paper: str | None = typer.Argument(
        None, help="A paper (a file of formulas/published); all of them if left out.", autocompletion=completion.papers
    ),
    failed: bool = typer.Option(False, "--failed", help="Only claims that are refuted, explained or truncated."),
) -> Report:
    """Recompute the numbers that papers print, each in its own convention, and say what explains the others.

    Verdicts: holds (rounds to the printed digits), truncated, explained (a named reading reproduces it), refuted
    (none does), not computed (there is no formula for it). Exit code: 0 whatever the verdicts, 2 could not run.

    Example: convcost claims mobilenet_v1 --failed
    """
    from convcost.api.formulas import claims

    report = claims(paper)
    return report.failed if failed else report
