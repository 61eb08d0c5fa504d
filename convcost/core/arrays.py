"""A numeric backend for whole sweeps: arrays of exact numbers that cannot overflow, with one common denominator.

Counts are int64 where a bound in Python's ints, kept with every array, says that they fit, and Python's ints where it
does not. A width multiplier is an array of numerators over one denominator, so that ⌊32·α⌋ is exact.

A formula may ask for something (is the domain kept? are two widths equal?) that does not hold at all points alike.
Then it cannot be evaluated for all of them at once: `Split` says which points belong together.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import reduce
from typing import Any, TypeAlias

import numpy as np

from convcost.core.numeric import OPERATIONS, RELATIONS, Count, ExactNumber

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"

_MOST = 2**63 - 1
_BOUNDS: dict[str, Callable[[int, int], int]] = {"+": operator.add, "-": operator.add, "*": operator.mul}
"""Operations that are evaluated when their result is looked at, and the bound of the result."""


class Split(Exception):  # noqa: N818  a finding, not an error
    """Points with different `labels` have to be evaluated apart; the labels broadcast against the points."""

    def __init__(self, labels: Array) -> None:
        super().__init__("the points have to be evaluated apart")
        self.labels = labels


class TruthArray:
    """Whether something holds, at every point."""

    __slots__ = ("values",)
    __array_ufunc__ = None

    def __init__(self, values: Array) -> None:
        self.values = values

    def __and__(self, other: object) -> TruthArray:
        return TruthArray(self.values & (other.values if isinstance(other, TruthArray) else bool(other)))

    def __or__(self, other: object) -> TruthArray:
        return TruthArray(self.values | (other.values if isinstance(other, TruthArray) else bool(other)))

    __rand__, __ror__ = __and__, __or__

    def __invert__(self) -> TruthArray:
        return TruthArray(~self.values)

    def __bool__(self) -> bool:
        if self.values.all():
            return True
        if self.values.any():
            raise Split(self.values)
        return False

    all = __bool__


class ExactArray(ExactNumber):
    """An array of numbers, int64 or Python's ints over a common denominator; evaluated when it is looked at."""

    __slots__ = ("_pending", "_values", "bound", "denominator")
    __array_ufunc__ = None  # NumPy's own operators leave the work to ours

    def __init__(
        self,
        values: Array | None,
        denominator: int = 1,
        bound: int | None = None,
        pending: tuple[str, ExactArray, ExactArray] | None = None,
    ) -> None:
        self._values, self._pending, self.denominator = values, pending, denominator
        self.bound: int = _largest(self.values) if bound is None else bound

    @property
    def values(self) -> Array:
        """The numerators."""
        if self._values is None:
            self._values, self._pending = self.computed(), None
        return self._values

    def computed(self) -> Array:
        """Return the numerators, which are not kept if they are not yet."""
        if self._values is not None:
            return self._values
        operation, left, right = self._unevaluated
        if operation == "*":
            return _multiplied(self.factors)
        return np.asarray(OPERATIONS[operation](left.values, right.values))

    @property
    def _unevaluated(self) -> tuple[str, ExactArray, ExactArray]:
        assert self._pending is not None  # noqa: S101  an array has values, or an operation that gives them
        return self._pending

    @property
    def operands(self) -> tuple[ExactArray, ExactArray]:
        """What an array that is not evaluated yet is made of."""
        return self._unevaluated[1:]

    @property
    def factors(self) -> list[ExactArray]:
        """What it is a product of, as far as that is not evaluated yet."""
        if self._values is None and self._unevaluated[0] == "*":
            left, right = self.operands
            return [*left.factors, *right.factors]
        return [self]

    def tightened(self) -> ExactArray:
        """Return itself with the least bound there is."""
        self.bound = _largest(self.values)
        return self

    def _as_objects(self) -> ExactArray:
        return ExactArray(self.values.astype(object), self.denominator, self.bound)

    def _lifted(self, other: ExactArray | int | Fraction) -> ExactArray:
        return _lift(other)

    def _step(self, operation: str, right: ExactArray, denominator: int) -> ExactArray:
        if operation in _BOUNDS:
            return self._later(operation, right, denominator)
        if operation == "//" and (right.values == 0).any():
            raise ZeroDivisionError("integer division by zero at some point")
        bound = self.bound if operation == "//" else max(self.bound, right.bound)
        return ExactArray(np.asarray(OPERATIONS[operation](self.values, right.values)), denominator, bound)

    def _later(self, operation: str, right: ExactArray, denominator: int) -> ExactArray:
        """The result, on Python's ints where int64 might overflow."""
        left, bounded = self, _BOUNDS[operation]
        bound = bounded(left.bound, right.bound)
        if bound > _MOST:
            bound = bounded(left.tightened().bound, right.tightened().bound)
            if bound > _MOST:
                left, right = left._as_objects(), right._as_objects()
        return ExactArray(None, denominator, bound, (operation, left, right))

    def _related(self, relation: str, right: ExactArray) -> TruthArray:
        return TruthArray(np.asarray(RELATIONS[relation](self.values, right.values), dtype=bool))

    def __index__(self) -> int:
        """Return the number where it is one number throughout (a count of repeats)."""
        if self.denominator != 1:
            raise TypeError("an array of fractions is not a whole number")
        unique, labels = np.unique(self.values, return_inverse=True)
        if unique.size > 1:
            raise Split(labels.reshape(self.values.shape))
        return int(unique[0])

    __int__ = __index__

    def __repr__(self) -> str:
        return f"ExactArray({self.values!r}, {self.denominator})"


def summed(counts: Iterable[Count]) -> ExactArray:
    """Return the sum of any number of counts; the large arrays on the way to it are not kept."""
    total = _lift(0)
    for count in counts:
        left, right = (total + count).operands
        total = ExactArray(np.asarray(left.values + right.computed()), left.denominator, left.bound + right.bound)
    return total


def whole(count: Count) -> Array:
    """Return a count as NumPy has it: int64 where it fits, else Python's ints; raises TypeError for fractions."""
    array = _lift(count)
    if array.denominator != 1:
        if (array.values % array.denominator).any():
            raise TypeError("a count is not a whole number")
        array = array // 1
    fits = _largest(array.values) <= _MOST
    return array.values.astype(np.int64 if fits else object, copy=False)


def _lift(value: object) -> ExactArray:
    if isinstance(value, ExactArray):
        return value
    if not isinstance(value, Fraction | int | np.integer):
        raise TypeError(f"{value!r} is not an exact number")
    exact = value if isinstance(value, Fraction) else Fraction(int(value))
    fits = abs(exact.numerator) <= _MOST
    numerator = np.array(exact.numerator, dtype=np.int64 if fits else object)
    return ExactArray(numerator, exact.denominator, abs(exact.numerator))


def _multiplied(factors: list[ExactArray]) -> Array:
    """The product, those of one shape first, so that few multiplications are of the whole grid."""
    products: dict[tuple[int, ...], Array] = {}
    for factor in factors:
        values = factor.values
        known = products.get(values.shape)
        products[values.shape] = values if known is None else known * values
    return np.asarray(reduce(np.multiply, sorted(products.values(), key=np.size)))


def _largest(values: Array) -> int:
    """The largest absolute value, 0 of nothing."""
    return max(abs(int(values.max())), abs(int(values.min()))) if values.size else 0
