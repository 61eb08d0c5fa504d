"""Functions of one number: arithmetic against its definition, one form for one function."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from convcost.symbolic.quasi_polynomial import QuasiPolynomial

Pair = tuple[QuasiPolynomial, Callable[[int], Fraction]]
"""A function, and the same one by the definition of its operations, number by number."""

START = 3
SMALL = st.integers(1, 4)
SIGNED = st.integers(-5, 40)


def _leaf(value: int) -> Pair:
    return QuasiPolynomial.constant(value, START), lambda n: Fraction(value)


def _unary(child: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    divided = st.tuples(child, SIGNED, SMALL).map(lambda t: _over(*t))
    return st.one_of(
        divided.map(lambda p: (p[0].floor(), lambda n: Fraction(math.floor(p[1](n))))),
        divided.map(lambda p: (p[0].ceiling(), lambda n: Fraction(math.ceil(p[1](n))))),
        st.tuples(child, SMALL).map(lambda t: (t[0][0].remainder(t[1]), lambda n: t[0][1](n) % t[1])),
        divided.map(lambda p: (p[0].positive(), lambda n: Fraction(int(p[1](n) > 0)))),
        st.tuples(child, child).map(lambda t: (t[0][0].larger(t[1][0]), lambda n: max(t[0][1](n), t[1][1](n)))),
        st.tuples(child, child).map(lambda t: (t[0][0].smaller(t[1][0]), lambda n: min(t[0][1](n), t[1][1](n)))),
        st.tuples(child, child).map(lambda t: (t[0][0] + t[1][0], lambda n: t[0][1](n) + t[1][1](n))),
        st.tuples(child, child).map(lambda t: (t[0][0] - t[1][0], lambda n: t[0][1](n) - t[1][1](n))),
    )


def _over(pair: Pair, offset: int, divisor: int) -> Pair:
    shifted = (pair[0] + QuasiPolynomial.constant(offset, START)).scaled(Fraction(1, divisor))
    return shifted, lambda n: (pair[1](n) + offset) / divisor


WHOLE: Pair = (QuasiPolynomial.whole(START), Fraction)
FUNCTIONS: st.SearchStrategy[Pair] = st.recursive(st.one_of(st.just(WHOLE), SIGNED.map(_leaf)), _unary, max_leaves=6)
PRODUCTS = st.tuples(FUNCTIONS, FUNCTIONS).map(lambda t: (t[0][0] * t[1][0], lambda n: t[0][1](n) * t[1][1](n)))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.one_of(FUNCTIONS, PRODUCTS))
def test_values_at_every_number(pair: Pair) -> None:
    function, defined = pair
    numbers = range(START, START + 300)
    assert [function(n) for n in numbers] == [defined(n) for n in numbers]


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.one_of(FUNCTIONS, PRODUCTS))
def test_the_denominator_is_that_of_all_values(pair: Pair) -> None:
    function, _ = pair
    seen = function.points(function.threshold, 2 * function.period, function.degree)
    assert function.denominator == math.lcm(*(function(n).denominator for n in seen))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(FUNCTIONS, FUNCTIONS)
def test_equal_functions_have_one_form(left: Pair, right: Pair) -> None:
    f, g = left[0], right[0]
    assert (f + g) - g == f
    assert f.larger(g) + f.smaller(g) == f + g
    most = max(f.threshold, g.threshold) + math.lcm(f.period, g.period) * (max(f.degree, g.degree) + 1)
    assert (f == g) == all(f(n) == g(n) for n in range(START, most))


def test_the_form_is_the_least() -> None:
    n, one = QuasiPolynomial.whole(1), QuasiPolynomial.constant(1, 1)
    size = n
    for _ in range(6):
        size = (size - one).scaled(Fraction(1, 2)).floor() + one
    # Six halvings, rounded up: one slope of 1/64 on 64 residue classes, from the first size on.
    assert (size.period, size.degree, size.head) == (64, 1, ())
    assert {p[1] for p in size.tail} == {Fraction(1, 64)}
    assert list(n.larger(QuasiPolynomial.constant(5, 1)).head) == [5, 5, 5, 5]


def test_a_number_below_the_first_is_refused() -> None:
    with pytest.raises(ValueError, match="2 is below 3"):
        WHOLE[0](2)


def test_functions_of_different_domains_do_not_mix() -> None:
    other: Any = QuasiPolynomial.whole(1)
    with pytest.raises(ValueError, match="from 3 and from 1 on"):
        WHOLE[0] + other


def test_only_a_periodic_function_is_mapped() -> None:
    assert [WHOLE[0].remainder(3).mapped(lambda v: int(v == 0))(n) for n in range(3, 9)] == [1, 0, 0, 1, 0, 0]
    with pytest.raises(ValueError, match="not periodic"):
        WHOLE[0].mapped(int)
