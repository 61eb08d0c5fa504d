"""A straight-line program of whole numbers: steps, each of earlier ones, and what they come to."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from convcost.core.numeric import Count, common_divisor, maximum, minimum

Step: TypeAlias = tuple[str, int, int]
"""("input", which, 0), ("constant", value, 0), or an operation of two earlier steps."""

Guard: TypeAlias = tuple[str, int, int]
"""A relation that two steps have: "==", "!=", "<" or "<="."""

OPERATIONS: dict[str, Callable[[Count, Count], Count]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "max": maximum,
    "min": minimum,
    "gcd": common_divisor,
}
RELATIONS: dict[str, Callable[[Count, Count], Count]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
}


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
