"""Whether two expressions in whole numbers are the same function: a decision, not a sample.

Both are read as sums of products f(B)·g(H)·h(W) of functions that are known exactly, as quasi-polynomials. On one
axis take all functions that occur, their largest threshold T, the least common multiple s of their periods and the
largest degree d (and those of the guard, a function of values 0 and 1). Two combinations of them that agree on all
numbers below T and on d + 1 numbers of each residue class modulo s agree everywhere, for a polynomial of degree d
has d roots at most. So linear dependence of functions on an axis is that of their finitely many values, and
exact elimination writes all of them in an independent few. Products of independent functions of different
symbols are independent: the difference is zero everywhere exactly if all its coefficients are.

The smallest counterexample is the one of the least sum of all symbols (B + H + W), of several the first in the
order of their values. It is among the points: along one axis a difference that is not zero on a residue class is
not zero at one of the first d + 1 numbers of it, which are smaller than the rest.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
import sympy
from sympy import QQ
from sympy.polys.matrices import DomainMatrix

from convcost.core.errors import UndecidableError
from convcost.core.numeric import Count
from convcost.symbolic.domain import Domain
from convcost.symbolic.expressions import expression
from convcost.symbolic.quasi_polynomial import QuasiPolynomial
from convcost.symbolic.separated import Key, Separated, added, negated, value_at

Vector: TypeAlias = "np.ndarray[Any, np.dtype[np.object_]]"
"""Python's ints, which cannot overflow."""

_MOST_POINTS = 1 << 15


@dataclass(frozen=True)
class Counterexample:
    """Values of the symbols at which two expressions differ, and the expressions' values there."""

    at: dict[str, int]
    left: Fraction
    right: Fraction


def equal(left: Count, right: Count, domain: Domain) -> bool:
    """Whether two SymPy expressions are equal everywhere in the domain."""
    return counterexample(left, right, domain) is None


def counterexample(left: Count, right: Count, domain: Domain) -> Counterexample | None:
    """Return the smallest point of the domain at which two SymPy expressions differ; None where they never do.

    Raises UndecidableError for an expression outside the class, DomainError for a domain without a point.
    """
    ours, theirs = domain.reader.sum(expression(left)), domain.reader.sum(expression(right))
    difference = added(ours, negated(theirs))
    # A guard may make equal what is not equal elsewhere; an empty domain makes anything equal, and is refused.
    axes = [Axis.of(name, difference, domain) for name in domain.least]
    reduced = reduce_to_basis(difference, axes)
    if not reduced:
        return None
    for point in _points_of_difference(reduced, axes):
        at = {axis.name: n for axis, n in zip(axes, point, strict=True)}
        if domain.passes(at):
            return Counterexample(at, value_at(ours, at), value_at(theirs, at))
    raise UndecidableError(f"the sides differ, but at no point that was tried does {domain.mixed} hold")


def without_what_holds_anyway(domain: Domain) -> Domain:
    """Return the same domain without the guards between symbols that are seen to hold everywhere else in it."""
    kept = tuple(g for g in domain.guards if g not in domain.mixed)
    rest = Domain(domain.least, kept)
    return Domain(domain.least, (*kept, *(g for g in domain.mixed if not _holds(g, rest))))


def _holds(guard: sympy.Basic, domain: Domain) -> bool:
    """Whether a relation is seen to hold: an equation by decision, an inequality by the least value of each factor."""
    if isinstance(guard, sympy.Eq):
        return equal(guard.lhs, guard.rhs, domain)
    sign = -1 if isinstance(guard, sympy.Lt | sympy.Le) else 1
    terms = domain.reader.sum(sign * (guard.lhs - guard.rhs))
    if any(c < 0 and key for key, c in terms.items()) or not all(_at_least_one(key, domain) for key in terms):
        return False
    least = sum(terms.values())  # of factors that are all at least 1
    return bool(least >= 0 if isinstance(guard, sympy.Ge | sympy.Le) else least > 0)


def _at_least_one(key: Key, domain: Domain) -> bool:
    ones = ((domain.allowed(name), f, QuasiPolynomial.constant(1, f.start)) for name, f in key)
    return all(inside * (one - f).positive() == QuasiPolynomial.constant(0, f.start) for inside, f, one in ones)


