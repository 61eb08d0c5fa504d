"""A carrier for whole sweeps: arrays of exact numbers that cannot overflow, with one common denominator.

Counts are int64 where a bound in Python's ints, kept with every array, says that they fit, and Python's ints where it
does not. A width multiplier is an array of numerators over one denominator, so that ⌊32·α⌋ is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import reduce
from math import lcm
from typing import Any

import numpy as np

from convcost.core.answer import Answer, Split

_MOST = 2**63 - 1


class ExactArray:
    """An array of numbers, int64 or Python's ints over a common denominator; evaluated when it is looked at."""

    __slots__ = ("_pending", "_values", "bound", "denominator")
    __array_ufunc__ = None  # NumPy's own operators leave the work to ours
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, values: Any, denominator: int = 1, bound: int | None = None, pending: Any = None) -> None:
        self._values, self._pending, self.denominator = values, pending, denominator
        self.bound: int = _largest(values) if bound is None else bound

    @property
    def values(self) -> Any:
        """The numerators."""
        if self._values is None:
            self._values, self._pending = self.computed(), None
        return self._values

    def computed(self) -> Any:
        """The numerators, not kept if they are not yet."""
        if self._values is not None:
            return self._values
        operation, left, right = self._pending
        if operation is np.multiply:
            return _multiplied(self.factors)
        return np.asarray(operation(left.values, right.values))

    @property
    def operands(self) -> tuple[ExactArray, ExactArray]:
        """What an array that is not evaluated yet is made of."""
        _, left, right = self._pending
        return left, right

    @property
    def factors(self) -> list[ExactArray]:
        """What it is a product of, as far as that is not evaluated yet."""
        if self._values is None and self._pending[0] is np.multiply:
            left, right = self.operands
            return [*left.factors, *right.factors]
        return [self]

    def tightened(self) -> ExactArray:
        """The same with the least bound there is."""
        self.bound = _largest(self.values)
        return self

    def _as_objects(self) -> ExactArray:
        return ExactArray(self.values.astype(object), self.denominator, self.bound)

    def __mul__(self, other: Any) -> ExactArray:
        right = _lift(other)
        return _checked(np.multiply, self, right, _product, self.denominator * right.denominator)

    def __add__(self, other: Any) -> ExactArray:
        return _checked(np.add, *_common(self, _lift(other)), _sum)

    def __sub__(self, other: Any) -> ExactArray:
        return _checked(np.subtract, *_common(self, _lift(other)), _sum)

    def __rsub__(self, other: Any) -> ExactArray:
        return _lift(other) - self

    __rmul__, __radd__ = __mul__, __add__

    def __neg__(self) -> ExactArray:
        return ExactArray(np.asarray(-self.values), self.denominator, self.bound)

    def __floordiv__(self, other: Any) -> ExactArray:
        above, below = _common(self, _lift(other))
        if (below.values == 0).any():
            raise ZeroDivisionError("integer division by zero at some point")
        return ExactArray(np.asarray(above.values // below.values), 1, above.bound)

    def __rfloordiv__(self, other: Any) -> ExactArray:
        return _lift(other) // self

    def __mod__(self, other: Any) -> ExactArray:
        divisor = _lift(other)
        return self - self // divisor * divisor

    def __rmod__(self, other: Any) -> ExactArray:
        return _lift(other) % self

    def _compared(self, other: Any, operation: Callable[[Any, Any], Any]) -> Any:
        if not isinstance(other, ExactArray | int | Fraction):
            return NotImplemented
        left, right = _common(self, _lift(other))
        return Answer(np.asarray(operation(left.values, right.values), dtype=bool))

    def __eq__(self, other: object) -> Any:
        return self._compared(other, np.equal)

    def __ne__(self, other: object) -> Any:
        return self._compared(other, np.not_equal)

    def __lt__(self, other: Any) -> Any:
        return self._compared(other, np.less)

    def __le__(self, other: Any) -> Any:
        return self._compared(other, np.less_equal)

    def __gt__(self, other: Any) -> Any:
        return self._compared(other, np.greater)

    def __ge__(self, other: Any) -> Any:
        return self._compared(other, np.greater_equal)

    def __index__(self) -> int:
        """The number where it is one number throughout (a count of repeats)."""
        if self.denominator != 1:
            raise TypeError("an array of fractions is no whole number")
        unique, labels = np.unique(self.values, return_inverse=True)
        if unique.size > 1:
            raise Split(labels.reshape(self.values.shape))
        return int(unique[0])

    __int__ = __index__

    def __repr__(self) -> str:
        return f"ExactArray({self.values!r}, {self.denominator})"


def larger(left: Any, right: Any) -> ExactArray:
    """The larger of two, point by point."""
    return _chosen(np.maximum, left, right)


def smaller(left: Any, right: Any) -> ExactArray:
    """The smaller of two, point by point."""
    return _chosen(np.minimum, left, right)


def gcd(left: Any, right: Any) -> ExactArray:
    """The greatest common divisor of whole numbers, point by point."""
    first, second = _lift(left), _lift(right)
    if (first.denominator, second.denominator) != (1, 1):
        raise TypeError("fractions have no greatest common divisor")
    return ExactArray(np.asarray(np.gcd(first.values, second.values)), 1, max(first.bound, second.bound))


def summed(counts: Iterable[Any]) -> ExactArray:
    """The sum of any number of counts; the large arrays on the way to it are not kept."""
    total = _lift(0)
    for count in counts:
        left, right = (total + count).operands
        total = ExactArray(np.asarray(left.values + right.computed()), left.denominator, left.bound + right.bound)
    return total


def whole(count: Any) -> Any:
    """A count as NumPy has it: int64 where all of it fits, else Python's ints; raises TypeError for fractions."""
    array = _lift(count)
    if array.denominator != 1:
        if (array.values % array.denominator).any():
            raise TypeError("a count is no whole number")
        array = array // 1
    fits = _largest(array.values) <= _MOST
    return array.values.astype(np.int64 if fits else object, copy=False)


def _chosen(choice: Callable[[Any, Any], Any], left: Any, right: Any) -> ExactArray:
    first, second = _common(_lift(left), _lift(right))
    chosen = np.asarray(choice(first.values, second.values))
    return ExactArray(chosen, first.denominator, max(first.bound, second.bound))


def _lift(value: Any) -> ExactArray:
    if isinstance(value, ExactArray):
        return value
    if isinstance(value, Fraction):
        numerator, denominator = value.numerator, value.denominator
    elif isinstance(value, int | np.integer):
        numerator, denominator = int(value), 1
    else:
        raise TypeError(f"{value!r} is no exact number")
    fits = abs(numerator) <= _MOST
    return ExactArray(np.array(numerator, dtype=np.int64 if fits else object), denominator, abs(numerator))


def _common(left: ExactArray, right: ExactArray) -> tuple[ExactArray, ExactArray]:
    """Both over one denominator."""
    if left.denominator == right.denominator:
        return left, right
    denominator = lcm(left.denominator, right.denominator)
    return _over(left, denominator), _over(right, denominator)


def _over(array: ExactArray, denominator: int) -> ExactArray:
    scaled = array * (denominator // array.denominator)
    return ExactArray(scaled.values, denominator, scaled.bound)


def _multiplied(factors: list[ExactArray]) -> Any:
    """The product, those of one shape first, so that few multiplications are of the whole grid."""
    products: dict[tuple[int, ...], Any] = {}
    for factor in factors:
        values = factor.values
        known = products.get(values.shape)
        products[values.shape] = values if known is None else known * values
    return np.asarray(reduce(np.multiply, sorted(products.values(), key=np.size)))


def _product(left: int, right: int) -> int:
    return left * right


def _sum(left: int, right: int) -> int:
    return left + right


def _checked(
    operation: Callable[[Any, Any], Any],
    left: ExactArray,
    right: ExactArray,
    bounded: Callable[[int, int], int],
    denominator: int | None = None,
) -> ExactArray:
    """The result, on Python's ints where int64 might overflow."""
    denominator = left.denominator if denominator is None else denominator
    bound = bounded(left.bound, right.bound)
    if bound > _MOST:
        bound = bounded(left.tightened().bound, right.tightened().bound)
        if bound > _MOST:
            left, right = left._as_objects(), right._as_objects()
    return ExactArray(None, denominator, bound, (operation, left, right))


def _largest(values: Any) -> int:
    """The largest absolute value, 0 of nothing."""
    return max(abs(int(values.max())), abs(int(values.min()))) if values.size else 0
