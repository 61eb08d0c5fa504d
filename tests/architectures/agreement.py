"""What the tests of the networks share: a comparison that must agree throughout, and one that must not."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import convcost
from convcost.comparison.result import Totals
from convcost.core.architecture import Architecture, Network
from convcost.core.registry import find


def agreed(name: str, **options: Any) -> Totals:
    """The totals of a comparison in which every convolution and linear layer agrees, and fvcore's own total."""
    report = convcost.compare(name, **options)
    assert [f"{row.layer}: {row.verdict} {row.reason}" for row in report.rows if row.verdict != "agree"] == []
    assert report.ok
    assert report.totals.equal
    return report.totals


def first_disagreement(name: str, **options: Any) -> tuple[str, str]:
    """The first layer that a comparison finds wrong, and its verdict."""
    report = convcost.compare(name, **options)
    assert not report.ok
    assert not report.totals.equal
    row = next(row for row in report.rows if row.verdict != "agree")
    return row.layer, str(row.verdict)


def drawn(name: str, **options: object) -> Network:
    """The architecture at these options."""
    architecture = find(Architecture, name, "architecture")
    return architecture.network(architecture.settings(options))


def redrawn(network: Network, **settings: Any) -> Network:
    """The same with settings that no command line could give: arrays and symbols."""
    return network.architecture.network({**network.settings, **settings})


def macs(network: Network) -> Any:
    """Multiply-accumulates of convolutions and linear layers."""
    return sum(line.cost.macs for line in network.core)


def weights(network: Network) -> Any:
    """Parameters of convolutions and linear layers without biases, as MobileNet's authors count."""
    return sum(line.weights for line in network.core)


def block_macs(network: Network, block: str) -> Any:
    """Multiply-accumulates of one block."""
    return sum(line.cost.macs for line in network.core if line.block == block)


def module_of(name: str) -> ModuleType:
    """The module that an architecture is written in."""
    return importlib.import_module(f"convcost.formulas.architectures.{name}")
