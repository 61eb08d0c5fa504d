"""A network at every position of its sliders, as one program.

A network is built of other layers where a condition on its settings has another answer. Built once on recorded
numbers, it leaves guards: wherever they hold, it is built alike. So it is built at a position where no guards hold
yet, until there is none. A guard depends on few sliders, and is evaluated along those alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from convcost.core.arrays import ExactArray, TruthArray
from convcost.core.errors import ConvcostError, DomainError
from convcost.core.numeric import OPERATIONS, RELATIONS, Count
from convcost.core.recorded import Guard, Program, Recorded, Recording, Step, needed, run

_NAMED = re.compile(r"\{(\d+)\}")
_MOST_STRUCTURES = 400
_MOST_POINTS = 50_000_000

Truth: TypeAlias = NDArray[np.bool_]
Position: TypeAlias = tuple[int, ...]
"""A numerator for each slider."""


@dataclass(frozen=True)
class Slider:
    """The values (low, low + 1, … high)/denominator of a setting, and the one to start from, as numerators.

    `usual` is the setting's default.
    """

    name: str
    symbol: str
    meaning: str
    low: int
    high: int
    start: int
    denominator: int = 1
    usual: int | None = None

    def __len__(self) -> int:
        return self.high - self.low + 1

    def value(self, numerator: int) -> int | Fraction:
        """Return the value that a numerator stands for."""
        return numerator if self.denominator == 1 else Fraction(numerator, self.denominator)

    def along(self, axis: int, axes: int) -> ExactArray:
        """Return all numerators along one axis, of as many axes as there are sliders."""
        shape = [1] * axes
        shape[axis] = len(self)
        return ExactArray(np.arange(self.low, self.high + 1, dtype=np.int64).reshape(shape))


@dataclass(frozen=True)
class ProgramRow:
    """A row of a structure: what is printed of an operator call. Its numbers are places of steps, None is not counted.

    It is no OpCall: nothing of it can be evaluated before the program has run. `activations` are the elements that
    convolutions, linear layers and other products write, None for everything else.
    """

    name: str
    operator: str
    kind: str
    stride: str
    is_product: bool
    macs: int | None
    parameters: int | None
    activations: int | None
    output: tuple[int, ...]

    @property
    def places(self) -> tuple[int | None, ...]:
        """The steps that its numbers are."""
        return self.macs, self.parameters, self.activations, *self.output

    def moved(self, new: Mapping[int, int]) -> ProgramRow:
        """Return the row for steps at other places."""
        macs, parameters, activations, *_ = _moved(self.places, new)
        output = tuple(new[place] for place in self.output)
        return replace(self, macs=macs, parameters=parameters, activations=activations, output=output)


@dataclass(frozen=True)
class Structure:
    """What a network is wherever all `guards` hold: its rows and totals, or the reason why it cannot be built.

    `totals` are MACs, parameters and activations. In `refused`, {17} stands for the value of step 17.
    """

    guards: tuple[Guard, ...] = ()
    rows: tuple[ProgramRow, ...] = ()
    totals: tuple[int | None, ...] = ()
    refused: str = ""

    @property
    def places(self) -> list[int]:
        """The steps that rows, totals and reason speak of."""
        found = [*self.totals, *(place for row in self.rows for place in row.places)]
        return [place for place in found if place is not None] + [int(n) for n in _NAMED.findall(self.refused)]

    def moved(self, new: Mapping[int, int]) -> Structure:
        """Return the structure for steps at other places."""
        return Structure(
            guards=tuple((relation, new[left], new[right]) for relation, left, right in self.guards),
            rows=tuple(row.moved(new) for row in self.rows),
            totals=tuple(_moved(self.totals, new)),
            refused=_NAMED.sub(lambda found: f"{{{new[int(found[1])]}}}", self.refused),
        )


def _moved(places: Iterable[int | None], new: Mapping[int, int]) -> list[int | None]:
    return [None if place is None else new[place] for place in places]


@dataclass(frozen=True)
class NetworkProgram:
    """A network at all positions of its sliders: at each of them, the guards of some structure hold."""

    sliders: tuple[Slider, ...]
    steps: tuple[Step, ...]
    structures: tuple[Structure, ...]

    def at(self, position: Sequence[int]) -> tuple[Structure, dict[int, Count]]:
        """Return the structure at one position, and the values of its steps."""
        known: dict[int, Count] = {}
        for structure in self.structures:
            if all(self._holds(guard, position, known) for guard in structure.guards):
                run(self.steps, position, structure.places, known)
                return structure, known
        raise DomainError(f"no structure of the network is known at {tuple(position)}")

    def _holds(self, guard: Guard, position: Sequence[int], known: dict[int, Count]) -> bool:
        relation, left, right = guard
        run(self.steps, position, (left, right), known)
        return bool(RELATIONS[relation](known[left], known[right]))

    def pruned(self) -> NetworkProgram:
        """Return the same program without steps that nothing needs."""
        wanted = [place for structure in self.structures for place in structure.places]
        wanted += [place for structure in self.structures for _, *sides in structure.guards for place in sides]
        kept = needed(self.steps, wanted)
        new = {place: i for i, place in enumerate(kept)}
        steps = [
            (name, new[left], new[right]) if name in OPERATIONS else (name, left, right)
            for name, left, right in (self.steps[place] for place in kept)
        ]
        return NetworkProgram(self.sliders, tuple(steps), tuple(structure.moved(new) for structure in self.structures))


Build = Callable[[Recording, list[Recorded]], Structure]
"""Builds a network at recorded settings; the structure that it returns has no guards yet."""


def program_of(sliders: tuple[Slider, ...], build: Build) -> NetworkProgram:
    """Return the program of a network; raises ConvcostError where it has too many structures to be listed."""
    lattice = _Lattice(sliders)
    found: list[Structure] = []
    covered: Truth = np.zeros((1,) * len(sliders), dtype=bool)
    position: Position | None = tuple(slider.start for slider in sliders)
    while position is not None:
        if len(found) == _MOST_STRUCTURES:
            raise ConvcostError(f"the network has over {_MOST_STRUCTURES} structures; fix more of its options")
        structure, region = _built(build, lattice, position)
        found.append(structure)
        covered = covered | region
        if covered.size > _MOST_POINTS:
            raise ConvcostError("the network's structures depend on too many options at once; fix more of them")
        position = lattice.outside(covered)
    return NetworkProgram(sliders, tuple(lattice.program.steps), tuple(found)).pruned()


def _built(build: Build, lattice: _Lattice, position: Position) -> tuple[Structure, Truth]:
    """Return what is built at a position, with the guards that do not hold everywhere, and where they hold."""
    recording = Recording(lattice.program)
    numerators = zip(position, lattice.sliders, strict=True)
    recorded = [recording.input(i, n, slider.denominator) for i, (n, slider) in enumerate(numerators)]
    try:
        structure = build(recording, recorded)
    except DomainError as error:
        structure = Structure(refused=str(error))
    guards = [guard for guard in recording.guards if not lattice.holds(guard).all()]
    region: Truth = np.ones((1,) * len(position), dtype=bool)
    for guard in guards:
        region = region & lattice.holds(guard)
    return replace(structure, guards=tuple(guards)), region


class _Lattice:
    """All positions of the sliders, and what is known about them."""

    def __init__(self, sliders: tuple[Slider, ...]) -> None:
        self.sliders, self.program = sliders, Program()
        self.values = [slider.along(axis, len(sliders)) for axis, slider in enumerate(sliders)]
        self._known: dict[int, Count] = {}
        self._held: dict[Guard, Truth] = {}

    def holds(self, guard: Guard) -> Truth:
        """Return where a guard holds, one axis per slider, of one element where its slider does not matter."""
        if guard not in self._held:
            relation, left, right = guard
            run(self.program.steps, self.values, (left, right), self._known)
            answer = RELATIONS[relation](self._known[left], self._known[right])
            values = answer.values if isinstance(answer, TruthArray) else np.array(answer)
            self._held[guard] = values.reshape((1,) * (len(self.sliders) - values.ndim) + values.shape)
        return self._held[guard]

    def outside(self, covered: Truth) -> Position | None:
        """Return the first position that is not covered; sliders that do not matter stay where they start."""
        if covered.all():
            return None
        index = np.unravel_index(int(covered.argmin()), covered.shape)
        return tuple(
            slider.low + int(i) if length > 1 else slider.start
            for slider, i, length in zip(self.sliders, index, covered.shape, strict=True)
        )
