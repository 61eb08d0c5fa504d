"""How often the search for readings explains a number that means nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from convcost.comparison.published.claim import Claim, claims
from convcost.comparison.published.notation import Number
from convcost.comparison.published.reading import PLAIN
from convcost.comparison.published.verdict import all_readings, compute, explanations

SEED = 20260101
DRAWS = 16
# Numbers are drawn within a quarter above and below the true value.
_SPREAD = Fraction(1, 4)


@dataclass(frozen=True)
class Rate:
    """Of `tried` random numbers with as many printed digits, `explained` were."""

    digits: int
    tried: int
    explained: int

    @property
    def share(self) -> Fraction:
        """The false-explanation rate."""
        return Fraction(self.explained, max(self.tried, 1))


def overall(rates: Sequence[Rate]) -> Fraction:
    """Return the rate over all numbers."""
    return Fraction(sum(r.explained for r in rates), max(sum(r.tried for r in rates), 1))


def false_explanations(claims: Sequence[Claim], seed: int = SEED, draws: int = DRAWS) -> list[Rate]:
    """Return the rates by number of digits, five and more as one.

    For every claim that prints a number, `draws` numbers of its own printed precision are drawn near its true
    value; those that hold or are truncated are no test of the search and are left out.
    """
    generator = random.Random(seed)  # noqa: S311 - a reproducible draw, no secret
    tried: dict[int, int] = {}
    explained: dict[int, int] = {}
    for claim in claims:
        if not claim.computable or not isinstance(claim.printed, Number):
            continue
        exact, step = compute(claim, PLAIN), claim.printed.step
        low, high = (int(exact * (1 + sign * _SPREAD) / step) for sign in (-1, 1))
        candidates = all_readings(claim)
        for _ in range(draws):
            drawn = generator.randint(low, high)
            number = Number(drawn * step, step, len(str(drawn)))
            if drawn > 0 and not number.rounds(exact) and not number.cuts(exact):
                digits = min(number.digits, 5)
                tried[digits] = tried.get(digits, 0) + 1
                explained[digits] = explained.get(digits, 0) + bool(explanations(number, candidates))
    return [Rate(digits, tried[digits], explained[digits]) for digits in sorted(tried)]


@cache
def measured() -> tuple[Rate, ...]:
    return tuple(false_explanations(claims()))
