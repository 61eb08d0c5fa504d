"""`convcost show`: an architecture as its paper's table would have it."""

from __future__ import annotations

from enum import StrEnum

import typer

from convcost.cli import console, networks, shared


class Per(StrEnum):
    """What a row stands for."""

    LAYER = "layer"
    BLOCK = "block"


EXAMPLE = "Example:  convcost show mobilenet_v2 --alpha 0.75 --per block"


def command(
    context: typer.Context,
    name: str = shared.NETWORK,
    per: Per = typer.Option(Per.LAYER, help="What a row stands for."),
    symbolic: bool = typer.Option(False, "--symbolic", help="Leave α, the image's side and the batch open."),
) -> int:
    """Print an architecture: operators, channels, repeats, strides, output sizes, receptive fields and costs.

    The network's options are given as in convcost compare; the last table lists them.
    """
    from convcost.explore.network_table import network_table
    from convcost.report.architecture import ArchitectureReport

    console.show(ArchitectureReport(network_table(name, networks.gather(name, {}, context.args), per.value, symbolic)))
    return 0
