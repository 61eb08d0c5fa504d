"""`convcost show`: an architecture as its paper's table would have it."""

from __future__ import annotations

import typer

from convcost.cli import options
from convcost.cli.console import show

EXAMPLE = "Example:  convcost show mobilenet_v2 --alpha 0.75 --per block"


def command(
    context: typer.Context,
    name: str = options.NETWORK,
    per: str = options.per("layer", "block"),
    symbolic: bool = typer.Option(False, "--symbolic", help="Keep α, the image's side and the batch as symbols."),
) -> int:
    """Print an architecture: operators, channels, repeats, strides, output sizes, receptive fields and costs.

    The network's options are given as in convcost compare; the last table lists them.
    """
    from convcost.explore.network_table import network_table
    from convcost.report.architecture import ArchitectureReport

    show(ArchitectureReport(network_table(name, options.settings_of(context, name), per, symbolic)))
    return 0
