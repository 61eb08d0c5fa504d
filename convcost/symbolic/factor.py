"""Products of factors: what the terms of a form are made of."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from itertools import count
from threading import RLock
from typing import Any, ClassVar
from weakref import WeakValueDictionary

Monomial = tuple[tuple["Factor", int], ...]
"""Factors with their exponents, in the factors' order of creation."""


class Factor:
    """What products are made of; there is one object for each factor, so that identity is equality.

    kind `symbol`: parts (name, owner); `sum`: (form,); `floor`: (form, number); `quotient`: (form, form), rounded down;
    `max` and `min`: (form, form).
    """

    _known: ClassVar[WeakValueDictionary[tuple[object, ...], Factor]] = WeakValueDictionary()
    _made = count()
    _making = RLock()

    def __init__(self, kind: str, parts: tuple[Any, ...], index: int) -> None:
        self.kind, self.parts, self.index = kind, parts, index

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
