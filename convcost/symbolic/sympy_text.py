"""Closed forms: records evaluated on SymPy symbols, floors made plain, and one line of text for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy

from convcost.symbolic import latex

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


def latex_text(expression: Any, order: Sequence[str] = ()) -> str:
    """The expression as LaTeX for math mode, factors in the given order of symbols."""
    return _Latex(list(order)).text(sympy.Integer(0) + expression, 0)


def latex_parts(expression: Any, order: Sequence[str] = ()) -> list[str]:
    """The signed terms of `latex_text`, between which a line may be broken: ["36 c_{32}", "+ c_{32} c_{64}"]."""
    return _Latex(list(order)).broken(sympy.Integer(0) + expression)


class _Line:
    """Precedence 0 a sum, 1 a factor, 2 the base of a power."""

    times = "·"

    def __init__(self, order: list[str]) -> None:
        self.order = order

    def name(self, name: str) -> str:
        return GREEK.get(name, name)

    def over(self, above: str, below: str) -> str:
        return f"{above}/{below}"

    def raised(self, base: str, exponent: str) -> str:
        whole = exponent.isdecimal()
        return base + exponent.translate(_SUPERSCRIPTS) if whole else f"{base}^{exponent}"

    def rounded(self, kind: str, inside: str) -> str:
        return f"⌊{inside}⌋" if kind == "floor" else f"⌈{inside}⌉"

    def call(self, name: str, arguments: Sequence[str]) -> str:
        return f"{name}({', '.join(arguments)})"

    def bracket(self, text: str) -> str:
        return f"({text})"

    def parts(self, e: Any) -> list[str]:
        texts = [self.text(term, 0) for term in (sorted(e.args, key=self._rank) if e.is_Add else [e])]
        return texts[:1] + [f"- {t[1:]}" if t.startswith("-") else f"+ {t}" for t in texts[1:]]

    def text(self, e: Any, precedence: int) -> str:
        if e.is_Add:
            joined = " ".join(self.parts(e))
            return self.bracket(joined) if precedence else joined
        if e.is_Mul:
            return self._product(e, precedence)
        if e.is_Pow:
            return self._power(e)
        if e.is_Rational and not e.is_Integer:
            whole = self.over(str(e.p), str(e.q))
            return whole if precedence == 0 else self.bracket(whole)
        if isinstance(e, sympy.floor | sympy.ceiling):
            return self.rounded(type(e).__name__, self.inside(sympy.together(e.args[0])))
        if e.is_Function or isinstance(e, sympy.Max | sympy.Min):
            name = type(e).__name__.lower() if isinstance(e, sympy.Max | sympy.Min) else e.func.__name__
            return self.call(name, [self.text(a, 0) for a in sorted(e.args, key=self._rank)])
        return self.name(str(e)) if e.is_Symbol else str(e)

    def inside(self, e: Any) -> str:
        return self.text(e, 0)

    def _product(self, e: Any, precedence: int) -> str:
        numerator, denominator = sympy.fraction(e)
        if denominator != 1:
            text = self.quotient(numerator, denominator)
            return self.bracket(text) if precedence > 1 else text
        coefficient, factors = e.as_coeff_mul()
        ordered = sorted(factors, key=self._rank)
        body = self.times.join(self.text(factor, 1) for factor in ordered)
        if coefficient == 1:
            return body
        return f"-{body}" if coefficient == -1 else f"{coefficient}{self.times}{body}"

    def quotient(self, numerator: Any, denominator: Any) -> str:
        above, below = self.text(numerator, 1), self.text(denominator, 1)
        simple = denominator.is_Atom or denominator.is_Pow or denominator.is_Add
        return self.over(above, below if simple else self.bracket(below))

    def _power(self, e: Any) -> str:
        base, exponent = e.args
        if exponent.is_Integer and exponent < 0:
            return self.over("1", self.text(base**-exponent, 2))
        return self.raised(self.text(base, 2), self.text(exponent, 2))

    def _rank(self, e: Any) -> tuple[Any, ...]:
        names = sorted(str(s) for s in e.free_symbols)
        places = sorted(self.order.index(name) if name in self.order else len(self.order) for name in names)
        # A bare number stands last in a sum, an inner sum last in a product.
        return (not names, e.is_Add or (e.is_Pow and e.base.is_Add), tuple(places), names, str(e))


class _Latex(_Line):
    times = " "

    def name(self, name: str) -> str:
        return latex.symbol(name)

    def over(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def raised(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def rounded(self, kind: str, inside: str) -> str:
        short = "floor" if kind == "floor" else "ceil"
        return rf"\left\l{short} {inside} \right\r{short}"

    def call(self, name: str, arguments: Sequence[str]) -> str:
        head = f"\\{name}" if name in ("max", "min") else rf"\operatorname{{{name}}}"
        return rf"{head}\left({', '.join(arguments)}\right)"

    def bracket(self, text: str) -> str:
        return rf"\left({text}\right)"

    def quotient(self, numerator: Any, denominator: Any) -> str:
        return self.over(self.text(numerator, 0), self.text(denominator, 0))

    def inside(self, e: Any) -> str:
        numerator, denominator = sympy.fraction(e)
        return self.text(e, 0) if denominator == 1 else f"{self.text(numerator, 1)}/{self.text(denominator, 1)}"

    def broken(self, e: Any) -> list[str]:
        """Terms that a line may be broken between, also inside of the brackets of a product's last factor."""
        found: list[str] = []
        for term in sorted(e.args, key=self._rank) if e.is_Add else [e]:
            factors = sorted(term.args, key=self._rank) if term.is_Mul else []
            if factors and factors[-1].is_Add and sympy.fraction(term)[1] == 1:
                inner = self.parts(factors[-1])
                before = self.text(sympy.Mul(*factors[:-1]), 1)
                inner[0] = rf"{before} \bigl({inner[0]}"  # \left( could not be closed in another line
                inner[-1] += r"\bigr)"
            else:
                inner = [self.text(term, 0)]
            if found:
                inner[0] = f"- {inner[0][1:]}" if inner[0].startswith("-") else f"+ {inner[0]}"
            found += inner
        return found
