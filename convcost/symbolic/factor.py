"""Factors and their products, of which the terms of a form are made, and between which numbers a form lies.

A form lies there wherever its symbols are at least 1 and what was learnt of factors holds. A form's own arithmetic
rests on its bounds, so this module takes forms and makes none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, reduce
from itertools import count
from math import gcd, prod
from threading import RLock
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary, WeakValueDictionary

if TYPE_CHECKING:
    from convcost.symbolic.form import Form

Monomial = tuple[tuple["Factor", int], ...]
"""Factors with their exponents, in the factors' order of creation."""


class Factor:
    """What products are made of; there is one object for each factor, so that identity is equality.

    kind `symbol`: parts (name, owner); `sum`: (form,); `floor`: (form, number); `quotient`: (form, form), rounded down;
    `max` and `min`: (form, form). What is learnt of it: it is at least `least`, and a multiple of `divisor`.
    """

    _known: ClassVar[WeakValueDictionary[tuple[object, ...], Factor]] = WeakValueDictionary()
    _made = count()
    _making = RLock()

    def __init__(self, kind: str, parts: tuple[Any, ...], index: int) -> None:
        self.kind, self.parts, self.index = kind, parts, index
        self.least: int | None = None
        self.divisor = 1

    @classmethod
    def of(cls, kind: str, *parts: object) -> Factor:
        """Return the factor with these parts."""
        key = (kind, *parts)
        found = cls._known.get(key)
        if found is None:
            with cls._making:  # two threads may ask for one factor
                found = cls._known.get(key)
                if found is None:
                    found = cls._known[key] = cls(kind, parts, next(cls._made))
        return found

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of its symbols."""
        if self.kind == "symbol":
            return frozenset(self.parts[:1])
        return frozenset().union(*(part.names for part in self.parts if not isinstance(part, int)))


def alone(monomial: Monomial) -> Factor | None:
    """Return the factor of a product that is one factor to the power of 1."""
    return monomial[0][0] if len(monomial) == 1 and monomial[0][1] == 1 else None


def leading(monomials: Iterable[Monomial]) -> Monomial:
    """Return the product that decides a sum's sign: of the highest degree, then of the oldest factors."""
    return max(monomials, key=order)


def order(monomial: Monomial) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Return a product's sort key in a sum: by degree, then by the oldest factors."""
    return sum(power for _, power in monomial), tuple((-factor.index, power) for factor, power in monomial)


def joined(left: Monomial, right: Monomial) -> Monomial:
    """Return the product of two products."""
    if not left or not right:
        return left or right
    powers = dict(left)
    for factor, power in right:
        powers[factor] = powers.get(factor, 0) + power
    return tuple(sorted(powers.items(), key=lambda item: item[0].index))


def shared(left: Monomial, right: Monomial) -> Monomial:
    """Return what two products have in common."""
    powers = dict(right)
    return tuple((f, min(p, powers[f])) for f, p in left if f in powers)


def without(monomial: Monomial, taken: Monomial) -> Monomial:
    """Return a product divided by a part of it."""
    powers = dict(taken)
    return tuple((f, p - powers.get(f, 0)) for f, p in monomial if p > powers.get(f, 0))


def divides(small: Monomial, large: Monomial) -> bool:
    """Whether a product is a part of another."""
    powers = dict(large)
    return all(powers.get(factor, 0) >= power for factor, power in small)


Bounds = tuple[int | None, int | None]
"""The least and the largest value, None where none is known."""


def bounds(form: Form) -> Bounds:
    """Return the closest bounds that are found: n·⌊x/n⌋ lies from x - n + 1 to x."""
    form = form.expanded()
    least, most = _of_sum(form)
    floors = [(f, c) for m, c in form.terms.items() if (f := alone(m)) is not None and f.kind == "floor"]
    if not floors or len(form.terms) == 1:
        return least, most
    factor, times = max(floors, key=lambda item: item[0].index)
    inner, divisor = factor.parts
    rest = form.only(lambda monomial: alone(monomial) is not factor)
    below, above = bounds(rest.times(divisor) + inner.times(times))
    slack = times * (divisor - 1)
    lowest = None if below is None else -((max(slack, 0) - below) // divisor)
    highest = None if above is None else (above - min(slack, 0)) // divisor
    return _both(least, lowest, max), _both(most, highest, min)


def at_least(form: Form, value: int) -> bool:
    """Whether the form is sure to be that large."""
    least = bounds(form)[0]
    return least is not None and least >= value


def _both(one: int | None, other: int | None, closer: Callable[[int, int], int]) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return closer(one, other)


_found: WeakKeyDictionary[Factor, Bounds] = WeakKeyDictionary()


def learn_least(factor: Factor, least: int) -> None:
    """Take the factor to be at least that large from now on."""
    factor.least = _both(least, factor.least, max)
    _found.clear()


def divisor_of(form: Form) -> int:
    """Return a number that is known to divide the form."""
    return reduce(gcd, (c * prod(f.divisor**p for f, p in m) for m, c in form.terms.items()), 0)


def _of_factor(factor: Factor) -> Bounds:
    known = _found.get(factor)
    if known is None:
        least, most = _of_parts(factor)
        known = _found[factor] = _both(least, factor.least, max), most
    return known


def _of_parts(factor: Factor) -> Bounds:
    if factor.kind == "symbol":
        return 1, None
    if factor.kind == "sum":
        return bounds(factor.parts[0])
    if factor.kind == "floor":
        form, divisor = factor.parts
        least, most = bounds(form)
        return None if least is None else least // divisor, None if most is None else most // divisor
    (a, b), (c, d) = map(bounds, factor.parts)
    if factor.kind == "quotient":
        return (0 if a is not None and a >= 0 and c is not None and c > 0 else None), None
    if factor.kind == "max":
        return _both(a, c, max), None if b is None or d is None else max(b, d)
    return None if a is None or c is None else min(a, c), _both(b, d, min)


def _of_sum(form: Form) -> Bounds:
    totals: list[int | None] = [0, 0]
    for monomial, coefficient in form.terms.items():
        pair = _of_product(monomial)
        for side in (0, 1):
            bound, sum_ = pair[side if coefficient > 0 else 1 - side], totals[side]
            totals[side] = None if bound is None or sum_ is None else sum_ + coefficient * bound
    return totals[0], totals[1]


def _of_product(monomial: Monomial) -> Bounds:
    least = 1
    most: int | None = 1
    for factor, power in monomial:
        low, high = _of_factor(factor)
        if low is None or low < 0:
            return None, None
        least *= low**power
        most = None if most is None or high is None else most * high**power
    return least, most
