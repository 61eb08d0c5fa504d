"""What an explanation of a published number is worth, as reports/claims.md says it."""

from __future__ import annotations

from collections.abc import Sequence

from convcost.report import markdown, text
from tests.comparison.published.rates import Rate, overall


def worth(rates: Sequence[Rate]) -> str:
    """How often random numbers are explained, by their printed digits."""
    rows = [
        (
            f"{rate.digits}{' or more' if rate.digits == rates[-1].digits else ''}",
            text.number(rate.tried),
            text.number(rate.explained),
            text.percent(rate.share),
        )
        for rate in rates
    ]
    sentence = (
        "What an explanation is worth: of random numbers within a quarter of the true value, at the print's own "
        f"precision, the same search explains {text.percent(overall(rates))}.\n"
    )
    return f"{sentence}\n{markdown.table(('printed digits', '>random numbers', '>explained', '>rate'), rows)}"
