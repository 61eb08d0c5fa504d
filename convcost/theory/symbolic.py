"""Closed forms: records evaluated on SymPy symbols, floors made plain, and one line of text for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy

GREEK = {"alpha": "α", "rho": "ρ"}
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def symbol(name: str, whole: bool = True) -> Any:
    """A positive symbol; a multiplier such as α is not `whole`."""
    return sympy.Symbol(name, positive=True, integer=True) if whole else sympy.Symbol(name, positive=True)


def expression(count: Any) -> Any:
    """A count of any carrier as a SymPy expression."""
    return sympy.Integer(0) + count


def plain_rounding(expression: Any) -> Any:
    """The same expression with floor(p/n) of whole p as a ceiling where that is shorter, and no nested rounding.

    floor(p/n) = ceil((p - n + 1)/n), which turns floor((R - 1)/2) + 1 into ceil(R/2); floor(-x) = -ceil(x); and
    ceil((ceil(x) + c)/n) = ceil((x + c)/n) for whole c.
    """

    def turned(argument: Any) -> Any:
        if argument.could_extract_minus_sign():
            return -sympy.ceiling(-argument)
        numerator, denominator = sympy.fraction(sympy.together(argument))
        if not denominator.is_Integer or not numerator.is_integer:
            return sympy.floor(argument)
        inner = sympy.expand((numerator - denominator + 1) / denominator)
        return sympy.ceiling(inner)

    def flat(argument: Any) -> Any:
        numerator, denominator = sympy.fraction(sympy.together(argument))
        offset, rest = numerator.as_coeff_Add()
        if denominator.is_Integer and isinstance(rest, sympy.ceiling):
            return sympy.ceiling(sympy.expand((rest.args[0] + offset) / denominator))
        return sympy.ceiling(argument)

    # SymPy takes whole numbers out of a rounding as it rebuilds it, which can leave a new one to turn.
    while (plainer := expression.replace(sympy.floor, turned).replace(sympy.ceiling, flat)) != expression:
        expression = plainer
    return plainer


def line(expression: Any, order: Sequence[str] = ()) -> str:
    """One line of Unicode text, factors in the given order of symbols: D_K²·M·D_F² + M·N·D_F²."""
    return _Line(list(order)).text(sympy.Integer(0) + expression, 0)


def latex_text(expression: Any) -> str:
    """The expression as LaTeX, factors in SymPy's order."""
    text: str = sympy.latex(expression)
    return text


class _Line:
    """Precedence 0 a sum, 1 a factor, 2 the base of a power."""

    def __init__(self, order: list[str]) -> None:
        self.order = order

    def text(self, e: Any, precedence: int) -> str:
        if e.is_Add:
            terms = sorted(e.args, key=self._rank)
            parts = [self.text(term, 0) for term in terms]
            joined = parts[0] + "".join(f" - {p[1:]}" if p.startswith("-") else f" + {p}" for p in parts[1:])
            return f"({joined})" if precedence else joined
        if e.is_Mul:
            return self._product(e, precedence)
        if e.is_Pow:
            return self._power(e)
        if e.is_Rational and not e.is_Integer:
            return f"{e.p}/{e.q}" if precedence == 0 else f"({e.p}/{e.q})"
        if isinstance(e, sympy.floor):
            return f"⌊{self.text(sympy.together(e.args[0]), 0)}⌋"
        if isinstance(e, sympy.ceiling):
            return f"⌈{self.text(sympy.together(e.args[0]), 0)}⌉"
        if e.is_Function or isinstance(e, sympy.Max | sympy.Min):
            name = type(e).__name__.lower() if isinstance(e, sympy.Max | sympy.Min) else e.func.__name__
            return f"{name}({', '.join(self.text(a, 0) for a in sorted(e.args, key=self._rank))})"
        return GREEK.get(str(e), str(e))

    def _product(self, e: Any, precedence: int) -> str:
        numerator, denominator = sympy.fraction(e)
        if denominator != 1:
            above = self.text(numerator, 1)
            below = self.text(denominator, 1)
            simple = denominator.is_Atom or denominator.is_Pow or denominator.is_Add
            text = f"{above}/{below if simple else f'({below})'}"
            return f"({text})" if precedence > 1 else text
        coefficient, factors = e.as_coeff_mul()
        ordered = sorted(factors, key=self._rank)
        body = "·".join(self.text(factor, 1) for factor in ordered)
        if coefficient == 1:
            return body
        return f"-{body}" if coefficient == -1 else f"{coefficient}·{body}"

    def _power(self, e: Any) -> str:
        base, exponent = e.args
        if exponent.is_Integer and exponent > 0:
            return self.text(base, 2) + str(exponent).translate(_SUPERSCRIPTS)
        if exponent.is_Integer:
            return f"1/{self.text(base**-exponent, 2)}"
        return f"{self.text(base, 2)}^{self.text(exponent, 2)}"

    def _rank(self, e: Any) -> tuple[Any, ...]:
        names = sorted(str(s) for s in e.free_symbols)
        places = sorted(self.order.index(name) if name in self.order else len(self.order) for name in names)
        # A bare number stands last in a sum, an inner sum last in a product.
        return (not names, e.is_Add or (e.is_Pow and e.base.is_Add), tuple(places), names, str(e))
