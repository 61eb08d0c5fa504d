"""Sizes of a network as exact expressions in the sizes of its input: sums, products and floors of whole numbers.

A form is a sum {product of factors: coefficient}. Products of sums are never multiplied out, so that the cost of a
layer stays one term and the cost of a network one term for each feature map's size. Floors are kept flat and in
one spelling: ⌊(⌊(H - 1)/2⌋ + 1 - 1)/2⌋ + 1 and ⌊(H + 3)/4⌋ are the same form. Every symbol is a whole number of
at least 1. This is plain Python; SymPy would take longer than the trace that makes the forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from math import gcd
from typing import Any

from convcost.core.numeric import maximum, minimum
from convcost.symbolic.factor import Factor, Monomial, alone, joined, leading, order, shared, without


class Form:
    """A whole-number expression; `terms` is never changed. Forms of the same terms are equal by `==`."""

    __slots__ = ("_key", "terms")

    def __init__(self, terms: dict[Monomial, int]) -> None:
        self.terms = terms
        self._key: frozenset[Any] | None = None

    @property
    def _terms(self) -> frozenset[Any]:
        if self._key is None:
            self._key = frozenset(self.terms.items())
        return self._key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Form) and self._terms == other._terms

    def __hash__(self) -> int:
        return hash(self._terms)

    @property
    def number(self) -> int | None:
        """The value of a form without symbols."""
        if not self.terms:
            return 0
        return self.terms.get(()) if len(self.terms) == 1 else None

    @property
    def names(self) -> frozenset[str]:
        """Names of its symbols."""
        return frozenset().union(*(factor.names for monomial in self.terms for factor, _ in monomial))

    def __add__(self, other: Form) -> Form:
        from convcost.symbolic.form_rounding import halved

        return halved(Form(_added(self.terms, other.terms)))

    def __neg__(self) -> Form:
        return self.times(-1)

    def __sub__(self, other: Form) -> Form:
        return self + other.times(-1)

    def times(self, factor: int) -> Form:
        """The product with a number."""
        if factor == 1:
            return self
        return Form({monomial: c * factor for monomial, c in self.terms.items()} if factor else {})

    def __mul__(self, other: Form) -> Form:
        for a, b in ((self, other), (other, self)):
            if (factor := a.number) is not None:
                return b.times(factor)
        (c, m), (d, n) = self.split(), other.split()
        return _single(joined(m, n), c * d)

    def split(self) -> tuple[int, Monomial]:
        """Number and product; a sum becomes one factor, without what its terms have in common."""
        if len(self.terms) == 1:
            ((monomial, coefficient),) = self.terms.items()
            return coefficient, monomial
        if not self.terms:
            return 0, ()
        content = reduce(gcd, self.terms.values())
        common = reduce(shared, self.terms)
        rest = reduce(Form.__add__, (_single(without(m, common), c // content) for m, c in self.terms.items()))
        if rest.terms[leading(rest.terms)] < 0:
            content, rest = -content, -rest
        return content, joined(common, ((Factor.of("sum", rest), 1),))

    def expanded(self) -> Form:
        """The same with products of sums multiplied out."""
        if not any(factor.kind == "sum" for monomial in self.terms for factor, _ in monomial):
            return self
        return total(_multiplied(m).times(c) for m, c in self.terms.items())

    def __floordiv__(self, other: Form) -> Form:
        from convcost.symbolic.form_rounding import floored, quotient

        divisor = other.number
        if divisor is not None:
            return floored(self, divisor)
        (c, m), (d, n) = self.split(), other.split()
        common, both = shared(m, n), gcd(c, d) * (-1 if d < 0 else 1)
        above, below = _single(without(m, common), c // both), _single(without(n, common), d // both)
        return quotient(above, below)

    def __mod__(self, other: Form) -> Form:
        return self - other * (self // other)

    def value(self, values: Mapping[str, Any], known: dict[Factor, Any] | None = None) -> Any:
        """The value at these values of the symbols: ints, arrays, or anything with `+ * //`.

        `known` keeps the factors' values from one form to the next.
        """
        known = {} if known is None else known
        return sum((c * _product_value(m, values, known) for m, c in self.terms.items()), 0)


def number(value: int) -> Form:
    """A number as a form."""
    return Form({(): value} if value else {})


def symbol(name: str, owner: object = None) -> Form:
    """A whole number of at least 1; what is learnt of one owner's symbol says nothing of another's."""
    return Form({((Factor.of("symbol", name, owner), 1),): 1})


def total(forms: Iterable[Form]) -> Form:
    """The sum of many forms."""
    terms: dict[Monomial, int] = {}
    for form in forms:
        for monomial, coefficient in form.terms.items():
            terms[monomial] = terms.get(monomial, 0) + coefficient
    return Form({monomial: c for monomial, c in terms.items() if c})


def larger(left: Form, right: Form) -> Form:
    """The maximum of two forms."""
    return _extreme("max", left, right)


def smaller(left: Form, right: Form) -> Form:
    """The minimum of two forms."""
    return _extreme("min", left, right)


def _extreme(kind: str, left: Form, right: Form) -> Form:
    from convcost.symbolic.form_bounds import bounds

    least, most = bounds(left - right)
    if least is not None and least >= 0:
        return left if kind == "max" else right
    if most is not None and most <= 0:
        return right if kind == "max" else left
    pair = sorted((left, right), key=lambda form: sorted((order(m), c) for m, c in form.terms.items()))
    return Form({((Factor.of(kind, *pair), 1),): 1})


def _added(left: dict[Monomial, int], right: dict[Monomial, int]) -> dict[Monomial, int]:
    if len(right) > len(left):
        left, right = right, left
    terms = dict(left)
    for monomial, coefficient in right.items():
        if terms.setdefault(monomial, 0) + coefficient:
            terms[monomial] += coefficient
        else:
            del terms[monomial]
    return terms


def _single(monomial: Monomial, coefficient: int) -> Form:
    factor = alone(monomial)
    if factor is not None and factor.kind == "sum":
        inner: Form = factor.parts[0]
        return inner.times(coefficient)
    return Form({monomial: coefficient} if coefficient else {})


def _multiplied(monomial: Monomial) -> Form:
    terms: dict[Monomial, int] = {(): 1}
    for factor, power in monomial:
        if factor.kind != "sum":
            terms = {joined(m, ((factor, power),)): c for m, c in terms.items()}
            continue
        inner = factor.parts[0].expanded()
        for _ in range(power):
            product: dict[Monomial, int] = {}
            for m, c in terms.items():
                for n, d in inner.terms.items():
                    key = joined(m, n)
                    product[key] = product.get(key, 0) + c * d
            terms = {m: c for m, c in product.items() if c}
    return Form(terms)


def _product_value(monomial: Monomial, values: Mapping[str, Any], known: dict[Factor, Any]) -> Any:
    result: Any = 1
    for factor, power in monomial:
        if factor not in known:
            known[factor] = _computed(factor, values, known)
        for _ in range(power):
            result = known[factor] * result
    return result


def _computed(factor: Factor, values: Mapping[str, Any], known: dict[Factor, Any]) -> Any:
    if factor.kind == "symbol":
        return values[factor.parts[0]]
    parts = [part.value(values, known) if isinstance(part, Form) else part for part in factor.parts]
    if factor.kind == "sum":
        return parts[0]
    if factor.kind in ("floor", "quotient"):
        return parts[0] // parts[1]
    return (maximum if factor.kind == "max" else minimum)(*parts)
