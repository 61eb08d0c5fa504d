"""`convcost sweep`: a network's cost on a grid of settings."""

from pathlib import Path

import typer

from convcost.cli import options
from convcost.cli.console import outputs, progress, show


def command(
    context: typer.Context,
    name: str = options.NETWORK,
    alpha: str | None = options.ALPHA_GRID,
    rho: str | None = options.RHO_GRID,
    resolution: str | None = options.RESOLUTION_GRID,
    batch: str | None = options.BATCH_GRID,
    classes: str | None = options.CLASSES_GRID,
    verify: int | None = options.amount(
        "--verify", "N", "Compare N points, picked at random (the same each time), with fvcore."
    ),
    csv: Path | None = options.CSV,
    latex: Path | None = options.LATEX,
    parquet: Path | None = options.output("Write the rows as Parquet."),
    plot: Path | None = options.output("Draw MACs over two options, and MACs over parameters, as .svg, .pdf or .png."),
) -> int:
    """Calculate a network's cost on a grid of settings from its formula: exact integers, nothing is traced.

    GRID is one value, START:STOP:STEP (STOP is included if a step lands on it), or a list with commas. A network's
    other options are given the same way; convcost show NAME lists them. Points at which the network cannot be built
    are left out. Exit code: 0, 1 a verified point disagrees, 2 could not run.

    Example: convcost sweep mobilenet_v1 --alpha 0.25:1:0.25 --resolution 128:224:32 --csv grid.csv
    """
    settings = options.settings_of(context, name)
    files = outputs(csv=csv, latex=latex, parquet=parquet, plot=plot)
    if verify is not None and verify < 1:
        raise typer.BadParameter(f"--verify is {verify}, but must be a whole number from 1")

    from convcost.api.formulas import sweep
    from convcost.api.formulas import verify as verified

    with progress("points") as advance:
        report = sweep(name, progress=advance, **settings)
    points = None
    if verify is not None:
        with progress("traces", min(verify, len(report))) as advance:
            points = verified(report, verify, lambda: advance(1))
    show(report, files)
    if points is None:
        return 0
    typer.echo()
    show(points)
    return 0 if points.ok else 1
