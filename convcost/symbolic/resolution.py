"""Expressions collected by resolution, each size in its plainest form: 9408·B·⌈H/2⌉·⌈W/2⌉ + …"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

import sympy

from convcost.core.numeric import Count
from convcost.symbolic.domain import Domain
from convcost.symbolic.equality import Axis, reduce_to_basis
from convcost.symbolic.expressions import expression, line, symbol
from convcost.symbolic.printer import signed
from convcost.symbolic.quasi_polynomial import QuasiPolynomial
from convcost.symbolic.separated import Reader, Separated, added, negated

Terms: TypeAlias = tuple[tuple[sympy.Expr, sympy.Expr], ...]
"""Coefficients and the sizes that they stand before, the largest size first."""

SIZES = ("B", "H", "W")
_ROUNDINGS = (sympy.floor, sympy.ceiling, sympy.Mod, sympy.Max, sympy.Min)
_LARGE = 10**9


def simplify(count: Count, domain: Domain | None = None, sizes: Sequence[str] = SIZES) -> sympy.Expr:
    """Return the same function, collected by resolution; `domain` has the least values, by default 1.

    Raises UndecidableError for an expression that the decision procedure cannot read.
    """
    return sympy.Add(*(coefficient * size for coefficient, size in collected(count, domain, sizes)))


def collected(count: Count, domain: Domain | None = None, sizes: Sequence[str] = SIZES) -> Terms:
    """Return coefficients before products of functions of the `sizes`; other symbols are coefficients.

    Guards are not used: the terms' sum is the expression wherever the symbols have their least values.
    """
    whole = expression(count)
    domain = domain or Domain({s.name: 1 for s in whole.free_symbols})
    hidden: dict[sympy.Expr, sympy.Expr] = {}
    plain = _hide(whole, domain, hidden, sizes)
    reader = Reader({**domain.least, **{s.name: 0 for s in hidden}})
    return _PlainForms(reader, hidden, (*sizes, *(s.name for s in hidden))).terms(reader.sum(plain))


def difference(left: Count, right: Count, domain: Domain, sizes: Sequence[str] = SIZES) -> Terms:
    """Return `left - right` collected by resolution, in as few terms as it has with or without the domain's guards."""
    found = collected(left - right, domain, sizes)
    reader = domain.reader
    rest = added(reader.sum(expression(left)), negated(reader.sum(expression(right))))
    axes = [Axis.of(name, rest, domain) for name in domain.least]
    reduced: Separated = {
        tuple((axis.name, axis.functions[place]) for axis, place in zip(axes, places, strict=True) if place): c
        for places, c in reduce_to_basis(rest, axes).items()
    }
    if len(reduced) >= len(found):
        return found
    return _PlainForms(reader, {}, sizes).terms(reduced)


def text(terms: Terms, order: Sequence[str] = SIZES) -> str:
    """Return the terms in one line; a lone number as people read it: 25,557,032."""
    shown = signed([line(coefficient * size, order) for coefficient, size in terms] or ["0"])
    if len(shown) == 1 and shown[0].removeprefix("-").isdecimal():
        return f"{int(shown[0]):,}"
    return " ".join(shown)


def _hide(e: sympy.Basic, domain: Domain, hidden: dict[sympy.Expr, sympy.Expr], sizes: Sequence[str]) -> sympy.Expr:
    """Roundings that mix symbols stay whole: each becomes a symbol, and `hidden` says what it stands for."""
    if len(domain.reader.names(e)) < 2:
        return e
    if isinstance(e, _ROUNDINGS):
        rounding = e.func(*(simplify(part, domain, sizes) for part in e.args))
        name = next((s for s, known in hidden.items() if known == rounding), symbol(f"mixed {len(hidden)}"))
        hidden[name] = rounding
        return name
    return e.func(*(_hide(part, domain, hidden, sizes) for part in e.args))


class _PlainForms:
    """Turns what a reader has read into SymPy expressions again."""

    def __init__(self, reader: Reader, hidden: Mapping[sympy.Expr, sympy.Expr], sizes: Sequence[str]) -> None:
        self.reader, self.hidden, self.sizes = reader, hidden, sizes
        self._known: dict[tuple[str, QuasiPolynomial], sympy.Expr] = {}

    def terms(self, terms: Separated) -> Terms:
        """Return the products with equal sizes together."""
        found: dict[sympy.Expr, sympy.Expr] = {}
        weights: dict[sympy.Expr, Fraction] = {}
        for key, coefficient in terms.items():
            factor, size = sympy.Rational(coefficient), sympy.Integer(1)
            weight = Fraction(1)
            for name, function in key:
                number, form = self.function(name, function).as_content_primitive()
                factor *= number
                if name in self.sizes:
                    size *= form
                    weight *= function(_LARGE) / Fraction(int(number.p), int(number.q))
                else:
                    factor *= form
            size = size.xreplace(self.hidden)
            found[size] = found.get(size, 0) + factor
            weights.setdefault(size, abs(weight))
        order = sorted(found, key=lambda size: (-weights[size], str(size)))
        return tuple((found[size], size) for size in order if found[size] != 0)

    def function(self, name: str, function: QuasiPolynomial) -> sympy.Expr:
        """Return the plainest expression of a function of one symbol."""
        if (name, function) not in self._known:
            found = recognised(function, symbol(name))
            self._known[name, function] = self._as_read(name, function) if found is None else found
        return self._known[name, function]

    def _as_read(self, name: str, function: QuasiPolynomial) -> sympy.Expr:
        read = [e for (e, n), f in self.reader.axes.items() if n == name and f == function]
        if read:
            return self.plain(min(read, key=lambda e: (e.count_ops(), str(e))), name)
        left, right = next(pair for pair, f in self.reader.products.items() if f == function)
        return self.function(name, left) * self.function(name, right)

    def plain(self, e: sympy.Basic, name: str, absorb: bool = True) -> sympy.Expr:
        """Return an expression in one symbol with every known rounding in its plainest form."""
        if not e.args:
            return e
        found = recognised(self.reader.axis(e, name), symbol(name), absorb)
        if found is not None:
            return found
        return e.func(*(self.plain(part, name, absorb=not e.is_Add) for part in e.args))


def recognised(function: QuasiPolynomial, x: sympy.Expr, absorb: bool = True) -> sympy.Expr:
    """Return a linear function or m·⌊(x + c)/k⌋ + b as an expression, None for any other.

    With `absorb`, a negative b goes into the rounding: ⌊(x - 5)/2⌋ for ⌈x/2⌉ - 3, an axis without padding.
    """
    slopes = {p[1] if len(p) == 2 else Fraction(0) for p in function.tail}
    if function.head or function.degree > 1 or len(slopes) > 1:
        return None
    slope, period = slopes.pop(), function.period
    values = [(p[0] if p else Fraction(0)) + slope * r for r, p in enumerate(function.tail)]
    if period == 1:
        return sympy.Rational(slope) * x + sympy.Rational(values[0])
    jump = slope * period
    first = next((r for r in range(period) if values[r] != values[0]), period)
    if not slope or any(value != values[0] + jump for value in values[first:]):
        return None
    shift, base = period - first, values[0]
    if absorb and base / jump < 0 and (base / jump).denominator == 1:
        return sympy.Rational(jump) * sympy.floor((x + shift + period * int(base / jump)) / period)
    core = sympy.ceiling(x / period) if first == 1 else sympy.floor((x + shift) / period)
    return sympy.Rational(jump) * core + sympy.Rational(base)
