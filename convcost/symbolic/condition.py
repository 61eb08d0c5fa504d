"""What the sizes of an input have to fulfil: relations of forms to zero."""

from collections.abc import Sequence
from math import gcd, lcm
from typing import TypeAlias

from convcost.core.errors import ConvcostError
from convcost.core.numeric import RELATIONS, Count
from convcost.symbolic.factor import alone, bounds, learn_least
from convcost.symbolic.form import Form, lone, number
from convcost.symbolic.printer import plain

SizeCondition: TypeAlias = tuple[str, Form]
"""A relation ("==", "!=", ">=" or "<") that a form has to zero."""

OPPOSITE = {"==": "!=", "!=": "==", ">=": "<", "<": ">="}
_SIGNS = {"==": "=", "!=": "≠", ">=": "≥"}


def holds(relation: str, value: Count) -> bool:
    """Whether a number has a relation to zero."""
    return bool(RELATIONS[relation](value, 0))


def always(relation: str, form: Form) -> bool | None:
    """Return whether a form has a relation to zero for all sizes alike; None where that depends on the sizes."""
    least, most = bounds(form)
    above = least is not None and least >= 0
    if least is not None and least == most:
        return holds(relation, least)
    below = most is not None and most < 0
    if relation in (">=", "<"):
        return (relation == ">=") == above if above or below else None
    return relation == "!=" if below or (least is not None and least > 0) else None


def learn(condition: SizeCondition) -> None:
    """Take a condition to hold from now on, as far as it bounds or divides a single factor."""
    relation, form = condition
    if relation == ">=":
        _learn_bound(form)
    elif relation == "==":
        _learn_divisor(form)


def _learn_bound(form: Form) -> None:
    """If the form is one factor and a number, its being at least 0 bounds the factor."""
    if len(form.moving.terms) != 1:
        return
    ((monomial, times),) = form.moving.terms.items()
    factor = alone(monomial)
    if factor is None or times < 0:
        return
    least = -(form.constant // times)
    if factor.kind == "floor":
        inner, divisor = factor.parts
        _learn_bound(inner + number(-least * divisor))
    learn_least(factor, least)


def _learn_divisor(form: Form) -> None:
    """If the form's being 0 says y/m = n·⌊y/m·n⌋ of a symbol y that m divides, m·n divides it too."""
    for monomial, times in form.terms.items():
        factor = alone(monomial)
        if factor is None or factor.kind != "floor":
            continue
        inner, divisor = factor.parts
        symbol = alone(next(iter(inner.terms)))
        if symbol is None or symbol.kind != "symbol" or inner != lone(symbol):
            continue
        known = gcd(symbol.divisor, divisor)
        if form == Form({monomial: times}) - (inner // number(known)).times(times * known // divisor):
            symbol.divisor = lcm(divisor, symbol.divisor)


def domain_text(symbols: Sequence[str], conditions: Sequence[SizeCondition]) -> str:
    """Return the sizes that fulfil all conditions in words: H ≥ 32, W a multiple of 16.

    Where it cannot be decided what the conditions say together, each stands by itself.
    """
    if not conditions:
        return ", ".join(f"{name} ≥ 1" for name in symbols) or "the given input"
    from convcost.symbolic.domain import Domain
    from convcost.symbolic.equality import without_what_holds_anyway

    try:
        return without_what_holds_anyway(Domain.of(symbols, conditions)).words(symbols)
    except ConvcostError:
        simple = [f"{name} ≥ 1" for name in symbols]
        return ", ".join([*simple, *(condition_text(condition, symbols) for condition in conditions)])


def condition_text(condition: SizeCondition, order: Sequence[str]) -> str:
    """Return a condition in words, its negative terms on the right: H ≥ 32."""
    relation, form = condition
    if relation == "<":
        relation, form = ">=", -form - number(1)
    content = gcd(*form.moving.terms.values())
    if content > 1 and (relation == ">=" or form.constant % content == 0):
        form = Form({m: c // content for m, c in form.terms.items()})
    left = Form({m: c for m, c in form.terms.items() if c > 0 and m})
    right = left - form
    sign = _SIGNS[relation]
    if not left.terms or (relation != ">=" and alone(next(iter(right.terms), ())) and not _is_symbol(left)):
        left, right, sign = right, left, {"≥": "≤"}.get(sign, sign)
    return f"{plain(left, order)} {sign} {plain(right, order)}"


def _is_symbol(form: Form) -> bool:
    factors = [alone(monomial) for monomial in form.terms]
    return len(factors) == 1 and factors[0] is not None and factors[0].kind == "symbol"
