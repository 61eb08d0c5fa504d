"""A carrier that writes down what a formula does, as a straight-line program that runs anywhere.

A `Recorded` holds its value at one point and its place on a tape. Arithmetic adds a step to the tape; a question (is
the domain kept? are two widths equal?) is answered by the value, and the answer is kept as a guard: wherever all
guards hold, the formula takes the same way, and the program computes what it would.

A step has only whole numbers. A width multiplier is a numerator over a denominator that no step changes, as in
`ExactArray`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

from convcost.core.guard import Question
from convcost.core.program import OPERATIONS, Guard, Tape


@dataclass
class Recording:
    """One run of a formula: the guards are in the order of its questions."""

    tape: Tape
    guards: dict[Guard, None] = field(default_factory=dict)

    def input(self, which: int, value: int, denominator: int = 1) -> Recorded:
        """An input of the program: `value` over `denominator` in this run."""
        return Recorded(self, self.tape.place(("input", which, 0)), value, denominator)

    def whole(self, count: Any) -> int:
        """Where a count stands; raises TypeError for a fraction."""
        if isinstance(count, Recorded):
            if count.denominator != 1:
                raise TypeError("a count is no whole number")
            return count.place
        return self.tape.constant(int(count))


class Recorded:
    """A number of a recording: its numerator's value and place; it prints its place, as {17} or {17}/100."""

    __slots__ = ("denominator", "place", "recording", "value")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, recording: Recording, place: int, value: int, denominator: int = 1) -> None:
        self.recording, self.place, self.value, self.denominator = recording, place, value, denominator

    def _lifted(self, other: Any) -> Recorded:
        if isinstance(other, Recorded):
            return other
        exact = Fraction(other)
        return Recorded(
            self.recording, self.recording.tape.constant(exact.numerator), exact.numerator, exact.denominator
        )

    def _over(self, denominator: int) -> Recorded:
        """The same over a multiple of its denominator."""
        if denominator == self.denominator:
            return self
        factor = denominator // self.denominator
        return self._step("*", self._lifted(factor), denominator)

    def _common(self, other: Any) -> tuple[Recorded, Recorded, int]:
        right = self._lifted(other)
        denominator = lcm(self.denominator, right.denominator)
        return self._over(denominator), right._over(denominator), denominator

    def _step(self, operation: str, right: Recorded, denominator: int) -> Recorded:
        place = self.recording.tape.place((operation, self.place, right.place))
        return Recorded(self.recording, place, OPERATIONS[operation](self.value, right.value), denominator)

    def __add__(self, other: Any) -> Recorded:
        left, right, denominator = self._common(other)
        return left._step("+", right, denominator)

    def __sub__(self, other: Any) -> Recorded:
        left, right, denominator = self._common(other)
        return left._step("-", right, denominator)

    def __rsub__(self, other: Any) -> Recorded:
        return self._lifted(other) - self

    def __mul__(self, other: Any) -> Recorded:
        if isinstance(other, int) and other == 1:
            return self
        right = self._lifted(other)
        return self._step("*", right, self.denominator * right.denominator)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Recorded:
        return 0 - self

    def __floordiv__(self, other: Any) -> Recorded:
        left, right, _ = self._common(other)
        return left._step("//", right, 1)

    def __rfloordiv__(self, other: Any) -> Recorded:
        return self._lifted(other) // self

    def __mod__(self, other: Any) -> Recorded:
        whole: Recorded = self - self // other * other
        return whole

    def __rmod__(self, other: Any) -> Recorded:
        return self._lifted(other) % self

    def _asked(self, relation: str, other: Any, changed: bool = False) -> Any:
        if not isinstance(other, Recorded | int | Fraction):
            return NotImplemented
        left, right, _ = self._common(other)
        return Question(relation, right, left) if changed else Question(relation, left, right)

    def __eq__(self, other: object) -> Any:
        return self._asked("==", other)

    def __ne__(self, other: object) -> Any:
        return self._asked("!=", other)

    def __lt__(self, other: Any) -> Any:
        return self._asked("<", other)

    def __le__(self, other: Any) -> Any:
        return self._asked("<=", other)

    def __gt__(self, other: Any) -> Any:
        return self._asked("<", other, changed=True)

    def __ge__(self, other: Any) -> Any:
        return self._asked("<=", other, changed=True)

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __index__(self) -> int:
        """The number of this run (a count of repeats), which a guard keeps."""
        if self.denominator != 1:
            raise TypeError("a fraction is no whole number")
        Question("==", self, self._lifted(self.value)).keep()
        return self.value

    __int__ = __index__

    def __repr__(self) -> str:
        return f"{{{self.place}}}" if self.denominator == 1 else f"{{{self.place}}}/{self.denominator}"


def larger(left: Any, right: Any) -> Recorded:
    """The larger of two."""
    return _chosen("max", left, right)


def smaller(left: Any, right: Any) -> Recorded:
    """The smaller of two."""
    return _chosen("min", left, right)


def gcd(left: Any, right: Any) -> Recorded:
    """The greatest common divisor of whole numbers."""
    first, second, denominator = _both(left, right)
    if denominator != 1:
        raise TypeError("fractions have no greatest common divisor")
    return first._step("gcd", second, 1)


def _chosen(operation: str, left: Any, right: Any) -> Recorded:
    first, second, denominator = _both(left, right)
    return first._step(operation, second, denominator)


def _both(left: Any, right: Any) -> tuple[Recorded, Recorded, int]:
    if isinstance(left, Recorded):
        return left._common(right)
    second, first, denominator = right._common(left)
    return first, second, denominator
