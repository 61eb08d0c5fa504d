"""Random expressions: the decision against every size up to a few dozen, and rewriting against the decision."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import sympy
from hypothesis import assume, given, settings

from convcost.core.errors import UndecidableError
from convcost.symbolic.equality import counterexample
from convcost.symbolic.resolution import collected, simplify
from tests.symbolic.exact import differ
from tests.symbolic.pairs import ANY, B, H, W

AT = dict(zip("BHW", np.ix_(np.arange(1, 4), np.arange(1, 65), np.arange(1, 65)), strict=True))
OFFSETS, DIVISORS = st.integers(-3, 9), st.integers(1, 4)
MOST_POINTS = 65


def _rounded(child: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    terms = st.tuples(child, OFFSETS, DIVISORS)
    return st.one_of(
        terms.map(lambda t: sympy.floor((t[0] + t[1]) / t[2])),
        terms.map(lambda t: sympy.ceiling((t[0] + t[1]) / t[2])),
        terms.map(lambda t: sympy.Max(t[0], t[1])),
        terms.map(lambda t: sympy.Min(t[0], t[1] + 20)),
        terms.map(lambda t: sympy.Mod(t[0] + t[1], t[2])),
        terms.map(lambda t: t[2] * t[0] + t[1]),
    )


def sizes(symbol: Any) -> st.SearchStrategy[Any]:
    """A size on one axis, after a few windows."""
    return st.recursive(st.just(symbol), _rounded, max_leaves=4)


TERMS = st.tuples(st.integers(1, 9), st.sampled_from([1, B]), sizes(H), sizes(W)).map(lambda t: sympy.Mul(*t))
MIXED = st.tuples(TERMS, DIVISORS).map(lambda t: sympy.floor(t[0] / t[1]))
EXPRESSIONS = st.lists(st.one_of(TERMS, TERMS, MIXED), min_size=1, max_size=3).map(lambda terms: sympy.Add(*terms))


def rewritten(e: Any) -> Any:
    """The same function in other words, by identities of rounding."""
    if not e.args:
        return e
    parts = [rewritten(part) for part in e.args]
    if isinstance(e, sympy.floor):
        numerator, denominator = sympy.fraction(sympy.together(parts[0]))
        if denominator.is_Integer:
            return sympy.ceiling((numerator - denominator + 1) / denominator)
    if isinstance(e, sympy.ceiling):
        return -sympy.floor(-parts[0])
    if isinstance(e, sympy.Mod):
        return parts[0] - parts[1] * sympy.floor(parts[0] / parts[1])
    if isinstance(e, sympy.Max) and len(parts) == 2:
        return parts[0] + parts[1] - sympy.Min(*parts)
    return sympy.expand(e.func(*parts))


def agree(left: Any, right: Any) -> bool:
    """Whether the decision says of two expressions what every size up to 64 says."""
    try:
        found = counterexample(left, right, ANY)
    except UndecidableError:
        assume(False)
    wrong = np.argwhere(np.broadcast_to(differ(left, right, AT), (3, 64, 64))) + 1
    if not len(wrong):
        return found is None or sum(found.at.values()) > MOST_POINTS
    smallest = min((sum(point), tuple(point)) for point in wrong.tolist())[1]
    return found is not None and tuple(found.at.values()) == smallest


@settings(derandomize=True, deadline=None, max_examples=40)
@given(EXPRESSIONS, EXPRESSIONS)
def test_two_random_expressions(left: Any, right: Any) -> None:
    assert agree(left, right)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(EXPRESSIONS)
def test_the_same_in_other_words(e: Any) -> None:
    try:
        assert counterexample(e, rewritten(e), ANY) is None
    except UndecidableError:
        assume(False)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(EXPRESSIONS, sizes(H), OFFSETS, st.integers(1, 40))
def test_a_change_at_one_residue(e: Any, size: Any, offset: int, period: int) -> None:
    bump = sympy.floor((H + offset + 1) / period) - sympy.floor((H + offset) / period)
    assert agree(e, e + B * bump * W)
    assert agree(e, e + bump * sympy.Min(sympy.Max(size - offset, 0), 1))


@settings(derandomize=True, deadline=None, max_examples=40)
@given(EXPRESSIONS)
def test_the_plain_form_is_the_same_function(e: Any) -> None:
    try:
        plain = simplify(e, ANY)
        assert counterexample(e, plain, ANY) is None
    except UndecidableError:
        assume(False)
    assert not differ(e, plain, AT).any()
    assert all(coefficient != 0 for coefficient, _ in collected(e, ANY))
