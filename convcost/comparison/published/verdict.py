"""A claim's verdict: does it hold, and if not, which reading makes it hold, or which comes nearest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from convcost.comparison.published.claim import Claim
from convcost.comparison.published.count import count
from convcost.comparison.published.notation import Exactly, Number, Printed, value
from convcost.comparison.published.reading import PLAIN, Reading, readings
from convcost.core.errors import ConvcostError


class ClaimVerdict(StrEnum):
    """One word for a claim; the worst first."""

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

    computed    the value in the paper's own convention and unit, exact; None if the registry has no formula
    found       the readings that reproduce the print, best first; for a refuted claim the nearest one alone
    """

    claim: Claim
    verdict: ClaimVerdict
    computed: Fraction | None
    found: tuple[Found, ...] = ()


def check_all(claims: Sequence[Claim]) -> list[Checked]:
    """Return the verdicts on claims, in their order.

    A reading that explains one number of a subject is established for its other one: the separable convolution
    that explains a row's operations is no deviation in the same row's parameters.
    """
    checked = [check(claim) for claim in claims]
    established = {c.claim.about: c.found[0].reading for c in checked if c.verdict is ClaimVerdict.EXPLAINED}
    return [
        check(c.claim, established[c.claim.about])
        if c.verdict is ClaimVerdict.REFUTED and c.claim.about in established
        else c
        for c in checked
    ]


def check(claim: Claim, established: Reading = PLAIN) -> Checked:
    """Return the verdict on one claim; raises ConvcostError if its subject asks for what the registry does not have."""
    if not claim.computable:
        return Checked(claim, ClaimVerdict.NOT_COMPUTED, None)
    printed = _meant(claim)
    computed = compute(claim, PLAIN)
    if printed.rounds(computed):
        return Checked(claim, ClaimVerdict.HOLDS, computed)
    if isinstance(printed, Number) and printed.cuts(computed):
        return Checked(claim, ClaimVerdict.TRUNCATED, computed)
    if not isinstance(printed, Number):
        return Checked(claim, ClaimVerdict.REFUTED, computed, (Found(PLAIN, computed),))
    candidates = all_readings(claim)
    found = explanations(printed, candidates, established)
    if found:
        return Checked(claim, ClaimVerdict.EXPLAINED, computed, found)
    # A reading that changes less than the next digit would show comes no nearer: the simplest of them is named.
    nearest = min(candidates, key=lambda candidate: abs(candidate.value - printed.value) // (printed.step / 10))
    return Checked(claim, ClaimVerdict.REFUTED, computed, (nearest,))


def compute(claim: Claim, reading: Reading) -> Fraction:
    """Return the claim's value under a reading, in its unit."""
    exact = value(claim.subject, lambda named: count(named, claim.metric, claim.counting, reading))
    return claim.scaled(exact, reading.thousand)


def all_readings(claim: Claim) -> list[Found]:
    """Return every reading with its value, simplest first; those that change nothing or leave a domain are left out."""
    found: list[Found] = []
    seen: set[tuple[Fraction, bool, bool]] = set()
    for reading in readings(claim.subject, claim.metric, claim.counting, claim.power > 0):
        try:
            exact = compute(claim, reading)
        except ConvcostError:
            # An image too small for the net, a layer that the variant has not, all left out: no reading of this.
            continue
        key = (exact, reading.zeros, reading.swapped)
        if key not in seen:
            seen.add(key)
            found.append(Found(reading, exact))
    return found


def explanations(printed: Number, candidates: Sequence[Found], established: Reading = PLAIN) -> tuple[Found, ...]:
    """Return the readings that round to the printed digits, best first.

    One digit comes out by chance and is no evidence of anything; two are not enough for two deviations.
    """
    most = min(printed.digits, 3) - 1
    few = (c for c in candidates if len(set(c.reading.names) - set(established.names)) <= most)
    return tuple(named for candidate in few if (named := _explains(printed, candidate)))


def _explains(printed: Number, candidate: Found) -> Found | None:
    reading = candidate.reading
    if reading.zeros:
        rounded = printed.zeros
        return candidate if rounded is not None and rounded.rounds(candidate.value) else None
    if reading.swapped:
        right = next((number for number in printed.swapped if number.rounds(candidate.value)), None)
        if right is None:
            return None
        return Found(replace(reading, names=(f"{reading.sentence}: {right}",)), candidate.value)
    return candidate if printed.rounds(candidate.value) else None


def _meant(claim: Claim) -> Printed:
    if claim.meaning is None:
        return claim.printed
    exact = value(claim.meaning, lambda named: count(named, claim.metric, claim.counting, PLAIN))
    return Exactly(claim.scaled(exact))
