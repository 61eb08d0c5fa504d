"""The kinds of number that a formula can be evaluated on, and the few operations that `+ * //` do not spell.

A formula runs unchanged on every numeric backend: Python ints (an exact count), NumPy integer arrays (a sweep), SymPy
expressions (a closed form), `torch.SymInt` (a traced model), `fractions.Fraction` (unrounded scaling), `ExactArray`
(a sweep of anything, widths included) and `Recorded` (a program that runs elsewhere).
No library is imported here: a value can only exist once its library is loaded.
"""

from __future__ import annotations

import math
import operator
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from fractions import Fraction
from numbers import Rational
from typing import Any, Protocol, Self, TypeAlias, TypeVar, cast

_Operand: TypeAlias = Any
"""An int or a number of the same kind; no static type says that for all kinds at once."""


class Count(Protocol):
    """What a formula needs of a number: an int has it, and so has a number of every other backend."""

    def __add__(self, other: _Operand, /) -> Count: ...
    def __radd__(self, other: _Operand, /) -> Count: ...
    def __sub__(self, other: _Operand, /) -> Count: ...
    def __rsub__(self, other: _Operand, /) -> Count: ...
    def __mul__(self, other: _Operand, /) -> Count: ...
    def __rmul__(self, other: _Operand, /) -> Count: ...
    def __floordiv__(self, other: _Operand, /) -> Count: ...
    def __rfloordiv__(self, other: _Operand, /) -> Count: ...
    def __mod__(self, other: _Operand, /) -> Count: ...
    def __rmod__(self, other: _Operand, /) -> Count: ...
    def __neg__(self) -> Count: ...
    def __lt__(self, other: _Operand, /) -> Truth: ...
    def __le__(self, other: _Operand, /) -> Truth: ...
    def __gt__(self, other: _Operand, /) -> Truth: ...
    def __ge__(self, other: _Operand, /) -> Truth: ...
    def __int__(self) -> int: ...


Truth: TypeAlias = Any
"""What a comparison of counts gives: True or False, an array of them, or a relation between symbols."""

Shape: TypeAlias = tuple[Count, ...]
"""Sizes of a tensor, batch first: (N, C, H, W) for an image."""

PerAxis: TypeAlias = Count | tuple[Count, ...]
"""A hyper-parameter given once for all spatial axes, or once per axis."""

_Value = TypeVar("_Value")

_NAMES = {
    "max": {"sympy": "Max", "numpy": "maximum", "torch": "sym_max"},
    "min": {"sympy": "Min", "numpy": "minimum", "torch": "sym_min"},
}


def _reflected(operation: Callable[[Any, Any], Any]) -> Callable[[Any, _Operand], Any]:
    """Return the method that Python calls where the number stands on the right."""
    return lambda self, other: operation(self._lifted(other), self)


def _relation(relation: str, swapped: bool = False) -> Callable[[Any, object], Truth]:
    """Return the method of a comparison, which may have its sides swapped."""

    def compare(self: ExactNumber, other: object) -> Truth:
        if not isinstance(other, type(self) | int | Fraction):
            return NotImplemented
        left, right, _ = self._common(other)
        return right._related(relation, left) if swapped else left._related(relation, right)

    return compare


