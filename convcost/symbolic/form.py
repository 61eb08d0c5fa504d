"""Sizes of a network as exact expressions in the sizes of its input: sums, products and floors of whole numbers.

A form is a sum {product of factors: coefficient}. Products of sums are never multiplied out, so that the cost of a
layer stays one term and the cost of a network one term for each feature map's size. Floors are kept flat and in
one spelling: ⌊(⌊(H - 1)/2⌋ + 1 - 1)/2⌋ + 1 and ⌊(H + 3)/4⌋ are the same form. Every symbol is a whole number of
at least 1. This is plain Python; SymPy would take longer than the trace that makes the forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from math import gcd
from typing import Any, TypeAlias, TypeVar, cast

from convcost.core.numeric import maximum, minimum
from convcost.symbolic.factor import (
    Factor,
    Monomial,
    alone,
    at_least,
    bounds,
    divides,
    divisor_of,
    joined,
    leading,
    order,
    shared,
    without,
)

Value = TypeVar("Value")
Term: TypeAlias = tuple[Monomial, int]


class Form:
    """A whole-number expression; `terms` is never changed. Forms of the same terms are equal by `==`."""

    __slots__ = ("_key", "terms")

    def __init__(self, terms: dict[Monomial, int]) -> None:
        self.terms = terms
        self._key: frozenset[Term] | None = None

    @property
    def _terms(self) -> frozenset[Term]:
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
        longest_first = (self, other) if len(self.terms) >= len(other.terms) else (other, self)
        return _halved(total(longest_first))

    def __neg__(self) -> Form:
        return self.times(-1)

    def __sub__(self, other: Form) -> Form:
        return self + other.times(-1)

    def times(self, factor: int) -> Form:
        """Return the product with a number."""
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
        """Return number and product; a sum becomes one factor, without what its terms have in common."""
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

    def only(self, wanted: Callable[[Monomial], bool]) -> Form:
        """Return the terms whose products are wanted."""
        return Form({monomial: c for monomial, c in self.terms.items() if wanted(monomial)})

    @property
    def constant(self) -> int:
        """The term without a symbol."""
        return self.terms.get((), 0)

    @property
    def moving(self) -> Form:
        """The terms with symbols."""
        return self.only(bool)

    def expanded(self) -> Form:
        """Return the same form with products of sums multiplied out."""
        if not any(factor.kind == "sum" for monomial in self.terms for factor, _ in monomial):
            return self
        return total(_multiplied(m).times(c) for m, c in self.terms.items())

    def __floordiv__(self, other: Form) -> Form:
        divisor = other.number
        if divisor is not None:
            return _floored(self, divisor)
        (c, m), (d, n) = self.split(), other.split()
        common, both = shared(m, n), gcd(c, d) * (-1 if d < 0 else 1)
        above, below = _single(without(m, common), c // both), _single(without(n, common), d // both)
        return _quotient(above, below)

    def __mod__(self, other: Form) -> Form:
        return self - other * (self // other)

    def value(self, values: Mapping[str, Value], known: dict[Factor, Value] | None = None) -> Value:
        """Return the value at these values of the symbols: ints, arrays, or anything with `+ * //`.

        `known` keeps the factors' values from one form to the next.
        """
        known = {} if known is None else known
        return cast(Value, sum((c * _product_value(m, values, known) for m, c in self.terms.items()), 0))


def number(value: int) -> Form:
    """Return a number as a form."""
    return Form({(): value} if value else {})


def symbol(name: str, owner: object = None) -> Form:
    """Return a symbol, a whole number of at least 1; what is learnt of one owner's symbol says nothing of another's."""
    return lone(Factor.of("symbol", name, owner))


def lone(factor: Factor) -> Form:
    """Return a factor as a form."""
    return Form({((factor, 1),): 1})


def total(forms: Iterable[Form]) -> Form:
    """Return the sum of many forms."""
    terms: dict[Monomial, int] = {}
    for form in forms:
        for monomial, coefficient in form.terms.items():
            terms[monomial] = terms.get(monomial, 0) + coefficient
    return Form({monomial: c for monomial, c in terms.items() if c})


def larger(left: Form, right: Form) -> Form:
    """Return the maximum of two forms."""
    return _extreme("max", left, right)


def smaller(left: Form, right: Form) -> Form:
    """Return the minimum of two forms."""
    return _extreme("min", left, right)


def _extreme(kind: str, left: Form, right: Form) -> Form:
    least, most = bounds(left - right)
    if least is not None and least >= 0:
        return left if kind == "max" else right
    if most is not None and most <= 0:
        return right if kind == "max" else left
    pair = sorted((left, right), key=lambda form: sorted((order(m), c) for m, c in form.terms.items()))
    return lone(Factor.of(kind, *pair))


def _single(monomial: Monomial, coefficient: int) -> Form:
    factor = alone(monomial)
    if factor is not None and factor.kind == "sum":
        inner: Form = factor.parts[0]
        return inner.times(coefficient)
    return Form({monomial: coefficient} if coefficient else {})


def _multiplied(monomial: Monomial) -> Form:
    product = number(1)
    for factor, power in monomial:
        inner: Form = factor.parts[0].expanded() if factor.kind == "sum" else lone(factor)
        for _ in range(power):
            terms = product.terms.items()
            product = total(Form({joined(m, n): c * d for n, d in inner.terms.items()}) for m, c in terms)
    return product


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


def _floored(form: Form, divisor: int) -> Form:
    """⌊form/divisor⌋ with the whole multiples taken out, nested floors joined and the fraction reduced."""
    if divisor < 0:
        form, divisor = -form, -divisor
    if divisor == 0:
        raise ZeroDivisionError("a size is divided by 0")
    if all(c % divisor == 0 for c in form.terms.values()):
        return Form({m: c // divisor for m, c in form.terms.items()})
    form = form.expanded()
    # Coefficients are brought nearest to 0, so that ⌊-W/7⌋ stays -⌈W/7⌉.
    whole = {m: (2 * c + divisor - 1) // (2 * divisor) if m else c // divisor for m, c in form.terms.items()}
    rest = Form({m: c - whole[m] * divisor for m, c in form.terms.items() if c != whole[m] * divisor})
    taken = Form({m: c for m, c in whole.items() if c})
    constant, moving = rest.constant, rest.moving
    if not moving.terms:
        return taken
    if moving.terms[leading(moving.terms)] < 0:
        # ⌊-x/n⌋ = -⌊(x + n - 1)/n⌋ for whole x.
        return taken - _floored(Form({m: -c for m, c in rest.terms.items()}) + number(divisor - 1), divisor)
    common = gcd(divisor, *moving.terms.values())
    if common > 1:
        reduced = Form({m: c // common for m, c in moving.terms.items()}) + number(constant // common)
        return taken + _floored(reduced, divisor // common)
    if spare := constant % gcd(divisor_of(moving), divisor):
        return taken + _floored(rest - number(spare), divisor)
    for monomial, coefficient in moving.terms.items():
        if coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1 and monomial[0][0].kind == "floor":
            inner, by = monomial[0][0].parts
            others = rest - Form({monomial: 1})
            return taken + _floored(inner + others.times(by), divisor * by)
    return taken + lone(Factor.of("floor", rest, divisor))


def _quotient(above: Form, below: Form) -> Form:
    """⌊above/below⌋ of forms without a common factor: a whole part, and the rest where it is not sure to be 0 or -1."""
    if below.number is not None:
        return _floored(above, below.number)
    if len(below.terms) > 1:
        return lone(Factor.of("quotient", above, below))
    ((divisor, times),) = below.terms.items()
    taken = {m: c // times for m, c in above.terms.items() if divides(divisor, m)}
    whole = Form({without(m, divisor): c for m, c in taken.items() if c})
    rest = above - whole * below
    for shift in (0, 1):
        # 0 ≤ rest + shift·below < below
        raised = rest + below.times(shift)
        if at_least(raised, 0) and at_least(below - raised, 1):
            return whole - number(shift)
    return whole + lone(Factor.of("quotient", rest, below))


def _halved(form: Form) -> Form:
    """x - ⌊x/2⌋ is ⌊(x + 1)/2⌋, where x is any sum or itself a floor: ⌊y/m⌋ - ⌊y/2m⌋."""
    if len(form.terms) < 2:
        return form
    for monomial, coefficient in form.terms.items():
        factor = alone(monomial)
        if factor is None or factor.kind != "floor" or factor.parts[1] % 2:
            continue
        inner, half = factor.parts[0], factor.parts[1] // 2
        for whole, shift in _wholes(form, inner, half):
            if all(form.terms.get(m, 0) == -coefficient * c for m, c in whole.items()):
                rest = Form({m: c for m, c in form.terms.items() if m != monomial and m not in whole})
                up = _floored(inner + number(half), 2 * half).times(-coefficient)
                return rest + number(coefficient * shift) + up
    return form


def _wholes(form: Form, inner: Form, half: int) -> Iterator[tuple[dict[Monomial, int], int]]:
    """What stands for x without its constant, and that constant, if ⌊x/2⌋ is ⌊inner/2·half⌋."""
    if half == 1:
        yield inner.moving.terms, inner.constant
        return
    for monomial in form.terms:
        factor = alone(monomial)
        if factor is not None and factor.kind == "floor" and factor.parts[1] == half:
            other: Form = factor.parts[0]
            shift = inner.constant - other.constant
            if other.moving == inner.moving and shift % half == 0:
                yield {monomial: 1}, shift // half
