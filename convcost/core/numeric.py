"""The kinds of number that a formula can be evaluated on, and the few operations that `+ * //` do not spell.

A formula runs unchanged on every numeric backend: Python ints (an exact count), NumPy integer arrays (a sweep), SymPy
expressions (a closed form), `torch.SymInt` (a traced model), `fractions.Fraction` (unrounded scaling), `ExactArray`
(a sweep of anything, widths included) and `Recorded` (a program that runs elsewhere).
No library is imported here: a value can only exist once its library is loaded.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from fractions import Fraction
from numbers import Rational
from typing import Any, Protocol, TypeAlias, cast

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

_OURS = ("convcost.core.arrays", "convcost.core.recorded")
_LARGER = {"sympy": "Max", "numpy": "maximum", "torch": "sym_max", **dict.fromkeys(_OURS, "larger")}
_SMALLER = {"sympy": "Min", "numpy": "minimum", "torch": "sym_min", **dict.fromkeys(_OURS, "smaller")}


def _library(*values: object) -> str:
    for value in values:
        module = type(value).__module__
        root = module if module in _OURS else module.partition(".")[0]
        if root in _LARGER:
            return root
    return ""


def product(values: Iterable[Count]) -> Count:
    """Return the product of `values`, 1 for none."""
    result: Count = 1
    for value in values:
        result = result * value
    return result


def flag(value: Count) -> Count:
    """Return True and False as 1 and 0, which every backend can be multiplied by; a symbol stays itself."""
    return int(value) if isinstance(value, bool) else value


def maximum(left: Count, right: Count) -> Count:
    """Return the larger of two counts."""
    return _of_two(left, right, _LARGER, max)


def minimum(left: Count, right: Count) -> Count:
    """Return the smaller of two counts."""
    return _of_two(left, right, _SMALLER, min)


def _of_two(left: Count, right: Count, names: dict[str, str], of_numbers: Callable[..., Count]) -> Count:
    root = _library(left, right)
    choose: Callable[..., Count] = getattr(sys.modules[root], names[root]) if root else of_numbers
    return choose(left, right)


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
        raise TypeError(f"{count!r} is no exact number")
    return Fraction(count)


def common_divisor(left: Count, right: Count) -> Count:
    """Return the greatest common divisor; left as `gcd(a, b)` for symbols."""
    root = _library(left, right)
    if root in ("numpy", *_OURS):
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
