"""One word for every row, and one sentence where the word is not enough."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What came of a row, from the best to the worst."""

    AGREE = "agree"
    CONVENTION = "convention"
    UNCOUNTED = "uncounted"
    NO_FORMULA = "no formula"
    NOT_CALLED = "not called"
    DISAGREE = "disagree"

    @property
    def severity(self) -> int:
        """Position in the order above."""
        return list(Verdict).index(self)

    @property
    def ok(self) -> bool:
        """False where formula and model are not the same thing."""
        return self in (Verdict.AGREE, Verdict.CONVENTION, Verdict.UNCOUNTED)