class ExactNumber(ABC):
    """A numeric backend of ours: whole numerators over a denominator, which no operation rounds.

    A backend says how it takes in an int or a `Fraction`, and what an operation or a relation gives of two numbers
    over the same denominator.
    """

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]
    denominator: int

    @abstractmethod
    def _lifted(self, other: _Operand) -> Self:
        """An int or a `Fraction` as a number of this backend."""

    @abstractmethod
    def _step(self, operation: str, right: Self, denominator: int) -> Self:
        """The operation on the numerators; the result is over `denominator`."""

    @abstractmethod
    def _related(self, relation: str, right: Self) -> Truth:
        """Whether the relation ("==", "!=", "<" or "<=") holds between the numerators."""

    def _over(self, denominator: int) -> Self:
        """The same number over a multiple of its denominator."""
        if denominator == self.denominator:
            return self
        return self._step("*", self._lifted(denominator // self.denominator), denominator)

    def _common(self, other: _Operand) -> tuple[Self, Self, int]:
        """Both numbers over one denominator."""
        right = self._lifted(other)
        denominator = math.lcm(self.denominator, right.denominator)
        return self._over(denominator), right._over(denominator), denominator

    def combined(self, operation: str, other: _Operand) -> Self:
        """The sum, difference, maximum, minimum or greatest common divisor ("+", "-", "max", "min", "gcd")."""
        left, right, denominator = self._common(other)
        if operation == "gcd" and denominator != 1:
            raise TypeError("fractions have no greatest common divisor")
        return left._step(operation, right, denominator)

    def __add__(self, other: _Operand) -> Self:
        return self.combined("+", other)

    def __sub__(self, other: _Operand) -> Self:
        return self.combined("-", other)

    def __mul__(self, other: _Operand) -> Self:
        if isinstance(other, int) and other == 1:
            return self
        right = self._lifted(other)
        return self._step("*", right, self.denominator * right.denominator)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Self:
        return self._lifted(0) - self

    def __floordiv__(self, other: _Operand) -> Self:
        left, right, _ = self._common(other)
        return left._step("//", right, 1)

    def __mod__(self, other: _Operand) -> Self:
        multiple: Self = self // other * other
        return self - multiple

    __rsub__, __rfloordiv__, __rmod__ = map(_reflected, (operator.sub, operator.floordiv, operator.mod))
    __eq__, __ne__, __lt__, __le__ = map(_relation, ("==", "!=", "<", "<="))
    __gt__, __ge__ = _relation("<", swapped=True), _relation("<=", swapped=True)


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
    root = _library(left, right)
    of_numbers: Callable[..., Count] = max if operation == "max" else min
    choose: Callable[..., Count] = getattr(sys.modules[root], _NAMES[operation][root]) if root else of_numbers
    return choose(left, right)


def product(values: Iterable[Count]) -> Count:
    """Return the product of `values`, 1 for none."""
    result: Count = 1
    for value in values:
        result = result * value
    return result


def spread(value: _Value | tuple[_Value, ...] | list[_Value], rank: int) -> tuple[_Value, ...]:
    """Return a hyper-parameter given once, or once per axis, as one value per axis."""
    values = tuple(value) if isinstance(value, tuple | list) else (value,)
    return values * rank if len(values) == 1 else values


def flag(value: Count) -> Count:
    """Return True and False as 1 and 0, which every backend can be multiplied by; a symbol stays itself."""
    return int(value) if isinstance(value, bool) else value


def maximum(left: Count, right: Count) -> Count:
    """Return the larger of two counts."""
    return _combined("max", left, right)


def minimum(left: Count, right: Count) -> Count:
    """Return the smaller of two counts."""
    return _combined("min", left, right)


def quotient(dividend: Count, divisor: Count) -> Count:
    """Return `dividend / divisor` where the domain makes it whole (channels per group)."""
    if _library(dividend, divisor) == "sympy" or isinstance(dividend, Fraction) or isinstance(divisor, Fraction):
        return cast(Fraction, dividend) / cast(Fraction, divisor)
    return dividend // divisor


def ceil_div(dividend: Count, divisor: Count) -> Count:
    """Return `dividend / divisor` rounded up."""
    return -(-dividend // divisor)


def as_fraction(count: Count) -> Fraction:
    """Return an exact number as a fraction; raises TypeError for an array or a symbol."""
    if not isinstance(count, Rational):
        raise TypeError(f"{count!r} is not an exact number")
    return Fraction(count)


def common_divisor(left: Count, right: Count) -> Count:
    """Return the greatest common divisor; left as `gcd(a, b)` for symbols."""
    if isinstance(left, ExactNumber) or isinstance(right, ExactNumber):
        return _combined("gcd", left, right)
    root = _library(left, right)
    if root == "numpy":
        divisor: Callable[..., Count] = sys.modules[root].gcd
        return divisor(left, right)
    if root == "sympy":
        sympy = sys.modules[root]
        known = all(isinstance(value, int | sympy.Integer) for value in (left, right))
        symbolic: Count = (
            sympy.Integer(math.gcd(int(left), int(right))) if known else sympy.Function("gcd")(left, right)
        )
        return symbolic
    if root == "torch" and (isinstance(left, int) or isinstance(right, int)):
        # Of the first k multiples of s, gcd(s, k) are multiples of k; math.gcd would fix the traced size.
        size, number = (right, left) if isinstance(left, int) else (left, cast(int, right))
        return number - sum(minimum(index * size % number, 1) for index in range(number))
    return math.gcd(cast(int, left), cast(int, right))


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "max": maximum,
    "min": minimum,
    "gcd": common_divisor,
}
RELATIONS: dict[str, Callable[[Any, Any], Truth]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">=": operator.ge,
}
"""What the signs of operations and relations mean, for counts and for NumPy arrays."""


def every(answers: Iterable[Truth]) -> Truth:
    """Return whether all answers are yes, element by element where they are arrays."""
    result: Truth = True
    for answer in answers:
        result = result & answer
    return result


def exact(value: Count) -> Count:
    """Return a NumPy array with Python's ints as elements, which cannot overflow; any other number as it is."""
    return value.astype(object) if hasattr(value, "astype") and _library(value) == "numpy" else value


def decidable(value: object) -> bool:
    """Return whether a condition on `value` has an answer now: true for numbers and arrays, false for symbols."""
    if isinstance(value, tuple | list):
        return all(decidable(item) for item in value)
    return _library(value) not in ("sympy", "torch")
