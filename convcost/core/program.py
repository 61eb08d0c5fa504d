"""A straight-line program on whole numbers: steps, each of earlier ones, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from convcost.core.numeric import common_divisor, maximum, minimum

Step: TypeAlias = tuple[str, int, int]
"""("input", which, 0), ("constant", value, 0), or an operation of two earlier steps."""

Guard: TypeAlias = tuple[str, int, int]
"""A relation that two steps have: "==", "!=", "<" or "<="."""

OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "//": lambda left, right: left // right,
    "max": maximum,
    "min": minimum,
    "gcd": common_divisor,
}
RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
}


@dataclass
class Tape:
    """The steps of any number of recordings; a step that is there already is not written again."""

    steps: list[Step] = field(default_factory=list)
    _places: dict[Step, int] = field(default_factory=dict)

    def place(self, step: Step) -> int:
        """Where a step stands."""
        if step not in self._places:
            self._places[step] = len(self.steps)
            self.steps.append(step)
        return self._places[step]

    def constant(self, value: int) -> int:
        """Where a number stands."""
        return self.place(("constant", value, 0))


def needed(steps: Sequence[Step], wanted: Iterable[int]) -> list[int]:
    """The places that the wanted ones need, themselves among them, each after what it needs."""
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
    steps: Sequence[Step], inputs: Sequence[Any], wanted: Iterable[int], known: dict[int, Any] | None = None
) -> dict[int, Any]:
    """What steps come to for these inputs (numerators, of any carrier of whole numbers), by place.

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
