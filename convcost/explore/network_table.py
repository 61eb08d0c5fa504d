"""A network of the registry as the rows of its paper's table, at some options or with the others left open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from convcost.core import paper_table
from convcost.core.architecture import Architecture, Network
from convcost.core.cost import Cost
from convcost.core.paper_table import TableRow
from convcost.core.registry import find


@dataclass(frozen=True)
class NetworkTable:
    """The rows, one per layer or block, and the sum; `symbolic`: whether the options that were not given are open."""

    architecture: Architecture
    network: Network
    stages: tuple[TableRow, ...]
    total: Cost
    symbolic: bool


def network_table(name: str, options: Mapping[str, object], per: str = "layer", symbolic: bool = False) -> NetworkTable:
    """Build a network and outline it; raises ConvcostError for a name, an option or a value that is not there."""
    architecture = find(Architecture, name, "network")
    if symbolic:
        from convcost.symbolic.closed_form import open_network

        network = open_network(architecture, options)
    else:
        network = architecture.network(architecture.settings(options))
    stages = paper_table.per_block(network) if per == "block" else paper_table.per_layer(network)
    return NetworkTable(architecture, network, tuple(stages), network.cost, symbolic)
