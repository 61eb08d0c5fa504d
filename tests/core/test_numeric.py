"""The few operations that `+ * //` do not spell, on every carrier, against Python's own on ints."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from convcost.core.numeric import ceil_div, common_divisor, decidable, maximum, minimum, product, quotient

Binary = Callable[[Any, Any], Any]

# What Python's own functions make of two ints.
EXPECTED: dict[str, tuple[Binary, Binary]] = {
    "maximum": (maximum, max),
    "minimum": (minimum, min),
    "ceil_div": (ceil_div, lambda a, b: math.ceil(Fraction(a, b))),
    "common_divisor": (common_divisor, math.gcd),
}
NUMBERS = range(1, 25)
POSITIVE = st.integers(min_value=1, max_value=10**18)


@pytest.mark.parametrize("name", EXPECTED)
@given(left=POSITIVE, right=POSITIVE)
def test_ints(name: str, left: int, right: int) -> None:
    ours, pythons = EXPECTED[name]
    assert ours(left, right) == pythons(left, right)
    assert type(ours(left, right)) is int


@pytest.mark.parametrize("name", EXPECTED)
def test_numpy_arrays_and_ints_beside_them(name: str) -> None:
    ours, pythons = EXPECTED[name]
    left, right = np.meshgrid(NUMBERS, NUMBERS)
    table = [[pythons(a, b) for a in NUMBERS] for b in NUMBERS]
    assert ours(left, right).tolist() == table
    assert ours(left, right).dtype.kind == "i"
    for b in NUMBERS:
        assert ours(np.array(NUMBERS), b).tolist() == table[b - 1]
        assert ours(b, np.array(NUMBERS)).tolist() == [pythons(b, a) for a in NUMBERS]


@pytest.mark.parametrize("name", EXPECTED)
def test_sympy_numbers_and_symbols(name: str) -> None:
    ours, pythons = EXPECTED[name]
    p, q = sympy.symbols("p q", positive=True, integer=True)
    kept = ours(p, q)
    assert kept.free_symbols == {p, q}
    for a in NUMBERS:
        assert ours(sympy.Integer(a), sympy.Integer(18)) == pythons(a, 18)
        assert ours(sympy.Integer(a), 18) == pythons(a, 18)
        assert ours(18, sympy.Integer(a)) == pythons(18, a)
        value = kept.subs({p: a, q: 18})
        if name == "common_divisor":
            assert str(value) == f"gcd({a}, 18)"
        else:
            assert value == pythons(a, 18)


@pytest.mark.parametrize("name", ["maximum", "minimum", "ceil_div"])
@given(left=st.fractions(0, 99, max_denominator=99), right=st.fractions(Fraction(1, 99), 99, max_denominator=99))
def test_fractions(name: str, left: Fraction, right: Fraction) -> None:
    ours, _ = EXPECTED[name]
    wanted = {"maximum": max(left, right), "minimum": min(left, right), "ceil_div": math.ceil(left / right)}
    assert ours(left, right) == wanted[name]


def test_quotient_keeps_the_carrier() -> None:
    assert quotient(12, 3) == 4
    assert type(quotient(12, 3)) is int
    swept: Any = quotient(np.array([12, 15]), 3)
    assert (swept.tolist(), swept.dtype.kind) == ([4, 5], "i")
    swept = quotient(12, np.array([3, 4]))
    assert swept.tolist() == [4, 3]
    assert quotient(Fraction(1, 2), 3) == quotient(1, Fraction(6)) == Fraction(1, 6)
    m, g = sympy.symbols("m g", positive=True, integer=True)
    assert quotient(m, g) == m / g
    assert quotient(m, m) == 1
    symbolic: Any = quotient(m, g)
    assert not symbolic.has(sympy.floor)


def test_product() -> None:
    assert product([]) == 1
    assert product([2, 3, 7]) == 42
    assert product([Fraction(1, 2), 6]) == 3
    swept: Any = product([2, np.array([3, 4])])
    assert swept.tolist() == [6, 8]


def test_large_counts_stay_exact() -> None:
    """Above 2**53 a float would round."""
    assert ceil_div(2**60 + 1, 2) == 2**59 + 1
    assert quotient(3 * (2**60 + 1), 3) == 2**60 + 1


def test_conditions_are_decidable_on_numbers_and_not_on_symbols() -> None:
    r = sympy.Symbol("r")
    assert decidable(3)
    assert decidable(Fraction(1, 2))
    assert decidable(np.array([1, 2]))
    assert decidable((1, [2, (3,)]))
    assert not decidable(r)
    assert not decidable((1, [2, (r + 1,)]))
