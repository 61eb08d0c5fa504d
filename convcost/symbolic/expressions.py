"""SymPy expressions of counts: made of anything countable, with plain roundings, printed in the papers' order."""

from collections.abc import Sequence
from functools import partial

import sympy

from convcost.core.numeric import Count
from convcost.symbolic.factor import Factor
from convcost.symbolic.form import Form, lone
from convcost.symbolic.printer import LATEX, SUM, TEXT, Piece, TextPrinter, rounding, signed


def symbol(name: str, whole: bool = True) -> sympy.Symbol:
    """Return a positive symbol; a multiplier such as α is not `whole`."""
    return sympy.Symbol(name, positive=True, integer=True) if whole else sympy.Symbol(name, positive=True)


def expression(count: Count) -> sympy.Expr:
    """Return a count of any numeric backend as a SymPy expression."""
    return sympy.Integer(0) + count


def to_sympy(form: Form) -> sympy.Expr:
    """Return a form as a SymPy expression in whole positive symbols."""
    return _of_form(form, {})


def largest(forms: Sequence[Form]) -> sympy.Expr:
    """Return the largest of some forms as a SymPy expression."""
    found = [to_sympy(form) for form in forms]
    return found[0] if len(found) == 1 else sympy.Max(*found, evaluate=False)


def _of_form(form: Form, known: dict[Factor, sympy.Expr]) -> sympy.Expr:
    if whole := rounding(form):
        kind, above, below = whole
        return getattr(sympy, kind)(_of_form(above, known) * sympy.Rational(1, below))
    products = (sympy.Mul(c, *(_of_factor(f, known) ** p for f, p in m)) for m, c in form.terms.items())
    return sympy.Add(*products)


def _of_factor(factor: Factor, known: dict[Factor, sympy.Expr]) -> sympy.Expr:
    if factor not in known:
        known[factor] = _made(factor, known)
    return known[factor]


def _made(factor: Factor, known: dict[Factor, sympy.Expr]) -> sympy.Expr:
    if factor.kind == "symbol":
        return symbol(factor.parts[0])
    if factor.kind == "floor":
        return _of_form(lone(factor), known)
    forms = [_of_form(part, known) for part in factor.parts]
    if factor.kind == "sum":
        return forms[0]
    if factor.kind == "quotient":
        return sympy.floor(forms[0] / forms[1])
    return getattr(sympy, factor.kind.capitalize())(*forms)


def plain_rounding(expression: sympy.Expr) -> sympy.Expr:
    """Return the same expression with floor(p/n) of whole p as a ceiling where that is shorter, roundings not nested.

    floor(p/n) = ceil((p - n + 1)/n), which turns floor((R - 1)/2) + 1 into ceil(R/2); floor(-x) = -ceil(x); and
    ceil((ceil(x) + c)/n) = ceil((x + c)/n) for whole c.
    """

    def turned(argument: sympy.Expr) -> sympy.Expr:
        if argument.could_extract_minus_sign():
            return -sympy.ceiling(-argument)
        numerator, denominator = sympy.fraction(sympy.together(argument))
        if not denominator.is_Integer or not numerator.is_integer:
            return sympy.floor(argument)
        inner = sympy.expand((numerator - denominator + 1) / denominator)
        return sympy.ceiling(inner)

    def flat(argument: sympy.Expr) -> sympy.Expr:
        numerator, denominator = sympy.fraction(sympy.together(argument))
        offset, rest = numerator.as_coeff_Add()
        if denominator.is_Integer and isinstance(rest, sympy.ceiling):
            return sympy.ceiling(sympy.expand((rest.args[0] + offset) / denominator))
        return sympy.ceiling(argument)

    # SymPy takes whole numbers out of a rounding as it rebuilds it, which can leave a new one to turn.
    while (plainer := expression.replace(sympy.floor, turned).replace(sympy.ceiling, flat)) != expression:
        expression = plainer
    return plainer


def line(count: Count, order: Sequence[str] = ()) -> str:
    """Return one line of Unicode text, factors in the given order of symbols: D_K²·M·D_F² + M·N·D_F²."""
    return _Reader(TEXT, order).read(expression(count)).text


def latex_text(count: Count, order: Sequence[str] = ()) -> str:
    """Return the expression as LaTeX for math mode, factors in the given order of symbols."""
    return _Reader(LATEX, order).read(expression(count)).text


def latex_parts(count: Count, order: Sequence[str] = ()) -> list[str]:
    r"""Return the signed terms of `latex_text`, between which a line may be broken: ["36 c_{32}", "+ c_{32} c_{64}"].

    A line may also be broken inside the brackets of a product's last factor.
    """
    reader, e = _Reader(LATEX, order), expression(count)
    found: list[str] = []
    for term in reader.sorted(e.args) if e.is_Add else [e]:
        factors = reader.sorted(term.args) if term.is_Mul else []
        if factors and factors[-1].is_Add and sympy.fraction(term)[1] == 1:
            inner = signed(reader.read(part).text for part in reader.sorted(factors[-1].args))
            before = LATEX.within(reader.read(sympy.Mul(*factors[:-1])), SUM + 1)
            inner[0] = rf"{before} \bigl({inner[0]}"  # \left( could not be closed in another line
            inner[-1] += r"\bigr)"
        else:
            inner = [reader.read(term).text]
        if found:
            inner[0] = signed(["", inner[0]])[1]
        found += inner
    return found


class _Reader:
    """Puts printed SymPy expressions together, factors in the order of their symbols."""

    def __init__(self, printer: TextPrinter, order: Sequence[str]) -> None:
        self.printer, self.order = printer, list(order)

    def read(self, e: sympy.Basic) -> Piece:
        if e.is_Add:
            return self.printer.sum(map(self.read, self.sorted(e.args)))
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow:
            return self._power(*e.args)
        if e.is_Rational and not e.is_Integer:
            return self.printer.over(Piece(str(e.p)), Piece(str(e.q)))._replace(holds=SUM)
        if isinstance(e, sympy.floor | sympy.ceiling):
            return self.printer.rounded(type(e).__name__, self.read(sympy.together(e.args[0])))
        if e.is_Function or isinstance(e, sympy.Max | sympy.Min):
            name = type(e).__name__.lower() if isinstance(e, sympy.Max | sympy.Min) else e.func.__name__
            return self.printer.call(name, map(self.read, self.sorted(e.args)))
        return Piece(self.printer.name(str(e)) if e.is_Symbol else str(e))

    def _product(self, e: sympy.Basic) -> Piece:
        numerator, denominator = sympy.fraction(e)
        if denominator != 1:
            return self.printer.over(self.read(numerator), self.read(denominator))
        coefficient, factors = e.as_coeff_mul()
        return self.printer.product(str(coefficient), [self.read(factor) for factor in self.sorted(factors)])

    def _power(self, base: sympy.Basic, exponent: sympy.Basic) -> Piece:
        if exponent.is_Integer and exponent < 0:
            return self.printer.over(Piece("1"), self.read(base**-exponent))
        return self.printer.power(self.read(base), self.read(exponent))

    def sorted(self, parts: Sequence[sympy.Basic]) -> list[sympy.Basic]:
        """Return the parts by their symbols; a bare number stands last in a sum, an inner sum last in a product."""
        return sorted(parts, key=partial(_rank, self.order))


def _rank(order: list[str], e: sympy.Basic) -> tuple[object, ...]:
    names = sorted(str(s) for s in e.free_symbols)
    places = sorted(order.index(name) if name in order else len(order) for name in names)
    return (not names, e.is_Add or (e.is_Pow and e.base.is_Add), tuple(places), names, str(e))
