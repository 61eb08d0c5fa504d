"""Closed forms say the same as the formula they come from, in plainer words."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import pytest
import sympy

from convcost.symbolic.closed_form import name_widths
from convcost.symbolic.expressions import latex_text, line, plain_rounding, symbol

R = symbol("R")
WINDOWS = [(k, s, p) for k in (1, 2, 3, 4, 5, 7) for s in (1, 2, 3, 4) for p in range(k // 2 + 1)]
"""Kernel, stride and padding."""


def positions(size: Any, windows: tuple[tuple[int, int, int], ...]) -> Any:
    """Positions of one window after another: ⌊(n + 2p - k)/s⌋ + 1 each."""
    for kernel, stride, padding in windows:
        size = (size + 2 * padding - kernel) // stride + 1
    return size


def value(e: Any, size: int) -> Fraction:
    """An expression at R = size in exact arithmetic, by its definition and without SymPy's simplifications."""
    if e.is_Symbol:
        return Fraction(size)
    if e.is_Rational:
        return Fraction(int(e.p), int(e.q))
    parts = [value(part, size) for part in e.args]
    if e.is_Add:
        return sum(parts, Fraction(0))
    if e.is_Mul:
        return math.prod(parts, start=Fraction(1))
    if e.is_Pow:
        return Fraction(parts[0] ** int(parts[1]))
    rounding = {sympy.floor: math.floor, sympy.ceiling: math.ceil}
    return Fraction(rounding[e.func](*parts))


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_one_window_at_every_size(window: tuple[int, int, int]) -> None:
    plain = plain_rounding(sympy.Integer(1) * positions(R, (window,)))
    assert [value(plain, n) for n in range(1, 300)] == [positions(n, (window,)) for n in range(1, 300)]


# Strides that share no factor, kernels that overlap or leave gaps, even ones and padding or none.
CHAINED = [(1, 2, 0), (2, 2, 0), (2, 3, 1), (3, 2, 0), (3, 2, 1), (3, 4, 1), (5, 2, 2), (5, 3, 1), (7, 2, 3), (3, 1, 1)]


@pytest.mark.parametrize("first", CHAINED, ids=str)
def test_windows_in_a_row_at_every_size(first: tuple[int, int, int]) -> None:
    for rest in itertools.chain(itertools.product(CHAINED), itertools.product(CHAINED, CHAINED)):
        plain = plain_rounding(positions(R, (first, *rest)))
        assert [value(plain, n) for n in range(1, 200, 7)] == [positions(n, (first, *rest)) for n in range(1, 200, 7)]


@pytest.mark.parametrize("first", CHAINED, ids=str)
def test_no_rounding_is_left_inside_another(first: tuple[int, int, int]) -> None:
    for second in CHAINED:
        plain = plain_rounding(positions(R, (first, second)))
        roundings = plain.atoms(sympy.floor, sympy.ceiling)
        assert not any(r.args[0].has(sympy.floor, sympy.ceiling) for r in roundings), (second, plain)


def test_halvings_are_one_ceiling() -> None:
    # ⌊(n + 2 - 3)/2⌋ + 1 = ⌈n/2⌉, and ⌈⌈n/2⌉/2⌉ = ⌈n/4⌉.
    assert line(plain_rounding(positions(R, ((3, 2, 1),)))) == "⌈R/2⌉"
    assert line(plain_rounding(positions(R, ((3, 2, 1),) * 5))) == "⌈R/32⌉"
    assert line(plain_rounding(positions(R, ((7, 2, 3), (3, 1, 1), (3, 2, 1))))) == "⌈R/4⌉"


def test_the_check_sees_another_rounding() -> None:
    assert [value(sympy.floor(R / 2), n) for n in range(1, 9)] != [value(sympy.ceiling(R / 2), n) for n in range(1, 9)]


K, M, N, F = (symbol(name) for name in ("D_K", "M", "N", "D_F"))
ALPHA, RHO = symbol("alpha", whole=False), symbol("rho", whole=False)
ORDER = ("D_K", "alpha", "M", "N", "rho", "D_F")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        # Equations 2 and 5 of MobileNet V1, and the ratio below them.
        (K**2 * M * N * F**2, "D_K²·M·N·D_F²"),
        (F**2 * M * K**2 + N * F**2 * M, "D_K²·M·D_F² + M·N·D_F²"),
        (1 / N + 1 / K**2, "1/D_K² + 1/N"),
        (K**2 * ALPHA * M * RHO**2 * F**2, "D_K²·α·M·ρ²·D_F²"),
        (M * (K**2 + N), "M·(D_K² + N)"),
        (M * (K + N) ** 2, "M·(D_K + N)²"),
        (2 * M - N + 3, "2·M - N + 3"),
        (M - 1, "M - 1"),
        (-M, "-M"),
        (M - 2 * (N - 1), "M - 2·N + 2"),
        (M * (1 - N), "M·(-N + 1)"),
        (M * N / 3, "M·N/3"),
        (M / (2 * N), "M/(2·N)"),
        ((M / N) ** 2, "M²/N²"),
        (M / (N + 1), "M/(N + 1)"),
        (sympy.floor(M / 2) * N, "⌊M/2⌋·N"),
        (sympy.ceiling((M - 1) / 2) ** 2, "⌈(M - 1)/2⌉²"),
        (sympy.Max(8, sympy.floor(32 * ALPHA)), "max(⌊32·α⌋, 8)"),
        (sympy.Integer(0), "0"),
        (sympy.Integer(-7), "-7"),
        (sympy.Rational(1, 3), "1/3"),
        (sympy.Integer(12), "12"),
        (M**12, "M¹²"),
        (7, "7"),
    ],
    ids=str,
)
def test_line(expression: Any, text: str) -> None:
    assert line(expression, ORDER) == text


def test_symbols_that_are_not_in_the_order_come_last() -> None:
    assert line(M * N * K, ("N",)) == "N·D_K·M"


def test_symbols_are_positive_and_only_multipliers_are_not_whole() -> None:
    assert (R.is_positive, R.is_integer) == (True, True)
    assert (ALPHA.is_positive, ALPHA.is_integer) == (True, None)


def test_latex() -> None:
    assert latex_text(K**2 * M) == "D_{K}^{2} M"


def test_two_roundings_that_are_alike_at_one_have_two_names() -> None:
    down, up = sympy.floor(8 * ALPHA), sympy.Max(8, sympy.floor(7 * ALPHA))
    widths: dict[Any, Any] = {}
    named = name_widths(down + 2 * up + 3 * down * up, widths)
    assert {str(name) for name in widths.values()} == {"c8", "c8′"}
    assert named.subs({name: form.subs(ALPHA, 3) for form, name in widths.items()}) == 24 + 2 * 21 + 3 * 24 * 21
