"""What the sizes of an input have to fulfil: relations of forms to zero."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from convcost.symbolic import form_text
from convcost.symbolic.factor import alone
from convcost.symbolic.form import Form, number

Condition = tuple[str, Form]
"""A relation ("==", "!=", ">=" or "<") that a form has to zero."""


_SIGNS = {"==": "=", "!=": "≠", ">=": "≥"}


def holds(relation: str, value: int) -> bool:
    """Whether a number has a relation to zero."""
    return {"==": value == 0, "!=": value != 0, ">=": value >= 0, "<": value < 0}[relation]


def domain_text(symbols: Sequence[str], conditions: Sequence[Condition]) -> str:
    """The sizes that fulfil all conditions, in words."""
    if not conditions:
        return ", ".join(f"{name} ≥ 1" for name in symbols) or "the given input"
    from convcost.symbolic.domain_text import in_words

    return in_words(symbols, conditions)


def condition_text(condition: Condition, order: Sequence[str]) -> str:
    """A condition in words, its negative terms on the right: H ≥ 32."""
    relation, form = condition
    if relation == "<":
        relation, form = ">=", -form - number(1)
    content = gcd(*(c for m, c in form.terms.items() if m))
    if content > 1 and (relation == ">=" or form.terms.get((), 0) % content == 0):
        form = Form({m: c // content for m, c in form.terms.items()})
    left = Form({m: c for m, c in form.terms.items() if c > 0 and m})
    right = left - form
    sign = _SIGNS[relation]
    if not left.terms or (relation != ">=" and alone(next(iter(right.terms), ())) and not _is_symbol(left)):
        left, right, sign = right, left, {"≥": "≤"}.get(sign, sign)
    return f"{form_text.plain(left, order)} {sign} {form_text.plain(right, order)}"


def _is_symbol(form: Form) -> bool:
    factors = [alone(monomial) for monomial in form.terms]
    return len(factors) == 1 and factors[0] is not None and factors[0].kind == "symbol"
