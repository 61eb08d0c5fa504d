"""The search must not explain everything: numbers that mean nothing are refuted."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convcost.comparison.published.claim import claims
from convcost.report import text
from tests.comparison.published.rates import Rate, false_explanations, measured, overall

# Measured with the seed and the draws of `rates`; a wider search must not pass unnoticed.
MOST = {1: Fraction(0), 2: Fraction(14, 100), 3: Fraction(6, 100), 4: Fraction(3, 100), 5: Fraction(0)}
MOST_OVERALL = Fraction(75, 1000)


def test_false_explanations_are_rare(capsys: pytest.CaptureFixture[str]) -> None:
    rates = measured()
    with capsys.disabled():
        shares = ", ".join(f"{rate.digits} digits {text.percent(rate.share)} of {rate.tried}" for rate in rates)
        print(f"\nfalse explanations: {text.percent(overall(rates))} ({shares})")
    assert [rate.digits for rate in rates] == [1, 2, 3, 4, 5]
    assert sum(rate.tried for rate in rates) > 3000
    assert [rate for rate in rates if rate.share > MOST[rate.digits]] == []
    assert overall(rates) <= MOST_OVERALL


def test_the_measure_can_fail() -> None:
    few = [claim for claim in claims("mobilenet_v1") if claim.id == "v1-t4-224-macs"]
    assert overall(false_explanations(few, draws=400)) > 0
    assert overall([Rate(3, 10, 5), Rate(4, 10, 0)]) == Fraction(1, 4)
    assert overall([]) == 0
