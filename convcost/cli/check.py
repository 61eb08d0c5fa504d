"""`convcost check`: the budgets of a project."""

import os
from pathlib import Path

import typer

from convcost.cli import options
from convcost.cli.console import bar, outputs, show, write

_STDOUT = Path("-")


def command(
    path: Path = typer.Argument(Path("."), help="A pyproject.toml, or its folder."),
    update: bool = typer.Option(False, "--update", help="Write the baseline: what the models cost now."),
    markdown: Path | None = typer.Option(
        None, metavar="FILE", help="Write a Markdown summary, for example for CI; - prints it instead of the table."
    ),
    json: Path | None = options.output("Write everything as JSON; - prints it instead of the table."),
    baseline: Path | None = typer.Option(
        None, metavar="FILE", help="The baseline.", show_default="convcost-baseline.json beside pyproject.toml"
    ),
) -> int:
    """Compare every budget of [tool.convcost.budgets] in a pyproject.toml with what its model costs.

    A budget is a table with a model and any of input, macs, params, activations ("<= 300M", "== 3504872"; also
    <, >=, >) and uncounted ("none", or a list of operators that may be left out). Where there is a baseline, what
    has an upper limit may grow up to it, and what has none may not grow at all, until --update accepts it; so a
    budget with only a model keeps it from growing. The code of your own models is run.
    Where GITHUB_ACTIONS is set, what is wrong is an annotation of pyproject.toml too.
    Exit code: 0 every budget is met, 1 one is broken, 2 one could not be checked.

    Example: convcost check --markdown summary.md
    """
    given = {"markdown": markdown, "json": json}
    files = outputs(
        **{name: None if file == _STDOUT else file for name, file in given.items()},
        baseline=baseline if update else None,
    )

    from convcost.api.projects import check

    with bar("budgets") as progress:
        report = check(path, update=update, baseline=baseline, progress=progress)
    for error in report.errors:
        typer.echo(f"error: {' '.join(error.split())}", err=True)
    write(report, {name: file for name, file in files.items() if name in given})
    printed = [name for name, file in given.items() if file == _STDOUT]
    for name in printed:
        typer.echo(getattr(report, f"to_{name}")(), nl=False)
    if not printed:
        show(report)
    if os.environ.get("GITHUB_ACTIONS"):
        from convcost.report.annotations import github_annotations

        for line in github_annotations(report):
            typer.echo(line, err=bool(printed))
    if report.errors:
        return 2
    return 0 if report.ok else 1
