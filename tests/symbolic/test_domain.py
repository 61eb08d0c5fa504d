"""Domains: which sizes pass, and how they are told."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import And, Eq, Mod, Ne, Not, Or, ceiling, floor

from convcost.core.errors import DomainError
from convcost.symbolic.domain import Domain
from convcost.symbolic.equality import without_what_holds_anyway
from tests.symbolic.pairs import B, H, W

CASES: list[tuple[Any, str, list[int]]] = [
    # Guard, words, and the sizes from 5 to 20 that pass.
    (H >= 5, "H ≥ 5", list(range(5, 21))),
    (H > 12, "H ≥ 13", list(range(13, 21))),
    (H <= 9, "5 ≤ H ≤ 9", [5, 6, 7, 8, 9]),
    (H < 6, "H = 5", [5]),
    (Eq(H, 17), "H = 17", [17]),
    (Ne(H, 7), "H ≥ 5 other than 7", [n for n in range(5, 21) if n != 7]),
    (Eq(ceiling(H / 8), 2), "9 ≤ H ≤ 16", list(range(9, 17))),
    (Eq(Mod(H, 4), 0), "H ≥ 8 a multiple of 4", [8, 12, 16, 20]),
    (Eq(Mod(H, 4), 1), "H ≥ 5 with H mod 4 in {1}", [5, 9, 13, 17]),
    (Ne(Mod(floor(H / 2), 2), 0), "H ≥ 6 with H mod 4 in {2, 3}", [6, 7, 10, 11, 14, 15, 18, 19]),
    (And(H >= 7, H <= 8), "H one of 7, 8", [7, 8]),
    (Or(Eq(H, 6), Eq(H, 9), Eq(H, 11)), "H one of 6, 9, 11", [6, 9, 11]),
    (Not(Or(H < 8, Eq(H, 9))), "H ≥ 8 other than 9", [8, *range(10, 21)]),
    (Or(Eq(H, 6), And(Eq(Mod(H, 4), 0), H > 9)), "H ≥ 6 (6, and from 12 on) with H mod 4 in {0}", [6, 12, 16, 20]),
]


@pytest.mark.parametrize(("guard", "words", "passing"), CASES, ids=[words for _, words, _ in CASES])
def test_one_guard(guard: Any, words: str, passing: list[int]) -> None:
    domain = Domain({"H": 5}, (guard,))
    allowed = domain.allowed("H")
    assert [n for n in range(5, 21) if allowed(n)] == passing
    assert {int(allowed(n)) for n in range(5, 200)} <= {0, 1}
    assert domain.words("H") == words


def test_guards_add_up_and_each_symbol_has_its_own() -> None:
    domain = Domain({"B": 1, "H": 32, "W": 32}, (H >= 40, Eq(Mod(H, 8), 0), W >= 1))
    assert domain.words("BHW") == "B ≥ 1, H ≥ 40 a multiple of 8, W ≥ 32"


def test_a_guard_on_two_symbols_is_told_as_it_is_and_asked_at_a_point() -> None:
    domain = Domain({"H": 1, "W": 1}, (H <= W,))
    assert domain.words("HW") == "H ≥ 1, W ≥ 1, H ≤ W"
    assert domain.passes({"H": 3, "W": 3})
    assert not domain.passes({"H": 4, "W": 3})


def test_guards_that_nothing_passes_are_an_error() -> None:
    with pytest.raises(DomainError, match="no value of H passes"):
        Domain({"H": 1}, (H > 6, H < 6)).words("H")


@pytest.mark.parametrize(
    ("guard", "holds"),
    [
        (Eq(ceiling(H / 8) * ceiling(W / 8), 4), True),
        (B * ceiling(H / 8) * W >= 1, True),
        (H * W > 0, True),
        (Ne(B * H, 0), True),
        (B * floor(H / 9) * W >= 1, True),
        (Eq(ceiling(H / 8) * ceiling(W / 7), 4), False),
        (H * W >= 100, False),
        (H * floor((W - 9) / 4) >= 1, False),
        (H >= W, False),
    ],
    ids=str,
)
def test_a_guard_on_two_symbols_that_holds_anyway_is_left_out(guard: Any, holds: bool) -> None:
    # Both sides from 9 to 16: ⌈n/8⌉ = 2.
    domain = Domain({"B": 1, "H": 9, "W": 9}, (H <= 16, W <= 16, guard))
    assert (without_what_holds_anyway(domain).mixed == ()) == holds
