"""Numbers as people read them."""

from __future__ import annotations

import pytest

from convcost.report.text import scaled, size_in_bytes


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1_000, "1 K"),
        (20_000, "20 K"),
        (13_564_000, "13.6 M"),
        (568_740_352, "569 M"),
        (999_499_999, "999 M"),
        (999_500_000, "1 G"),  # 999.5 rounds to 1,000
        (1_814_073_344, "1.81 G"),
        (10**20, "100 E"),
    ],
)
def test_a_count_in_three_digits(value: int, shown: str) -> None:
    assert scaled(value, 3) == shown


def test_a_count_in_more_digits_has_no_noughts_at_its_end() -> None:
    assert [scaled(value, 6) for value in (568_740_352, 1_500_000, 2_000_000_000)] == ["568.74 M", "1.5 M", "2 G"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (512, "512"),
        (1_000, "1.00 K"),
        (25_557_032, "25.56 M"),
        (999_994_999, "999.99 M"),
        (999_995_000, "1.00 G"),  # 999.995 rounds to 1,000.00
        (999_999_999, "1.00 G"),
        (3_857_973_248, "3.86 G"),
        (10**15, "1.00 P"),
    ],
)
def test_a_count_to_two_decimals(value: int, shown: str) -> None:
    assert scaled(value) == shown


def test_a_small_size_is_no_nought() -> None:
    # By the SI: 1 kB is 1,000 bytes and 1 MB 1,000,000.
    assert [size_in_bytes(size) for size in (0, 528, 6_312, 16_927_904)] == [*("0 B", "528 B", "6.31 kB", "16.93 MB")]
