"""`convcost sweep`: a network's cost on a grid of settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from convcost.cli import networks, shared
from convcost.cli.console import progress, show

EXAMPLE = "Example:  convcost sweep mobilenet_v1 --alpha 0.25:1:0.25 --resolution 128:224:32 --csv grid.csv"


def command(
    context: typer.Context,
    name: str = shared.NETWORK,
    alpha: str | None = shared.ALPHA,
    rho: str | None = shared.RHO,
    resolution: str | None = shared.RESOLUTION,
    batch: str | None = typer.Option(None, metavar="GRID", help="Images a batch."),
    classes: str | None = typer.Option(None, metavar="GRID", help="Number of classes."),
    verify: int | None = typer.Option(
        None, metavar="N", help="Trace N points picked at random (the same each time) with fvcore."
    ),
    csv: Path | None = typer.Option(None, metavar="FILE", help="Write every point as CSV, raw integers."),
    latex: Path | None = shared.LATEX,
    parquet: Path | None = typer.Option(None, metavar="FILE", help="Write every point as Parquet."),
    plot: Path | None = typer.Option(
        None, metavar="FILE", help="Draw MACs over two options, and MACs against parameters, as .svg or .png."
    ),
) -> int:
    """Reckon a network's cost on a grid of settings from its formula: exact integers, nothing is traced.

    GRID is one value, START:STOP:STEP (STOP is in it where the steps meet it), or a list with commas. A network's
    other options are given the same way; convcost show NAME lists them. Points at which the network cannot be drawn
    are left out. Exit code: 0, 1 a verified point disagrees, 2 could not run.
    """
    from convcost.report import files

    known = {"alpha": alpha, "rho": rho, "resolution": resolution, "batch": batch, "classes": classes}
    options: dict[str, Any] = networks.gather(name, known, context.args)
    files.check_all([path for path in (csv, latex, parquet, plot) if path is not None])
    if plot is not None:
        from convcost.report.plot import check

        check(plot)
    if parquet is not None:
        files.check_parquet(parquet)
    if verify is not None and verify < 1:
        raise typer.BadParameter(f"--verify is {verify}, but must be a whole number from 1")

    from convcost.api.design import sweep
    from convcost.api.design import verify as verified

    with progress("points") as advance:
        report = sweep(name, progress=advance, **options)
    points = None
    if verify is not None:
        with progress("traces", min(verify, len(report))) as advance:
            points = verified(report, verify, lambda: advance(1))
    for path, write in (
        (csv, report.to_csv),
        (latex, report.to_latex),
        (parquet, report.to_parquet),
        (plot, report.to_plot),
    ):
        if path is not None:
            write(path)
    show(report)
    if points is None:
        return 0
    typer.echo()
    show(points)
    return 0 if points.ok else 1
