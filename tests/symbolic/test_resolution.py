"""What an expression looks like once it is collected by resolution."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Eq, Max, Mod, ceiling, floor

from convcost.symbolic.domain import Domain
from convcost.symbolic.expressions import symbol
from convcost.symbolic.resolution import collected, difference, simplify, text
from tests.symbolic.pairs import ANY, B, H, W, halved, least, window

K = symbol("K")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # A 3×3 of stride 2 padded by 1 rounds up; halvings of halvings are one division.
        (halved(H, 1), "⌈H/2⌉"),
        (halved(H, 5), "⌈H/32⌉"),
        (window(window(H, 7, 2, 3), 3, 2, 1), "⌈H/4⌉"),
        (floor(H / 2), "⌊H/2⌋"),
        (window(H, 2, 2), "⌊H/2⌋"),
        # Inception v3's stem: 3×3 of stride 2, 3×3, both without padding; then a padded one keeps the size.
        (window(H, 3, 2), "⌊(H - 1)/2⌋"),
        (window(window(H, 3, 2), 3), "⌊(H - 5)/2⌋"),
        (window(window(window(H, 3, 2), 3), 3, 1, 1), "⌊(H - 5)/2⌋"),
        (floor((H + 2) / 4), "⌊(H + 2)/4⌋"),
        (ceiling(H / 7) * 7 - Mod(-H, 7), "H"),
        (floor((3 * H) / 4), "⌊3·H/4⌋"),
        (Max(halved(H, 2), 7), "max(⌈H/4⌉, 7)"),
        (B * K * halved(H, 2) * halved(W, 2) * 9 + B * halved(H, 2) * halved(W, 2), "B·⌈H/4⌉·⌈W/4⌉·(9·K + 1)"),
        (10 * B + 3 * B * H * W + 5 * B * halved(H, 1) * halved(W, 1), "3·B·H·W + 5·B·⌈H/2⌉·⌈W/2⌉ + 10·B"),
        (2 * B * halved(H, 1) - B * (floor((H - 1) / 2) + 1), "B·⌈H/2⌉"),
        (B * (window(H, 3) + 1) ** 2, "B·(H - 1)²"),
        (B * (halved(H, 2) + 3) ** 2, "B·(⌈H/4⌉ + 3)²"),
        (floor(H * halved(W, 1) / 4), "⌊H·⌈W/2⌉/4⌋"),
        (halved(H, 1) - ceiling(H / 2), "0"),
        (7, "7"),
    ],
    ids=str,
)
def test_text(expression: Any, expected: str) -> None:
    assert text(collected(expression, Domain({"B": 1, "H": 1, "W": 1, "K": 1}))) == expected


def test_a_symbol_that_is_no_size_is_a_coefficient() -> None:
    terms = collected(B * K * H * W + 3 * K + K**2 * B * H * W)
    assert terms == ((K + K**2, B * H * W), (3 * K, 1))


def test_the_least_values_are_those_of_the_symbols_if_none_are_given() -> None:
    assert simplify(Max(halved(H, 2), 1) * W) == ceiling(H / 4) * W


def test_the_difference_in_the_fewest_terms() -> None:
    # ⌊H/2⌋ + ⌈H/2⌉ = H is no identity of SymPy's.
    assert text(difference(B * (floor(H / 2) + ceiling(H / 2)), B * (H + 7), ANY)) == "-7·B"
    left, right = B * (floor(H / 2) * W + ceiling(H / 2) * W + W), B * (H + 3) * W
    assert text(difference(left, right, ANY)) == "-2·B·W"


def test_a_guard_makes_the_difference_plainer() -> None:
    left, right = B * (ceiling(H / 4) + floor(H / 4)) * W, B * H * W / 2 + 6
    assert text(difference(left, right, least(4, Eq(Mod(H, 4), 0)))) == "-6"
    assert "⌈H/4⌉" in text(difference(left, right, ANY))