@dataclass
class Axis:
    """The functions of one symbol that occur in a sum, and the numbers at which they are known everywhere.

    `functions` begin with the constant; `basis` has the places of an independent few, and `combinations` every
    function as their combination.
    """

    name: str
    functions: list[QuasiPolynomial]
    numbers: list[int]
    basis: list[int]
    combinations: list[dict[int, Fraction]]

    @classmethod
    def of(cls, name: str, terms: Separated, domain: Domain) -> Axis:
        """Return the axis of one symbol; functions stand from the plainest to the least plain."""
        allowed = domain.allowed(name)
        found = {f for key in terms for n, f in key if n == name}
        plainest = sorted(found, key=lambda f: (len(f.head), f.period, f.degree, -f(f.threshold + f.period)))
        functions = [QuasiPolynomial.constant(1, domain.least[name]), *plainest]
        every = [*functions, allowed]
        threshold, degree = max(f.threshold for f in every), max(f.degree for f in every)
        points = allowed.points(threshold, math.lcm(*(f.period for f in every)), degree)
        numbers = [n for n in points if allowed(n)]
        if len(numbers) > _MOST_POINTS:
            raise UndecidableError(f"{len(numbers)} values of {name} are too many to decide")
        return cls(name, functions, numbers, *_independent([[f(n) for n in numbers] for f in functions]))

    def place(self, key: Key) -> int:
        """Return the place of a product's function of this symbol; that of the constant if it has none."""
        return next((self.functions.index(f) for name, f in key if name == self.name), 0)


def reduce_to_basis(terms: Separated, axes: list[Axis]) -> dict[tuple[int, ...], Fraction]:
    """Write a sum of products in the independent functions of each axis: places and coefficients, none of them zero."""
    reduced: dict[tuple[int, ...], Fraction] = {}
    for key, coefficient in terms.items():
        products: dict[tuple[int, ...], Fraction] = {(): coefficient}
        for axis in axes:
            combination = axis.combinations[axis.place(key)]
            products = {(*p, b): c * x for p, c in products.items() for b, x in combination.items()}
        for places, value in products.items():
            reduced[places] = reduced.get(places, Fraction(0)) + value
    return {places: value for places, value in reduced.items() if value}


def _integers(values: list[Fraction]) -> tuple[Vector, int]:
    """Numbers times their common denominator, and this."""
    scale = math.lcm(*(v.denominator for v in values))
    return np.array([int(v * scale) for v in values], dtype=object), scale


def _independent(vectors: list[list[Fraction]]) -> tuple[list[int], list[dict[int, Fraction]]]:
    """Places of independent vectors, the first of each that depend, and each vector as a combination of them."""
    rows = [[QQ(value.numerator, value.denominator) for value in row] for row in zip(*vectors, strict=True)]
    reduced, basis = DomainMatrix(rows, (len(rows), len(vectors)), QQ).rref()
    columns = reduced.transpose().to_list()[: len(vectors)]
    return list(basis), [
        {b: Fraction(int(x.numerator), int(x.denominator)) for b, x in zip(basis, column, strict=False) if x}
        for column in columns
    ]


def _points_of_difference(reduced: dict[tuple[int, ...], Fraction], axes: list[Axis]) -> Iterator[tuple[int, ...]]:
    """Points where a sum is not zero, from the smallest; all that lie among the axes' numbers."""
    size, whole = 16, [len(axis.numbers) for axis in axes]
    while not (found := _nonzero(reduced, axes, [min(size, most) for most in whole])):
        size *= 2
    # A smaller one may be long and thin.
    spare = sum(found[0]) - sum(axis.numbers[0] for axis in axes)
    smallest = _nonzero(reduced, axes, [bisect_right(a.numbers, a.numbers[0] + spare) for a in axes])[0]
    yield smallest
    yield from (point for point in _nonzero(reduced, axes, whole) if point != smallest)


def _nonzero(reduced: dict[tuple[int, ...], Fraction], axes: list[Axis], counts: list[int]) -> list[tuple[int, ...]]:
    """Points of the grid of each axis' first numbers where a sum is not zero, in their order."""
    values = [
        {b: _integers([axis.functions[b](n) for n in axis.numbers[:count]]) for b in axis.basis}
        for axis, count in zip(axes, counts, strict=True)
    ]
    total = np.array(0, dtype=object)
    common = math.lcm(
        *(c.denominator * math.prod(v[b][1] for v, b in zip(values, p, strict=True)) for p, c in reduced.items())
    )
    for places, coefficient in reduced.items():
        vectors = [v[b] for v, b in zip(values, places, strict=True)]
        factor = coefficient * common / math.prod(scale for _, scale in vectors)
        total = total + reduce(np.multiply.outer, (vector for vector, _ in vectors)) * int(factor)
    points = (
        tuple(axis.numbers[i] for axis, i in zip(axes, index, strict=True))
        for index in np.argwhere(total != 0).tolist()
    )
    return sorted(points, key=lambda point: (sum(point), point))
