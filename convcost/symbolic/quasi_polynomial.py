"""Functions of one whole number that are polynomials on each residue class, from some number on.

Every size of a feature map is one: floors, ceilings and remainders by a constant, Max and Min, sums and products
keep within the class. A function is a table below a threshold and above it one polynomial for each residue class
of n modulo a period. Why each operation is exact:

* Sum and product: of the polynomials of a class, on the common period.
* Floor: let D be the common denominator of a polynomial p. D·p(n) modulo D depends on n modulo D only, so that on
  the classes of a period that D divides, p(n) - floor(p(n)) is one constant, which is read off at one number.
* Max and Min: a polynomial keeps its sign above Cauchy's bound on its roots, 1 + max|a_i / a_d|; up to the
  bound, values go into the table.

The form is unique (least period, shortest table), so that two functions are equal where their forms are.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import zip_longest
from typing import TypeAlias

from convcost.core.errors import UndecidableError

Polynomial: TypeAlias = tuple[Fraction, ...]
"""Coefficients, the constant first, the last one not zero."""

_LONGEST = 1 << 16


@dataclass(frozen=True)
class QuasiPolynomial:
    """A function of n ≥ `start`: `head` are its first values, `tail[n % period]` its polynomial in n from there on.

    Made by `constant`, `whole` and arithmetic, which keep the form unique.
    """

    start: int
    head: tuple[Fraction, ...]
    tail: tuple[Polynomial, ...]

    @classmethod
    def constant(cls, value: Fraction | int, start: int) -> QuasiPolynomial:
        """Return the function that is `value` everywhere."""
        return cls(start, (), (_trimmed([Fraction(value)]),))

    @classmethod
    def whole(cls, start: int) -> QuasiPolynomial:
        """Return the function n itself."""
        return cls(start, (), ((Fraction(0), Fraction(1)),))

    @classmethod
    def of(cls, start: int, head: Iterable[Fraction], tail: Iterable[Polynomial]) -> QuasiPolynomial:
        """Return the unique form of a table and polynomials."""
        shortest, table = _least_period(tuple(tail)), list(head)
        while table and table[-1] == _value(shortest[(n := start + len(table) - 1) % len(shortest)], n):
            table.pop()
        return cls(start, tuple(table), shortest)

    @cached_property
    def _hash(self) -> int:
        return hash((self.start, self.head, self.tail))

    def __hash__(self) -> int:
        return self._hash

    @property
    def period(self) -> int:
        """The least period of the polynomials."""
        return len(self.tail)

    @property
    def threshold(self) -> int:
        """The number from which on the polynomials hold."""
        return self.start + len(self.head)

    @cached_property
    def degree(self) -> int:
        """The largest degree of a polynomial; 0 for the zero function too."""
        return max(max(len(p) for p in self.tail) - 1, 0)

    def __call__(self, n: int) -> Fraction:
        """Return the value at n ≥ start."""
        place = n - self.start
        if place < 0:
            raise ValueError(f"{n} is below {self.start}")
        return self.head[place] if place < len(self.head) else _value(self.tail[n % self.period], n)

    def __add__(self, other: QuasiPolynomial) -> QuasiPolynomial:
        return self._with(other, operator.add, _sum)

    def __mul__(self, other: QuasiPolynomial) -> QuasiPolynomial:
        return self._with(other, operator.mul, _product)

    def __neg__(self) -> QuasiPolynomial:
        return self * QuasiPolynomial.constant(-1, self.start)

    def __sub__(self, other: QuasiPolynomial) -> QuasiPolynomial:
        return self + -other

    def scaled(self, factor: Fraction | int) -> QuasiPolynomial:
        """Return this function times a number."""
        return self * QuasiPolynomial.constant(factor, self.start)

    def floor(self) -> QuasiPolynomial:
        """Return each value rounded down."""
        period = _common([self.period, *(c.denominator for p in self.tail for c in p)])
        polynomials = []
        for residue in range(period):
            p = self.tail[residue % self.period]
            polynomials.append(_sum(p, _trimmed([-(_value(p, residue) % 1)])))
        return QuasiPolynomial.of(self.start, (Fraction(math.floor(v)) for v in self.head), polynomials)

    def ceiling(self) -> QuasiPolynomial:
        """Return each value rounded up."""
        return -(-self).floor()

    def remainder(self, modulus: int) -> QuasiPolynomial:
        """Return each value modulo a positive number, from 0 to below it."""
        return self - self.scaled(Fraction(1, modulus)).floor().scaled(modulus)

    def positive(self) -> QuasiPolynomial:
        """Return 1 where the value is above zero, else 0."""
        last = max([self.threshold - 1, *(_last_root(p) for p in self.tail)])
        if last - self.start > _LONGEST:
            raise UndecidableError(f"two sizes cross only beyond {last}, too far to decide")
        head = [Fraction(int(self(n) > 0)) for n in range(self.start, last + 1)]
        tail = (_trimmed([Fraction(int(bool(p) and p[-1] > 0))]) for p in self.tail)
        return QuasiPolynomial.of(self.start, head, tail)

    def larger(self, other: QuasiPolynomial) -> QuasiPolynomial:
        """Return the larger of two functions, number by number."""
        return other + (self - other) * (self - other).positive()

    def smaller(self, other: QuasiPolynomial) -> QuasiPolynomial:
        """Return the smaller of two functions, number by number."""
        return self - (self - other) * (self - other).positive()

    def mapped(self, change: Callable[[Fraction], int]) -> QuasiPolynomial:
        """Return `change` of every value of a function that is periodic: constant on each residue class."""
        if self.degree:
            raise ValueError("not periodic")
        tail = (_trimmed([Fraction(change(p[0] if p else Fraction(0)))]) for p in self.tail)
        return QuasiPolynomial.of(self.start, (Fraction(change(v)) for v in self.head), tail)

    @cached_property
    def denominator(self) -> int:
        """The common denominator of all values.

        Those of a polynomial at whole numbers are integer combinations of any degree + 1 values in a row.
        """
        return math.lcm(*(self(n).denominator for n in self.points(self.threshold, self.period, self.degree)))

    def points(self, threshold: int, period: int, degree: int) -> range:
        """Return numbers at which a function of this start is known everywhere, given bounds on its form.

        Those below the threshold one by one, and from there degree + 1 numbers in each residue class.
        """
        return range(self.start, threshold + period * (degree + 1))

    def _with(
        self,
        other: QuasiPolynomial,
        values: Callable[[Fraction, Fraction], Fraction],
        polynomials: Callable[[Polynomial, Polynomial], Polynomial],
    ) -> QuasiPolynomial:
        if self.start != other.start:
            raise ValueError(f"functions from {self.start} and from {other.start} on")
        head = [values(self(n), other(n)) for n in range(self.start, max(self.threshold, other.threshold))]
        period = _common([self.period, other.period])
        tail = [polynomials(self.tail[r % self.period], other.tail[r % other.period]) for r in range(period)]
        return QuasiPolynomial.of(self.start, head, tail)


def _common(numbers: list[int]) -> int:
    period = math.lcm(*numbers)
    if period > _LONGEST:
        raise UndecidableError(f"sizes repeat only after {period} pixels, too many to decide")
    return period


def _value(p: Polynomial, n: int) -> Fraction:
    total = Fraction(0)
    for coefficient in reversed(p):
        total = total * n + coefficient
    return total


def _trimmed(coefficients: list[Fraction]) -> Polynomial:
    while coefficients and not coefficients[-1]:
        coefficients.pop()
    return tuple(coefficients)


def _sum(p: Polynomial, q: Polynomial) -> Polynomial:
    return _trimmed([a + b for a, b in zip_longest(p, q, fillvalue=Fraction(0))])


def _product(p: Polynomial, q: Polynomial) -> Polynomial:
    if not p or not q:
        return ()
    coefficients = [Fraction(0)] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            coefficients[i + j] += a * b
    return tuple(coefficients)


def _least_period(tail: tuple[Polynomial, ...]) -> tuple[Polynomial, ...]:
    divisor = 2
    while divisor <= len(tail):
        part, rest = divmod(len(tail), divisor)
        if not rest and all(tail[r] == tail[r + part] for r in range(len(tail) - part)):
            tail = tail[:part]
        else:
            divisor += 1
    return tail


def _last_root(p: Polynomial) -> int:
    """No root of the polynomial is larger (Cauchy's bound); below every number for a constant."""
    return math.floor(1 + max(abs(c / p[-1]) for c in p[:-1])) if len(p) > 1 else -1
