"""A claim's verdict: does it hold, and if not, which reading makes it hold, or which comes nearest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from convcost.claims.claim import Claim
from convcost.claims.count import count
from convcost.claims.printed import Exactly, Number, Printed
from convcost.claims.reading import PLAIN, Reading, readings
from convcost.claims.subject import value
from convcost.theory.errors import DomainError


class Verdict(StrEnum):
    """One word a claim; the worst first."""

    REFUTED = "refuted"
    EXPLAINED = "explained"
    TRUNCATED = "truncated"
    HOLDS = "holds"
    NOT_COMPUTED = "not computed"


@dataclass(frozen=True)
class Found:
    """A reading and what the claim comes to under it, in the claim's unit."""

    reading: Reading
    value: Fraction


@dataclass(frozen=True)
class Checked:
    """A claim with its verdict.

    computed    the value in the paper's own convention and unit, exact; None if the book has no formula
    found       the readings that reproduce the print, best first; for a refuted claim the nearest one alone
    """

    claim: Claim
    verdict: Verdict
    computed: Fraction | None
    found: tuple[Found, ...] = ()


def check(claim: Claim) -> Checked:
    """The verdict on one claim; raises ConvcostError if its subject asks for what the book does not have."""
    if not claim.computable:
        return Checked(claim, Verdict.NOT_COMPUTED, None)
    printed = _meant(claim)
    computed = compute(claim, PLAIN)
    if printed.rounds(computed):
        return Checked(claim, Verdict.HOLDS, computed)
    if isinstance(printed, Number) and printed.cuts(computed):
        return Checked(claim, Verdict.TRUNCATED, computed)
    candidates = all_readings(claim)
    found = explanations(printed, candidates)
    if found:
        return Checked(claim, Verdict.EXPLAINED, computed, found)
    nearest = min(candidates, key=lambda c: _distance(printed, c.value))
    return Checked(claim, Verdict.REFUTED, computed, (nearest,))


def compute(claim: Claim, reading: Reading) -> Fraction:
    """The claim's value under a reading, in its unit."""
    exact = value(claim.subject, lambda leaf: count(leaf, claim.metric, claim.counting, reading))
    return claim.scaled(exact, reading.thousand)


def all_readings(claim: Claim) -> list[Found]:
    """Every reading with its value, simplest first; those that change nothing or leave a domain are left out."""
    found: list[Found] = []
    seen: set[tuple[Fraction, bool, bool]] = set()
    for reading in readings(claim.subject, claim.metric, claim.counting, claim.power > 0):
        try:
            exact = compute(claim, reading)
        except (DomainError, ZeroDivisionError):
            # An image too small for the net, or all of it left out: no reading of this claim.
            continue
        key = (exact, reading.zeros, reading.swapped)
        if key not in seen:
            seen.add(key)
            found.append(Found(reading, exact))
    return found


def explanations(printed: Printed, candidates: Sequence[Found]) -> tuple[Found, ...]:
    """The readings that round to the printed digits, best first; bounds and words are not explained."""
    if not isinstance(printed, Number):
        return ()
    return tuple(named for candidate in candidates if (named := _explains(printed, candidate)))


def _explains(printed: Number, candidate: Found) -> Found | None:
    reading = candidate.reading
    if reading.zeros:
        rounded = printed.zeros
        return candidate if rounded is not None and rounded.rounds(candidate.value) else None
    if reading.swapped:
        right = next((number for number in printed.swapped if number.rounds(candidate.value)), None)
        if right is None:
            return None
        decimals = len(str(right.step.denominator)) - 1
        words = f"{reading.names[-1]}: {float(right.value):.{decimals}f}"
        return Found(replace(reading, names=(words,)), candidate.value)
    return candidate if printed.rounds(candidate.value) else None


def _meant(claim: Claim) -> Printed:
    if claim.meaning is None:
        return claim.printed
    exact = value(claim.meaning, lambda leaf: count(leaf, claim.metric, claim.counting, PLAIN))
    return Exactly(claim.scaled(exact))


def _distance(printed: Printed, exact: Fraction) -> Fraction:
    if isinstance(printed, Number | Exactly):
        return abs(exact - printed.value)
    return max(printed.low - exact, exact - (printed.high if printed.high is not None else exact), Fraction())
