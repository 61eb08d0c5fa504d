"""The number-like things a formula can be evaluated on, and the few operations that `+ * //` do not spell.

A formula runs unchanged on Python ints (an exact count), NumPy integer arrays (a sweep), SymPy expressions
(a closed form), `torch.SymInt` (a traced model), `fractions.Fraction` (a scaling without rounding), `ExactArray`
(a sweep of anything, widths included) and `Recorded` (a program that runs elsewhere).
No library is imported here: a value can only exist once its library is loaded.
"""

from __future__ import annotations

import math
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Self, TypeAlias

Count: TypeAlias = Any
"""An int, an array of NumPy, a SymPy expression, a `torch.SymInt`, a `Fraction`, an `ExactArray` or a `Recorded`."""

Shape: TypeAlias = tuple[Count, ...]
"""Sizes of a tensor, batch first: (N, C, H, W) for an image."""

_NAMES = {"max": {"sympy": "Max", "numpy": "maximum", "torch": "sym_max"}}
_NAMES["min"] = {"sympy": "Min", "numpy": "minimum", "torch": "sym_min"}


class ExactNumber(ABC):
    """A numeric backend of ours: whole numerators over a denominator, which no operation rounds.

    A backend says how it takes in an int or a `Fraction`, and what an operation or a relation gives of two numbers
    over the same denominator.
    """

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]
    denominator: int

    @abstractmethod
    def _lifted(self, other: Any) -> Self:
        """An int or a `Fraction` as a number of this backend."""

    @abstractmethod
    def _step(self, operation: str, right: Self, denominator: int) -> Self:
        """The operation on the numerators; the result is over `denominator`."""

    @abstractmethod
    def _related(self, relation: str, right: Self) -> Any:
        """Whether the relation ("==", "!=", "<" or "<=") holds between the numerators."""

    def _over(self, denominator: int) -> Self:
        """The same number over a multiple of its denominator."""
        if denominator == self.denominator:
            return self
        return self._step("*", self._lifted(denominator // self.denominator), denominator)

    def _common(self, other: Any) -> tuple[Self, Self, int]:
        """Both numbers over one denominator."""
        right = self._lifted(other)
        denominator = math.lcm(self.denominator, right.denominator)
        return self._over(denominator), right._over(denominator), denominator

    def combined(self, operation: str, other: Any) -> Self:
        """The sum, difference, maximum, minimum or greatest common divisor ("+", "-", "max", "min", "gcd")."""
        left, right, denominator = self._common(other)
        if operation == "gcd" and denominator != 1:
            raise TypeError("fractions have no greatest common divisor")
        return left._step(operation, right, denominator)

    def __add__(self, other: Any) -> Self:
        return self.combined("+", other)

    def __sub__(self, other: Any) -> Self:
        return self.combined("-", other)

    def __rsub__(self, other: Any) -> Self:
        return self._lifted(other) - self

    def __mul__(self, other: Any) -> Self:
        if isinstance(other, int) and other == 1:
            return self
        right = self._lifted(other)
        return self._step("*", right, self.denominator * right.denominator)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Self:
        return self._lifted(0) - self

    def __floordiv__(self, other: Any) -> Self:
        left, right, _ = self._common(other)
        return left._step("//", right, 1)

    def __rfloordiv__(self, other: Any) -> Self:
        return self._lifted(other) // self

    def __mod__(self, other: Any) -> Self:
        multiple: Self = self // other * other
        return self - multiple

    def __rmod__(self, other: Any) -> Self:
        return self._lifted(other) % self

    def _compared(self, relation: str, other: object, swapped: bool = False) -> Any:
        if not isinstance(other, type(self) | int | Fraction):
            return NotImplemented
        left, right, _ = self._common(other)
        return right._related(relation, left) if swapped else left._related(relation, right)

    def __eq__(self, other: object) -> Any:
        return self._compared("==", other)

    def __ne__(self, other: object) -> Any:
        return self._compared("!=", other)

    def __lt__(self, other: object) -> Any:
        return self._compared("<", other)

    def __le__(self, other: object) -> Any:
        return self._compared("<=", other)

    def __gt__(self, other: object) -> Any:
        return self._compared("<", other, swapped=True)

    def __ge__(self, other: object) -> Any:
        return self._compared("<=", other, swapped=True)


def _library(*values: object) -> str:
    for value in values:
        root = type(value).__module__.partition(".")[0]
        if root in _NAMES["max"]:
            return root
    return ""


def _combined(operation: str, left: Count, right: Count) -> Count:
    if isinstance(left, ExactNumber):
        return left.combined(operation, right)
    if isinstance(right, ExactNumber):
        return right._lifted(left).combined(operation, right)
    if root := _library(left, right):
        return getattr(sys.modules[root], _NAMES[operation][root])(left, right)
    return max(left, right) if operation == "max" else min(left, right)


def product(values: Iterable[Count]) -> Count:
    """The product of `values`, 1 for none."""
    result: Count = 1
    for value in values:
        result = result * value
    return result


def flag(value: Count) -> Count:
    """True and False as 1 and 0, which every numeric backend can be multiplied by; a symbol stays itself."""
    return int(value) if isinstance(value, bool) else value


def maximum(left: Count, right: Count) -> Count:
    """The larger of two counts."""
    return _combined("max", left, right)


def minimum(left: Count, right: Count) -> Count:
    """The smaller of two counts."""
    return _combined("min", left, right)


def quotient(dividend: Count, divisor: Count) -> Count:
    """`dividend / divisor` where the domain makes it whole (channels per group)."""
    if _library(dividend, divisor) == "sympy" or isinstance(dividend, Fraction) or isinstance(divisor, Fraction):
        return dividend / divisor
    return dividend // divisor


def ceil_div(dividend: Count, divisor: Count) -> Count:
    """`dividend / divisor` rounded up."""
    return -(-dividend // divisor)


def common_divisor(left: Count, right: Count) -> Count:
    """The greatest common divisor; left as `gcd(a, b)` for symbols."""
    if isinstance(left, ExactNumber) or isinstance(right, ExactNumber):
        return _combined("gcd", left, right)
    root = _library(left, right)
    if root == "numpy":
        return sys.modules[root].gcd(left, right)
    if root == "sympy":
        sympy = sys.modules[root]
        known = all(isinstance(value, int | sympy.Integer) for value in (left, right))
        return sympy.Integer(math.gcd(int(left), int(right))) if known else sympy.Function("gcd")(left, right)
    if root == "torch" and (isinstance(left, int) or isinstance(right, int)):
        # Of the first k multiples of s, gcd(s, k) are multiples of k; math.gcd would fix the traced size.
        size, number = (right, left) if isinstance(left, int) else (left, right)
        return number - sum(minimum(index * size % number, 1) for index in range(number))
    return math.gcd(left, right)


def every(answers: Iterable[Any]) -> Any:
    """Whether all answers are yes; element by element where they are arrays."""
    result: Any = True
    for answer in answers:
        result = result & answer
    return result


def exact(value: Count) -> Count:
    """A NumPy array with Python's ints as elements, which cannot overflow; any other value as it is."""
    return value.astype(object) if hasattr(value, "astype") and _library(value) == "numpy" else value


def decidable(value: object) -> bool:
    """Whether a condition on `value` has an answer now: true for numbers and arrays, false for symbols."""
    if isinstance(value, tuple | list):
        return all(decidable(item) for item in value)
    return _library(value) not in ("sympy", "torch")
