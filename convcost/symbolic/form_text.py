"""Forms for people, as LaTeX, and as SymPy expressions: terms by the size of their feature maps, largest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convcost.symbolic import latex as typeset
from convcost.symbolic.factor import Factor, Monomial
from convcost.symbolic.form import Form, number

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LARGE = 10_000_019  # a prime: no two roundings of it are alike by accident


def terms(form: Form, order: Sequence[str]) -> list[tuple[int, Monomial]]:
    """Coefficient and product of every term, the largest product first; factors in the order of their symbols."""
    values = {name: _LARGE - place for place, name in enumerate(order)}
    known: dict[Factor, Any] = {}

    def rank(term: tuple[Monomial, int]) -> Any:
        return -Form({term[0]: 1}).value(values, known)

    return [(c, tuple(sorted(m, key=lambda f: _place(f[0], order)))) for m, c in sorted(form.terms.items(), key=rank)]


def _place(factor: Factor, order: Sequence[str]) -> tuple[Any, ...]:
    names = sorted(order.index(name) if name in order else len(order) for name in factor.names)
    return len(names) > 1, names, factor.kind != "symbol", factor.index


def _rounding(form: Form) -> tuple[str, Form, int] | None:
    """A lone floor and a number as one rounding: ⌊(H - 5)/8⌋ for ⌊(H + 3)/8⌋ - 1, or ⌈(H - 12)/8⌉."""
    moving = [(m, c) for m, c in form.terms.items() if m]
    if len(moving) != 1 or moving[0][1] != 1 or len(moving[0][0]) != 1 or moving[0][0][0][1] != 1:
        return None
    factor = moving[0][0][0][0]
    if factor.kind != "floor":
        return None
    inner, divisor = factor.parts
    down = inner + number(form.terms.get((), 0) * divisor)
    up = down - number(divisor - 1)
    shorter = abs(up.terms.get((), 0)) <= abs(down.terms.get((), 0))
    return ("ceiling", up, divisor) if shorter else ("floor", down, divisor)


class _Plain:
    """Unicode text."""

    times, minus = "·", " - "

    def count(self, value: int) -> str:
        return str(value)

    def symbol(self, name: str) -> str:
        return name

    def power(self, base: str, exponent: int) -> str:
        return base + str(exponent).translate(_SUPERSCRIPTS)

    def rounded(self, kind: str, above: str, below: str) -> str:
        left, right = ("⌊", "⌋") if kind == "floor" else ("⌈", "⌉")
        return f"{left}{above}/{below}{right}"

    def bracket(self, text: str, needed: bool) -> str:
        return f"({text})" if needed else text

    def call(self, name: str, parts: list[str]) -> str:
        return f"{name}({', '.join(parts)})"


class _Latex(_Plain):
    times = " "

    def symbol(self, name: str) -> str:
        return typeset.symbol(name)

    def power(self, base: str, exponent: int) -> str:
        return f"{base}^{{{exponent}}}"

    def rounded(self, kind: str, above: str, below: str) -> str:
        name = "floor" if kind == "floor" else "ceil"
        return rf"\left\l{name} \frac{{{above}}}{{{below}}} \right\r{name}"

    def bracket(self, text: str, needed: bool) -> str:
        return rf"\left({text}\right)" if needed else text

    def call(self, name: str, parts: list[str]) -> str:
        return rf"\{name}\left({', '.join(parts)}\right)"


def plain(form: Form, order: Sequence[str]) -> str:
    """One line: 9408·B·⌈H/2⌉·⌈W/2⌉ + 2048000·B."""
    return _sum(form, order, _Plain())


def parts(form: Form, order: Sequence[str]) -> list[str]:
    """The terms of `plain` without their signs' spaces: ["9408·B·⌈H/2⌉·⌈W/2⌉", "+ 2048000·B"]."""
    return _signed(form, order, _Plain())


def latex(form: Form, order: Sequence[str]) -> str:
    """The same as LaTeX."""
    return _sum(form, order, _Latex())


