"""`convcost solve`: the largest settings of a network that fit a budget."""

from __future__ import annotations

from pathlib import Path

import typer

from convcost.cli import completion, networks, shared
from convcost.cli.console import progress, show

EXAMPLE = "Example:  convcost solve mobilenet_v1 --max-macs 150M --resolution 160"


def command(
    context: typer.Context,
    name: str = shared.NETWORK,
    max_macs: str | None = typer.Option(None, metavar="N", help="The most multiply-accumulates: 300M, 1.2G."),
    max_params: str | None = typer.Option(None, metavar="N", help="The most parameters: 3.5M, 3504872."),
    max_activations: str | None = typer.Option(
        None, metavar="N", help="The most elements that convolutions and linear layers write."
    ),
    prefer: str = typer.Option(
        "balanced",
        metavar="OPTION",
        help="What is to be largest first: alpha, resolution, another; or balanced.",
        autocompletion=completion.preferences,
    ),
    step: str = typer.Option("32", metavar="PX", help="Step of the image's side."),
    alpha_step: str = typer.Option("0.05", metavar="A", help="Step of the width multiplier."),
    alpha: str | None = shared.ALPHA,
    rho: str | None = shared.RHO,
    resolution: str | None = shared.RESOLUTION,
    frontier: bool = typer.Option(False, "--frontier", help="List all settings that fit while nothing larger does."),
    latex: Path | None = shared.LATEX,
) -> int:
    """Find the largest settings that fit a budget: exact, from the formula at every point of a lattice.

    The lattice is all widths and images by their steps, unless GRID says otherwise: one value, START:STOP:STEP or a
    list with commas; any option of the network can be given so. Balanced: the smallest factor (a setting over its
    default) is as large as can be. Exit code: 0, 1 nothing fits, 2 could not run.
    """
    options = networks.gather(name, {"alpha": alpha, "rho": rho, "resolution": resolution}, context.args)
    if latex is not None:
        from convcost.report import files

        files.check_writable(latex)

    from convcost.api.design import solve

    with progress("settings") as advance:
        report = solve(
            name,
            max_macs=max_macs,
            max_params=max_params,
            max_activations=max_activations,
            prefer=prefer,
            step=step,
            alpha_step=alpha_step,
            progress=advance,
            **options,
        ).view(frontier)
    if latex is not None:
        report.to_latex(latex)
    show(report)
    return 0 if report.ok else 1
