"""A numeric backend that records what a formula does, as a straight-line program that runs anywhere.

A `Recorded` holds its value at one point and its place in a program. Arithmetic adds a step to the program. A relation
that the formula asks for (is the domain kept? are two widths equal?) is decided by the values, and kept as a guard:
wherever all guards hold, the formula takes the same way, and the program computes what it would.

A step has only whole numbers. A width multiplier is a numerator over a denominator that no step changes, as in
`ExactArray`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from convcost.core.numeric import OPERATIONS, RELATIONS, Count, ExactNumber

Step: TypeAlias = tuple[str, int, int]
"""("input", which, 0), ("constant", value, 0), or an operation of two earlier steps."""

Guard: TypeAlias = tuple[str, int, int]
"""A relation that two steps have: "==", "!=", "<" or "<="."""

# What holds where a relation does not; True: with the sides swapped.
_OPPOSITE = {"==": ("!=", False), "!=": ("==", False), "<": ("<=", True), "<=": ("<", True)}


@dataclass
class Program:
    """The steps of any number of recordings; a step that is there already is not added again."""

    steps: list[Step] = field(default_factory=list)
    _places: dict[Step, int] = field(default_factory=dict)

    def place(self, step: Step) -> int:
        """Return the place of a step, which is added where it is new."""
        if step not in self._places:
            self._places[step] = len(self.steps)
            self.steps.append(step)
        return self._places[step]

    def constant(self, value: int) -> int:
        """Return the place of a constant."""
        return self.place(("constant", value, 0))


def needed(steps: Sequence[Step], wanted: Iterable[int]) -> list[int]:
    """Return the places that the wanted ones need, themselves included, each after what it needs."""
    found: set[int] = set()
    waiting = list(wanted)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            operation, left, right = steps[place]
            waiting += (left, right) if operation in OPERATIONS else ()
    return sorted(found)


def run(
    steps: Sequence[Step], inputs: Sequence[Count], wanted: Iterable[int], known: dict[int, Count] | None = None
) -> dict[int, Count]:
    """Return what steps come to, by place, for these inputs: numerators, of any backend of whole numbers.

    `known` keeps what was computed for the same inputs from one call to the next.
    """
    known = {} if known is None else known
    for place in needed(steps, wanted):
        if place not in known:
            operation, left, right = steps[place]
            if operation in OPERATIONS:
                known[place] = OPERATIONS[operation](known[left], known[right])
            else:
                known[place] = left if operation == "constant" else inputs[left]
    return known


@dataclass
class Recording:
    """One run of a formula: the guards are in the order in which they were asked for."""

    program: Program
    guards: dict[Guard, None] = field(default_factory=dict)

    def input(self, which: int, value: int, denominator: int = 1) -> Recorded:
        """Return an input of the program: `value` over `denominator` in this run."""
        return Recorded(self, self.program.place(("input", which, 0)), value, denominator)

    def whole(self, count: Count) -> int:
        """Return the place of a count; raises TypeError for a fraction."""
        if isinstance(count, Recorded):
            if count.denominator != 1:
                raise TypeError("a count is not a whole number")
            return count.place
        return self.program.constant(int(count))


class Recorded(ExactNumber):
    """A number of a recording: its numerator's value and place; it prints its place, as {17} or {17}/100."""

    __slots__ = ("denominator", "place", "recording", "value")

    def __init__(self, recording: Recording, place: int, value: int, denominator: int = 1) -> None:
        self.recording, self.place, self.value, self.denominator = recording, place, value, denominator

    def _lifted(self, other: Recorded | int | Fraction) -> Recorded:
        if isinstance(other, Recorded):
            return other
        exact = Fraction(other)
        place = self.recording.program.constant(exact.numerator)
        return Recorded(self.recording, place, exact.numerator, exact.denominator)

    def _step(self, operation: str, right: Recorded, denominator: int) -> Recorded:
        place = self.recording.program.place((operation, self.place, right.place))
        return Recorded(self.recording, place, int(OPERATIONS[operation](self.value, right.value)), denominator)

    def _related(self, relation: str, right: Recorded) -> Relation:
        return Relation(relation, self, right)

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __index__(self) -> int:
        """Return the number of this run (a count of repeats), which a guard keeps."""
        if self.denominator != 1:
            raise TypeError("a fraction is not a whole number")
        Relation("==", self, self._lifted(self.value)).keep()
        return self.value

    __int__ = __index__

    def __repr__(self) -> str:
        return f"{{{self.place}}}" if self.denominator == 1 else f"{{{self.place}}}/{self.denominator}"


class Relation:
    """A relation of recorded numbers. `&`, `|` and `~` join relations; whoever takes one as a bool leaves guards."""

    __slots__ = ("left", "name", "right")

    def __init__(self, name: str, left: Recorded, right: Recorded) -> None:
        self.name, self.left, self.right = name, left, right

    @property
    def holds(self) -> bool:
        """Whether it holds in this run; no guard is kept."""
        return bool(RELATIONS[self.name](self.left.value, self.right.value))

    def keep(self) -> bool:
        """Return whether it holds, and keep the guard for that."""
        name, sides = self.name, (self.left, self.right)
        if not self.holds:
            name, swapped = _OPPOSITE[name]
            sides = sides[::-1] if swapped else sides
        self.left.recording.guards[name, sides[0].place, sides[1].place] = None
        return self.holds

    def __bool__(self) -> bool:
        return self.keep()

    def all(self) -> bool:
        """Return whether it holds, as an array would."""
        return self.keep()

    def __and__(self, other: Relation | bool) -> Relation:
        return Joined((self, other), every=True)

    def __or__(self, other: Relation | bool) -> Relation:
        return Joined((self, other), every=False)

    __rand__, __ror__ = __and__, __or__

    def __invert__(self) -> Relation:
        name, swapped = _OPPOSITE[self.name]
        return Relation(name, *((self.right, self.left) if swapped else (self.left, self.right)))


class Joined(Relation):
    """Several relations of which every one, or any one, is to hold.

    Where one part decides, its guard alone is kept: a guard then speaks of few inputs.
    """

    __slots__ = ("every", "parts")

    def __init__(self, parts: Sequence[Relation | bool], every: bool) -> None:
        self.parts, self.every = parts, every

    @property
    def holds(self) -> bool:
        """Whether they hold in this run."""
        return (all if self.every else any)(map(_holds, self.parts))

    def keep(self) -> bool:
        """Return whether they hold, and keep one guard where one part decides, else those of all parts."""
        found = self.holds
        deciding = [part for part in self.parts if _holds(part) != self.every]
        for part in deciding[:1] or self.parts:
            bool(part)
        return found

    def __invert__(self) -> Relation:
        return Joined([~part if isinstance(part, Relation) else not part for part in self.parts], not self.every)


def _holds(relation: Relation | bool) -> bool:
    return relation.holds if isinstance(relation, Relation) else bool(relation)
