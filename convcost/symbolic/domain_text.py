"""The conditions of a trace in words."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from convcost.core.errors import ConvcostError
from convcost.symbolic.condition import Condition, condition_text
from convcost.symbolic.domain import Domain
from convcost.symbolic.equality import without_what_holds_anyway
from convcost.symbolic.form_text import to_sympy

_RELATIONS = {"==": sympy.Eq, "!=": sympy.Ne, ">=": sympy.Ge, "<": sympy.Lt}


def domain_of(symbols: Sequence[str], conditions: Sequence[Condition]) -> Domain:
    """The domain in which all symbols are whole numbers from 1 and the conditions hold."""
    relations = (_RELATIONS[relation](to_sympy(form), 0) for relation, form in conditions)
    return Domain(dict.fromkeys(symbols, 1), tuple(dict.fromkeys(r for r in relations if r != sympy.true)))


def in_words(symbols: Sequence[str], conditions: Sequence[Condition]) -> str:
    """H ≥ 32, W a multiple of 16: what the conditions say together; each by itself where that cannot be decided."""
    try:
        return without_what_holds_anyway(domain_of(symbols, conditions)).words(symbols)
    except ConvcostError:
        simple = [f"{name} ≥ 1" for name in symbols]
        return ", ".join([*simple, *(condition_text(condition, symbols) for condition in conditions)])
