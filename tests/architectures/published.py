"""Numbers as a paper prints them, compared at the precision of their own digits."""

from __future__ import annotations

from fractions import Fraction


def rounds_to(exact: Fraction | int, printed: str) -> bool:
    """Whether an exact value, rounded half up to the printed number of decimals, is the printed text."""
    places = len(printed.partition(".")[2])
    scaled = (2 * Fraction(exact) * 10**places + 1) // 2
    return Fraction(int(scaled), 10**places) == Fraction(printed)


def cuts_to(exact: Fraction | int, printed: str) -> bool:
    """The same with the further digits cut off."""
    places = len(printed.partition(".")[2])
    return Fraction(int(Fraction(exact) * 10**places), 10**places) == Fraction(printed)
