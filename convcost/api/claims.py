"""The numbers that papers print, recomputed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convcost.report.claims import ClaimsReport


def claims(paper: str | None = None) -> ClaimsReport:
    """The numbers that papers print, recomputed: all of them, or one file's of `formulas/published`.

    Raises UnknownNameError for a paper there is no file of, with the near names.
    """
    from convcost.comparison.published.claim import claims as published
    from convcost.comparison.published.verdict import check_all
    from convcost.report.claims import ClaimsReport

    return ClaimsReport(tuple(check_all(published(paper))))
