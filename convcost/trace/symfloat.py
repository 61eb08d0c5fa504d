"""Fractions of symbolic sizes.

A model may divide sizes as floats and round the result. That is exact as long as the float is: whole numbers
divided by one, and fractions whose denominator is a power of two. Any other float is not followed, and rounding it
is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from convcost.symbolic import form
from convcost.symbolic.form import Form
from convcost.trace.symnode import Node, Trace, refused

_FINEST = 2**20


def _dyadic(number: int) -> bool:
    return number & (number - 1) == 0


class Decimal(Node):
    """`above/below`: the node of a SymFloat; `above` is None for a number that is not followed."""

    kind = "float"

    def __init__(self, trace: Trace, above: Form | None, hint: Any, below: int = 1) -> None:
        super().__init__(trace, hint)
        self.above, self.below = above, below

    @classmethod
    def written(cls, trace: Trace, value: float) -> Decimal:
        """A float that stands in the model."""
        if not math.isfinite(value) or Fraction(value).denominator > _FINEST:
            return cls(trace, None, value)
        exact = Fraction(value)
        return cls(trace, form.number(exact.numerator), exact, exact.denominator)

    @property
    def number(self) -> int | None:
        """The numerator, if it is a number."""
        return None if self.above is None else self.above.number

    def is_constant(self) -> bool:
        return self.number is not None

    def maybe_as_float(self) -> float | None:
        return float(self.hint) if self.is_constant() else None

    constant_float = maybe_as_float

    def guard_float(self, file: str, line: int) -> float:
        if self.number is None:
            raise refused(f"here {float(self.hint):g}")
        return float(self.hint)

    def _unknown(self, hint: Any) -> Decimal:
        return Decimal(self.trace, None, float(hint))

    def _sum(self, other: Decimal, combine: Callable[[Form, Form], Form], hint: Any) -> Decimal:
        exact = (_dyadic(self.below) and _dyadic(other.below)) or 1 in (self.below, other.below)
        if self.above is None or other.above is None or not exact:
            return self._unknown(hint)
        below = math.lcm(self.below, other.below)
        above = combine(self.above.times(below // self.below), other.above.times(below // other.below))
        return Decimal(self.trace, above, hint, below)

    def add(self, other: Decimal) -> Decimal:
        return self._sum(other, Form.__add__, self.hint + other.hint)

    def sub(self, other: Decimal) -> Decimal:
        return self._sum(other, Form.__sub__, self.hint - other.hint)

    def neg(self) -> Decimal:
        return Decimal(self.trace, None if self.above is None else -self.above, -self.hint, self.below)

    def mul(self, other: Decimal) -> Decimal:
        exact = _dyadic(self.below) and _dyadic(other.below)
        if self.above is None or other.above is None or not exact:
            return self._unknown(float(self.hint) * float(other.hint))
        return Decimal(self.trace, self.above * other.above, self.hint * other.hint, self.below * other.below)

    def float_truediv(self, other: Decimal) -> Decimal:
        number = other.number
        exact = number and other.below == 1 and (self.below == 1 or (_dyadic(self.below) and _dyadic(abs(number))))
        if self.above is None or not number or not exact:
            return self._unknown(float(self.hint) / float(other.hint))
        above = self.above if number > 0 else -self.above
        return Decimal(self.trace, above, Fraction(self.hint) / Fraction(other.hint), self.below * abs(number))

    truediv = float_truediv

    def float_pow(self, other: Decimal) -> Decimal:
        return self._unknown(float(self.hint) ** float(other.hint))

    pow = float_pow

    def sqrt(self) -> Decimal:
        return self._unknown(math.sqrt(self.hint))

    sym_sqrt = sqrt

    def sym_float(self) -> Decimal:
        return self

    def floor(self) -> Any:
        if self.above is None:
            raise refused(f"here {float(self.hint):g}, rounded")
        return self.make["int"](self.trace, self.above // form.number(self.below), math.floor(self.hint))

    def ceil(self) -> Any:
        return self.neg().floor().neg()

    def trunc(self) -> Any:
        return self.floor() if self.hint >= 0 else self.ceil()

    sym_int = trunc

    def _compare(self, relation: str, other: Decimal) -> Any:
        if self.above is None or other.above is None:
            raise refused(f"here {float(self.hint):g}, compared")
        difference = self.above.times(other.below) - other.above.times(self.below)
        left, right = Fraction(self.hint), Fraction(other.hint)
        holds = {"==": left == right, "!=": left != right, ">=": left >= right, "<": left < right}[relation]
        return self.truth(relation, difference, holds)

    def eq(self, other: Decimal) -> Any:
        return self._compare("==", other)

    def ne(self, other: Decimal) -> Any:
        return self._compare("!=", other)

    def ge(self, other: Decimal) -> Any:
        return self._compare(">=", other)

    def lt(self, other: Decimal) -> Any:
        return self._compare("<", other)

    def gt(self, other: Decimal) -> Any:
        return other.lt(self)

    def le(self, other: Decimal) -> Any:
        return other.ge(self)
