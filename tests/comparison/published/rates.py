"""The false-explanation rates, measured once for the tests that look at them."""

from __future__ import annotations

from functools import cache

from convcost.comparison.published.claim import claims
from convcost.comparison.published.verdict import Rate, false_explanations


@cache
def measured() -> tuple[Rate, ...]:
    return tuple(false_explanations(claims()))
