"""The number-like things a formula can be evaluated on, and the few operations that `+ * //` do not spell.

A formula runs unchanged on Python ints (an exact count), NumPy integer arrays (a sweep), SymPy expressions
(a closed form), `torch.SymInt` (a traced model), `fractions.Fraction` (a law without rounding), `ExactArray`
(a sweep of anything, widths included) and `Recorded` (a program that runs elsewhere).
No library is imported here: a value can only exist once its library is loaded.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, TypeAlias

Count: TypeAlias = Any
"""An int, an array of NumPy, a SymPy expression, a `torch.SymInt`, a `Fraction`, an `ExactArray` or a `Recorded`."""

Shape: TypeAlias = tuple[Count, ...]
"""Sizes of a tensor, batch first: (N, C, H, W) for an image."""

_OURS = ("convcost.core.arrays", "convcost.core.recorded")
_LARGER = {"sympy": "Max", "numpy": "maximum", "torch": "sym_max", **dict.fromkeys(_OURS, "larger")}
_SMALLER = {"sympy": "Min", "numpy": "minimum", "torch": "sym_min", **dict.fromkeys(_OURS, "smaller")}


def _library(*values: Count) -> str:
    for value in values:
        module = type(value).__module__
        root = module if module in _OURS else module.partition(".")[0]
        if root in _LARGER:
            return root
    return ""


def product(values: Iterable[Count]) -> Count:
    """The product of `values`, 1 for none."""
    result: Count = 1
    for value in values:
        result = result * value
    return result


def flag(value: Count) -> Count:
    """True and False as 1 and 0, which every carrier can be multiplied by; a symbol stays itself."""
    return int(value) if isinstance(value, bool) else value


def maximum(left: Count, right: Count) -> Count:
    """The larger of two counts."""
    root = _library(left, right)
    return getattr(sys.modules[root], _LARGER[root])(left, right) if root else max(left, right)


def minimum(left: Count, right: Count) -> Count:
    """The smaller of two counts."""
    root = _library(left, right)
    return getattr(sys.modules[root], _SMALLER[root])(left, right) if root else min(left, right)


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
    root = _library(left, right)
    if root in ("numpy", *_OURS):
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
    """A NumPy array with Python's ints as elements, which cannot overflow; any other carrier as it is."""
    return value.astype(object) if hasattr(value, "astype") and _library(value) == "numpy" else value


def decidable(value: object) -> bool:
    """Whether a condition on `value` has an answer now: true for numbers and arrays, false for symbols."""
    if isinstance(value, tuple | list):
        return all(decidable(item) for item in value)
    return _library(value) not in ("sympy", "torch")
