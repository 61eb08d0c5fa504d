"""`convcost solve`: the largest settings of a network that fit a budget."""

from typing import Any

import typer

from convcost.cli import completion, options
from convcost.cli.console import progress
from convcost.cli.files import Report, reporting
from convcost.core.parsing import ModelReference, parse_amount, parse_step


@reporting()
@options.on_reference(grid=True)
def command(
    reference: ModelReference = options.NETWORK,
    max_macs: str | None = typer.Option(None, metavar="N", help="The most multiply-accumulates: 300M, 1.2G."),
    max_params: str | None = typer.Option(None, metavar="N", help="The most parameters: 3.5M, 3504872."),
    max_activations: str | None = typer.Option(
        None, metavar="N", help="The most elements that convolutions and linear layers write."
    ),
    prefer: str = typer.Option(
        "balanced",
        metavar="OPTION",
        help="The option to make largest first (alpha, resolution, another), or balanced.",
        autocompletion=completion.preferences,
    ),
    step: str = typer.Option("32", metavar="PX", help="Step of the image's side."),
    alpha_step: str = typer.Option("0.05", metavar="A", help="Step of the width multiplier."),
    frontier: bool = typer.Option(False, "--frontier", help="List every setting that fits while no larger one does."),
) -> Report:
    """Find the largest settings that fit a budget: exact, from the formula at every point of a lattice.

    The lattice has all widths and image sides by their steps, unless GRID says otherwise: one value, START:STOP:STEP
    or a list with commas; every option of the network can be given so. Balanced: the smallest factor (a setting
    divided by its default) is as large as it can be. Exit code: 0 something fits, 1 nothing fits, 2 could not run.

    Example: convcost solve mobilenet_v1 --max-macs 150M --resolution 160
    """
    from convcost.api.formulas import solve

    # Read here too, as errors name the option that was typed.
    most: dict[str, Any] = {"max_macs": max_macs, "max_params": max_params, "max_activations": max_activations}
    for option, text in most.items():
        if text is not None:
            parse_amount(f"--{option.replace('_', '-')}", text)
    parse_step("--step", step, whole=True)
    parse_step("--alpha-step", alpha_step)

    with progress("settings") as advance:
        report = solve(
            reference.name,
            **most,
            prefer=prefer,
            step=step,
            alpha_step=alpha_step,
            progress=advance,
            **reference.settings,
        )
    return report.view(frontier)
