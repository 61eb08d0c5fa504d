"""Recorded numbers: what a formula did, as a program that does it elsewhere."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcost.core.numeric import ceil_div, common_divisor, maximum, minimum, quotient
from convcost.core.recorded import Program, Recorded, Recording, needed, run

WHOLE = st.integers(-(10**20), 10**20)
POSITIVE = st.integers(1, 10**9)


def _formula(x: Any, y: Any, alpha: Any) -> list[Any]:
    """Every operation that a formula may use."""
    return [
        x + y - 3,
        7 - x * y,
        -x // y,
        ceil_div(x, y),
        x % y,
        17 % y,
        maximum(x, 5) * minimum(y, x),
        common_divisor(x, y),
        quotient(x * y, y),
        (32 * alpha) // 1,
        maximum(alpha, 1) * 1280 // 1,
        (alpha * alpha * 100 + Fraction(1, 3)) // 1,
        (x * alpha + 4) // 8 * 8,
    ]


@given(WHOLE, POSITIVE, st.integers(1, 300), WHOLE, POSITIVE, st.integers(1, 300))
def test_the_program_does_elsewhere_what_the_formula_would(x: int, y: int, a: int, u: int, v: int, b: int) -> None:
    recording = Recording(Program())
    found = _formula(recording.input(0, x), recording.input(1, y), recording.input(2, a, 100))
    places = [recording.whole(count) for count in found]
    assert [count.value for count in found] == _formula(x, y, Fraction(a, 100))
    values = run(recording.program.steps, (u, v, b), places)
    assert [values[place] for place in places] == _formula(u, v, Fraction(b, 100))
    assert recording.guards == {}


def test_steps_are_written_once() -> None:
    recording = Recording(Program())
    x = recording.input(0, 9)
    first, second = (x + 1) * (x + 1), (x + 1) * (x + 1)
    assert first.place == second.place
    assert recording.program.steps == [("input", 0, 0), ("constant", 1, 0), ("+", 0, 1), ("*", 2, 2)]
    x * 5
    assert needed(recording.program.steps, [first.place]) == [0, 1, 2, 3]


def _numbers(*values: int) -> tuple[Recording, list[Recorded]]:
    recording = Recording(Program())
    return recording, [recording.input(i, value) for i, value in enumerate(values)]


@pytest.mark.parametrize(
    ("ask", "answer", "guards"),
    [
        (lambda x, y: x == y, False, [("!=", 0, 1)]),
        (lambda x, y: x != y, True, [("!=", 0, 1)]),
        (lambda x, y: x < y, True, [("<", 0, 1)]),
        (lambda x, y: x > y, False, [("<=", 0, 1)]),
        (lambda x, y: x >= y, False, [("<", 0, 1)]),
        (lambda x, y: y <= x, False, [("<", 0, 1)]),
        (lambda x, y: ~(x == y), True, [("!=", 0, 1)]),
        (lambda x, y: ~(x < y), False, [("<", 0, 1)]),
        # A yes to both rests on both, a no on the first part that is no.
        (lambda x, y: True & (x < y) & (x != y), True, [("<", 0, 1), ("!=", 0, 1)]),
        (lambda x, y: (x < y) & (x == y) & (x > y), False, [("!=", 0, 1)]),
        (lambda x, y: (x > y) | (x < y) | (x != y), True, [("<", 0, 1)]),
        (lambda x, y: (x > y) | (x == y), False, [("<=", 0, 1), ("!=", 0, 1)]),
        (lambda x, y: ~((x > y) | (x == y)), True, [("<=", 0, 1), ("!=", 0, 1)]),
        (lambda x, y: x if x else y, True, [("!=", 0, 2)]),
    ],
)
def test_guards(ask: Any, answer: bool, guards: list[Any]) -> None:
    recording, (x, y) = _numbers(3, 8)
    assert bool(ask(x, y)) is answer
    assert list(recording.guards)[: len(guards)] == guards


def test_a_question_that_nobody_asks_leaves_no_guard() -> None:
    recording, (x, y) = _numbers(3, 8)
    (x == y) | (x < y)
    assert recording.guards == {}


def test_a_count_of_repeats_is_guarded() -> None:
    recording, (x, _) = _numbers(3, 8)
    assert list(range(x)) == [0, 1, 2]
    assert recording.guards == {("==", x.place, recording.program.constant(3)): None}


def test_fractions_are_no_counts() -> None:
    recording = Recording(Program())
    alpha = recording.input(0, 75, 100)
    for wrong in (lambda: recording.whole(alpha), lambda: range(alpha), lambda: common_divisor(alpha, 3)):
        with pytest.raises(TypeError):
            wrong()
    assert repr(alpha) == "{0}/100"
    assert gcd(int((alpha * 100) // 1), 50) == 25
