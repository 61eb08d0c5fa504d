"""The program of a network is, wherever its dials stand, the network drawn there on plain numbers."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import pytest

from convcost.core.architecture import Architecture
from convcost.core.errors import DomainError
from convcost.core.registry import find, records
from convcost.explore.network_program import network_program
from convcost.explore.structures import NetworkProgram

NETS = sorted(records(Architecture))


def _choices(architecture: Architecture) -> list[dict[str, Any]]:
    words = [option for option in architecture.options if option.choices]
    return [dict(zip([o.name for o in words], values, strict=True)) for values in product(*(o.choices for o in words))]


def _agree(found: NetworkProgram, architecture: Architecture, given: dict[str, Any], point: tuple[int, ...]) -> bool:
    """Row by row; whether the network can be drawn there."""
    structure, values = found.at(point)
    settings = architecture.settings(given)
    settings |= {dial.name: dial.value(n) for dial, n in zip(found.dials, point, strict=True)}
    try:
        network = architecture.network(settings)
    except DomainError as error:
        assert structure.refused
        words = str(error).split("(")[0]
        assert structure.refused.startswith(words)
        return False
    assert not structure.refused
    assert len(structure.layers) == len(network.calls)
    for layer, line in zip(structure.layers, network.calls, strict=True):
        assert (layer.name, layer.kind) == (line.path, line.kind)
        assert tuple(values[place] for place in layer.output) == line.output
        assert layer.parameters is not None
        assert values[layer.parameters] == line.cost.parameters
        assert (layer.activations is None) is not line.is_product
        assert layer.activations is None or values[layer.activations] == line.cost.activations
        assert (0 if layer.macs is None else values[layer.macs]) == line.cost.macs or not layer.is_product
    totals = [
        values[place] for place in (structure.macs, structure.parameters, structure.activations) if place is not None
    ]
    written = sum(line.cost.activations for line in network.core)
    assert totals == [network.cost.macs, network.cost.parameters, written]
    return True


@pytest.mark.parametrize("name", NETS)
def test_every_network_at_random_settings(name: str) -> None:
    pick = random.Random(name)  # noqa: S311
    architecture = find(Architecture, name, "network")
    drawn = 0
    choices = _choices(architecture)
    for given in choices:
        found = network_program(architecture, given)
        for _ in range(max(6, 40 // len(choices))):
            point = tuple(
                pick.choice((d.low, d.high, d.start, pick.randint(d.low, d.high), pick.randint(d.low, d.high)))
                for d in found.dials
            )
            drawn += _agree(found, architecture, given, point)
    assert drawn > 10


@pytest.mark.parametrize("name", [n for n in NETS if any(o.decimal for o in records(Architecture)[n].options)])
def test_every_width_multiplier(name: str) -> None:
    architecture = find(Architecture, name, "network")
    found = network_program(architecture, {"resolution": "33"})
    place = next(i for i, dial in enumerate(found.dials) if dial.name == "alpha")
    for numerator in range(found.dials[place].low, found.dials[place].high + 1, 3):
        point = tuple(numerator if i == place else dial.start for i, dial in enumerate(found.dials))
        _agree(found, architecture, {}, point)
