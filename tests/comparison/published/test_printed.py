"""A printed number's precision is in its text."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convcost.comparison.published.notation import Bounds, ClaimError, Number, number, read


@pytest.mark.parametrize(
    ("text", "exact", "rounds", "cuts"),
    [
        ("4.2", "4.25", False, True),
        ("4.2", "4.249999999999999999999", True, True),
        ("4.2", "4.15", True, False),
        ("4.2", "4.1499999999999999999", False, False),
        ("569", "568.5", True, False),
        ("149", "149.497088", True, True),
        ("290", "290.675200", False, True),
        ("22,855,952", "22855952", True, True),
        ("22,855,952", "22855952.5", False, True),
        ("25.0", "24.95", True, False),
        ("25.0", "24.94", False, False),
    ],
)
def test_rounding_and_cutting(text: str, exact: str, rounds: bool, cuts: bool) -> None:
    assert number(text).rounds(Fraction(exact)) is rounds
    assert number(text).cuts(Fraction(exact)) is cuts


def test_zeros_at_the_end_may_be_no_digits() -> None:
    assert number("1700").zeros == Number(Fraction(1700), Fraction(100), 2)
    assert number("1700").zeros.rounds(Fraction(1665))  # type: ignore[union-attr]
    assert number("569").zeros is None
    assert number("25.0").zeros is None


def test_swaps_are_of_neighbours_and_keep_the_first_digit() -> None:
    assert [str(swap) for swap in number("1.19").swapped] == ["1.91"]
    assert [str(swap) for swap in number("123").swapped] == ["213", "132"]
    assert [str(swap) for swap in number("0.26").swapped] == []
    assert [str(swap) for swap in number("105").swapped] == ["150"]


def test_bounds() -> None:
    bounds = read("8 to 9")
    assert isinstance(bounds, Bounds)
    assert [bounds.rounds(Fraction(v)) for v in ("7.999", "8", "9", "9.001")] == [False, True, True, False]
    assert [read("more than 2.5").rounds(Fraction(v)) for v in ("2.5", "2.5001")] == [False, True]
    assert read("~2.5") == read("about 2.5") == read("2.5")


@pytest.mark.parametrize("text", ["", "four", "1e6", "-3", "1,23", "__import__('os')", "4.2M", "1/0", "٣"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ClaimError, match="is not a number as papers print them"):
        read(text)
