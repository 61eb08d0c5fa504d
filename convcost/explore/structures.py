"""Every form that a network takes as its dials are turned: what it draws where, as one program.

A network asks questions while it is drawn, and draws other layers where the answers are others. Drawn at one point
on recorded numbers, it leaves its guards: wherever they hold, it is drawn alike. So it is drawn at a point that no
guards hold at yet, until there is none. A guard speaks of few dials, and is evaluated along those alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from convcost.core.arrays import TruthArray
from convcost.core.errors import ConvcostError, DomainError
from convcost.core.numeric import Count
from convcost.core.program import OPERATIONS, RELATIONS, Guard, Program, Step, needed, run
from convcost.core.recorded import Recorded, Recording
from convcost.explore.slider import Dial

_NAMED = re.compile(r"\{(\d+)\}")
_MOST_STRUCTURES = 400
_MOST_POINTS = 50_000_000


@dataclass(frozen=True)
class Layer:
    """A row of a structure; counts and the output's sizes are places in the program, None is not counted.

    `activations` are what convolutions, linear layers and other products write, None of all else.
    """

    name: str
    block: str
    operator: str
    kind: str
    stride: str
    is_product: bool
    macs: int | None
    parameters: int | None
    activations: int | None
    output: tuple[int, ...]


@dataclass(frozen=True)
class Structure:
    """What a network is wherever all `guards` hold: its rows and totals, or the reason why it cannot be drawn.

    In `refused`, {17} stands for what step 17 comes to.
    """

    guards: tuple[Guard, ...]
    layers: tuple[Layer, ...] = ()
    macs: int | None = None
    parameters: int | None = None
    activations: int | None = None
    refused: str = ""


@dataclass(frozen=True)
class NetworkProgram:
    """A network on all values of its dials: for each of them, the guards of some structure hold."""

    dials: tuple[Dial, ...]
    steps: tuple[Step, ...]
    structures: tuple[Structure, ...]

    def at(self, numerators: Sequence[int]) -> tuple[Structure, dict[int, Count]]:
        """The structure at one point, and what its steps come to."""
        known: dict[int, Count] = {}
        for structure in self.structures:
            if all(self._holds(guard, numerators, known) for guard in structure.guards):
                run(self.steps, numerators, _places(structure), known)
                return structure, known
        raise DomainError(f"no structure of the network is known at {tuple(numerators)}")

    def _holds(self, guard: Guard, numerators: Sequence[int], known: dict[int, Count]) -> bool:
        relation, left, right = guard
        run(self.steps, numerators, (left, right), known)
        return bool(RELATIONS[relation](known[left], known[right]))


Draw = Callable[[Recording, list[Recorded]], Structure]
"""Draws a network at recorded settings; the guards of what it returns are not looked at."""


def program(dials: tuple[Dial, ...], draw: Draw) -> NetworkProgram:
    """The program of a network. Raises ConvcostError where it has too many structures to be listed."""
    lattice = _Lattice(dials)
    found: list[Structure] = []
    covered = np.zeros((1,) * len(dials), dtype=bool)
    point: tuple[int, ...] | None = tuple(dial.start for dial in dials)
    while point is not None:
        if len(found) == _MOST_STRUCTURES:
            raise ConvcostError(f"the network has over {_MOST_STRUCTURES} structures; fix more of its options")
        structure, region = _drawn(draw, lattice, point)
        found.append(structure)
        covered = covered | region
        if covered.size > _MOST_POINTS:
            raise ConvcostError("the network's structures depend on too many options at once; fix more of them")
        point = lattice.outside(covered)
    return _pruned(NetworkProgram(dials, tuple(lattice.program.steps), tuple(found)))


def _drawn(draw: Draw, lattice: _Lattice, point: tuple[int, ...]) -> tuple[Structure, Any]:
    """What is drawn at a point, with the guards that do not hold everywhere, and where they hold."""
    recording = Recording(lattice.program)
    recorded = [recording.input(i, n, d.denominator) for i, (n, d) in enumerate(zip(point, lattice.dials, strict=True))]
    try:
        structure = draw(recording, recorded)
    except DomainError as error:
        structure = Structure((), refused=str(error))
    region = np.ones((1,) * len(point), dtype=bool)
    guards = []
    for guard in recording.guards:
        holds = lattice.holds(guard)
        if not holds.all():
            guards.append(guard)
            region = region & holds
    return Structure(tuple(guards), *(getattr(structure, name) for name in _REST)), region


_REST = ("layers", "macs", "parameters", "activations", "refused")


class _Lattice:
    """All values of the dials, and what is known about them."""

    def __init__(self, dials: tuple[Dial, ...]) -> None:
        self.dials, self.program = dials, Program()
        self.values = [dial.along(axis, len(dials)) for axis, dial in enumerate(dials)]
        self._known: dict[int, Any] = {}
        self._held: dict[Guard, Any] = {}

    def holds(self, guard: Guard) -> Any:
        """Where a guard holds, an axis a dial; an axis has one element where its dial does not matter."""
        if guard not in self._held:
            relation, left, right = guard
            run(self.program.steps, self.values, (left, right), self._known)
            answer = RELATIONS[relation](self._known[left], self._known[right])
            values = answer.values if isinstance(answer, TruthArray) else np.array(answer)
            self._held[guard] = values.reshape((1,) * (len(self.dials) - values.ndim) + values.shape)
        return self._held[guard]

    def outside(self, covered: Any) -> tuple[int, ...] | None:
        """The first point that is not covered; dials that do not matter stay where they start."""
        if covered.all():
            return None
        index = np.unravel_index(int(covered.argmin()), covered.shape)
        return tuple(
            dial.low + int(i) if length > 1 else dial.start
            for dial, i, length in zip(self.dials, index, covered.shape, strict=True)
        )


def _places(structure: Structure) -> list[int]:
    """The steps that a structure speaks of, but for its guards'."""
    found = [structure.macs, structure.parameters, structure.activations]
    for layer in structure.layers:
        found += [layer.macs, layer.parameters, layer.activations, *layer.output]
    named = [int(place) for place in _NAMED.findall(structure.refused)]
    return [place for place in found if place is not None] + named


def _pruned(whole: NetworkProgram) -> NetworkProgram:
    """The same without steps that nothing needs."""
    wanted = [place for s in whole.structures for place in _places(s)]
    wanted += [place for s in whole.structures for _, *sides in s.guards for place in sides]
    kept = needed(whole.steps, wanted)
    new = {place: i for i, place in enumerate(kept)}
    steps = [
        (name, new[left], new[right]) if name in OPERATIONS else (name, left, right)
        for name, left, right in (whole.steps[place] for place in kept)
    ]
    return NetworkProgram(whole.dials, tuple(steps), tuple(_moved(structure, new) for structure in whole.structures))


def _moved(structure: Structure, new: dict[int, int]) -> Structure:
    def moved(place: int | None) -> int | None:
        return None if place is None else new[place]

    return Structure(
        guards=tuple((relation, new[left], new[right]) for relation, left, right in structure.guards),
        layers=tuple(
            replace(
                layer,
                macs=moved(layer.macs),
                parameters=moved(layer.parameters),
                activations=moved(layer.activations),
                output=tuple(new[place] for place in layer.output),
            )
            for layer in structure.layers
        ),
        macs=moved(structure.macs),
        parameters=moved(structure.parameters),
        activations=moved(structure.activations),
        refused=_NAMED.sub(lambda found: f"{{{new[int(found[1])]}}}", structure.refused),
    )
