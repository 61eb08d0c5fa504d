"""The program of a network is, wherever its sliders stand, the network that is built there of plain numbers."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import pytest

from convcost.core.architecture import Architecture
from convcost.core.errors import DomainError
from convcost.core.registry import find, records
from convcost.explore.network_program import NetworkProgram
from convcost.explore.programs import network_program

NETS = sorted(records(Architecture))


def _choices(architecture: Architecture) -> list[dict[str, Any]]:
    words = [option for option in architecture.options if option.choices]
    return [dict(zip([o.name for o in words], values, strict=True)) for values in product(*(o.choices for o in words))]


def _agree(found: NetworkProgram, architecture: Architecture, given: dict[str, Any], point: tuple[int, ...]) -> bool:
    """Row by row; whether the network can be built there."""
    structure, values = found.at(point)
    settings = architecture.settings(given)
    settings |= {slider.name: slider.value(n) for slider, n in zip(found.sliders, point, strict=True)}
    try:
        network = architecture.network(settings)
    except DomainError as error:
        assert structure.refused
        words = str(error).split("(")[0]
        assert structure.refused.startswith(words)
        return False
    assert not structure.refused
    assert len(structure.rows) == len(network.calls)
    for row, call in zip(structure.rows, network.calls, strict=True):
        assert (row.name, row.kind) == (call.path, call.kind)
        assert tuple(values[place] for place in row.output) == call.output
        assert row.parameters is not None
        assert values[row.parameters] == call.cost.parameters
        assert (row.activations is None) is not call.is_product
        assert row.activations is None or values[row.activations] == call.cost.activations
        assert (0 if row.macs is None else values[row.macs]) == call.cost.macs or not row.is_product
    totals = [values[place] for place in structure.totals if place is not None]
    written = sum(call.cost.activations for call in network.core)
    assert totals == [network.cost.macs, network.cost.parameters, written]
    return True


@pytest.mark.parametrize("name", NETS)
def test_every_network_at_random_settings(name: str) -> None:
    pick = random.Random(name)  # noqa: S311
    architecture = find(Architecture, name, "network")
    built = 0
    choices = _choices(architecture)
    for given in choices:
        found = network_program(architecture, given)
        for _ in range(max(6, 40 // len(choices))):
            point = tuple(
                pick.choice((d.low, d.high, d.start, pick.randint(d.low, d.high), pick.randint(d.low, d.high)))
                for d in found.sliders
            )
            built += _agree(found, architecture, given, point)
    assert built > 10


@pytest.mark.parametrize("name", [n for n in NETS if any(o.decimal for o in records(Architecture)[n].options)])
def test_every_width_multiplier(name: str) -> None:
    architecture = find(Architecture, name, "network")
    found = network_program(architecture, {"resolution": "33"})
    place = next(i for i, slider in enumerate(found.sliders) if slider.name == "alpha")
    for numerator in range(found.sliders[place].low, found.sliders[place].high + 1, 3):
        point = tuple(numerator if i == place else slider.start for i, slider in enumerate(found.sliders))
        _agree(found, architecture, {}, point)