def latex_parts(form: Form, order: Sequence[str]) -> list[str]:
    """The signed terms of `latex`, between which a line may be broken."""
    return _signed(form, order, _Latex())


def product_text(monomial: Monomial, order: Sequence[str]) -> str:
    """B·⌈H/2⌉·⌈W/2⌉; 1 for none."""
    return _product(1, monomial, order, _Plain())


def _sum(form: Form, order: Sequence[str], style: _Plain) -> str:
    return " ".join(_signed(form, order, style))


def _signed(form: Form, order: Sequence[str], style: _Plain) -> list[str]:
    whole = _rounding(form)
    if whole is not None and len(form.terms) > 1:
        return [_rounded(*whole, order, style)]
    found: list[str] = []
    for coefficient, monomial in terms(form, order):
        text = _product(abs(coefficient), monomial, order, style)
        sign = ("- " if coefficient < 0 else "+ ") if found else ("-" if coefficient < 0 else "")
        found.append(sign + text)
    return found or ["0"]


def _product(coefficient: int, monomial: Monomial, order: Sequence[str], style: _Plain) -> str:
    texts = [style.count(coefficient)] if coefficient != 1 or not monomial else []
    for factor, exponent in monomial:
        base = _factor(factor, order, style)
        texts.append(style.power(base, exponent) if exponent > 1 else base)
    return style.times.join(texts)


def _factor(factor: Factor, order: Sequence[str], style: _Plain) -> str:
    if factor.kind == "symbol":
        return style.symbol(str(factor.parts[0]))
    if factor.kind == "sum":
        inner: Form = factor.parts[0]
        return style.bracket(_sum(inner, order, style), needed=_rounding(inner) is None)
    if factor.kind == "floor":
        whole = _rounding(Form({((factor, 1),): 1}))
        assert whole is not None  # noqa: S101
        return _rounded(*whole, order, style)
    parts = list(factor.parts)
    if factor.kind != "quotient":
        parts.sort(key=lambda form: sorted(order.index(n) if n in order else len(order) for n in form.names))
    texts = [_sum(part, order, style) for part in parts]
    if factor.kind == "quotient":
        bare = [style.bracket(t, len(p.terms) > 1) for t, p in zip(texts, parts, strict=True)]
        return style.rounded("floor", *bare)
    return style.call(factor.kind, texts)


def _rounded(kind: str, above: Form, below: int, order: Sequence[str], style: _Plain) -> str:
    text = _sum(above, order, style)
    return style.rounded(kind, style.bracket(text, len(above.terms) > 1 and type(style) is _Plain), str(below))


def to_sympy(form: Form) -> Any:
    """The form as a SymPy expression in whole positive symbols."""
    return _Sympy().form(form)


class _Sympy:
    def __init__(self) -> None:
        import sympy

        self.sympy, self.known = sympy, dict[Factor, Any]()

    def form(self, form: Form) -> Any:
        whole = _rounding(form)
        if whole is not None:
            kind, above, below = whole
            return getattr(self.sympy, kind)(self.form(above) * self.sympy.Rational(1, below))
        return self.sympy.Add(*(self.sympy.Mul(c, *(self.factor(f) ** p for f, p in m)) for m, c in form.terms.items()))

    def factor(self, factor: Factor) -> Any:
        if factor not in self.known:
            self.known[factor] = self._made(factor)
        return self.known[factor]

    def _made(self, factor: Factor) -> Any:
        if factor.kind == "symbol":
            return self.sympy.Symbol(factor.parts[0], integer=True, positive=True)
        if factor.kind == "floor":
            return self.form(Form({((factor, 1),): 1}))
        forms = [self.form(part) for part in factor.parts]
        if factor.kind == "sum":
            return forms[0]
        if factor.kind == "quotient":
            return self.sympy.floor(forms[0] / forms[1])
        return getattr(self.sympy, factor.kind.capitalize())(*forms)
