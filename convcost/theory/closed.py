"""The closed form of a formula, and the ratio of two."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy

from convcost.theory.cost import Cost
from convcost.theory.record import Formula
from convcost.theory.symbolic import plain_rounding, symbol


def closed_form(record: Formula, numbers: Mapping[str, Any]) -> Cost:
    """The record's cost as SymPy expressions; `numbers` replace their symbols."""
    values: dict[str, Any] = {}
    for s in record.symbols:
        if s.name in numbers:
            value = numbers[s.name]
            values[s.name] = (
                sympy.Rational(value.numerator, value.denominator) if isinstance(value, Fraction) else value
            )
        else:
            values[s.name] = symbol(s.name, whole=s.unit != "factor")
    return record.evaluate(values).map(lambda count: plain_rounding(sympy.Integer(0) + count))


def ratio(above: Any, below: Any) -> Any:
    """The quotient of two closed forms, as a sum of simple terms where it is one: 1/N + 1/D_K²."""
    return sympy.expand(sympy.cancel(above / below))
