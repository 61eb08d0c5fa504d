"""The false-explanation rates, measured once for the tests that look at them."""

from __future__ import annotations

from functools import cache

from convcost.comparison.published.chance import Rate, false_explanations
from convcost.comparison.published.claim import claims


@cache
def measured() -> tuple[Rate, ...]:
    return tuple(false_explanations(claims()))
