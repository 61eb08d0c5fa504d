"""`convcost check`: the budgets of a project."""

import os
from pathlib import Path

import typer

from convcost.cli.console import bar
from convcost.cli.files import Report, reporting


@reporting()
def command(
    path: Path = typer.Argument(Path("."), help="A pyproject.toml, or its folder."),
    update: bool = typer.Option(False, "--update", help="Write the baseline: what the models cost now."),
    baseline: Path | None = typer.Option(
        None, metavar="FILE", help="The baseline.", show_default="convcost-baseline.json beside pyproject.toml"
    ),
) -> Report:
    """Compare every budget of [tool.convcost.budgets] in a pyproject.toml with what its model costs.

    A budget is a table with a model and any of input, macs, params, activations ("<= 300M", "== 3504872"; also
    <, >=, >) and uncounted ("none", or a list of operators that may be left out). A count with an upper limit may
    grow up to that limit. A count without one may not grow over the baseline until --update accepts it; so a budget
    with only a model keeps it from growing. The code of your own models is run. On GitHub Actions every failing budget
    is also an annotation of pyproject.toml.
    Exit code: 0 every budget is met, 1 one is broken or unknown, 2 one could not be checked.

    Example: convcost check --markdown summary.md
    """
    from convcost.api.projects import check

    with bar("budgets") as progress:
        report = check(path, update=update, baseline=baseline, progress=progress)
    for error in report.errors:
        typer.echo(f"error: {' '.join(error.split())}", err=True)
    if os.environ.get("GITHUB_ACTIONS"):
        from convcost.report.annotations import github_annotations

        for line in github_annotations(report):
            typer.echo(line, err=True)
    return report
