"""Limits: every relation at every small number against Python's own comparison, with and without unknown calls."""

from __future__ import annotations

import operator
from collections.abc import Callable

import pytest

from convcost.budgeting.project import Limit, PartialCount
from convcost.core.errors import DomainError

RELATIONS: dict[str, Callable[[int, int], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}
BOUND = 7
AROUND = range(15)


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("number", AROUND)
def test_a_known_count(relation: str, number: int) -> None:
    limit = Limit.read("macs", f" {relation}{BOUND} ")
    assert limit.holds(PartialCount(number)) is RELATIONS[relation](number, BOUND)


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("number", AROUND)
def test_a_count_that_is_known_in_part(relation: str, number: int) -> None:
    # What is not counted may add anything from 0 on: certain only where all of that gives one answer.
    answers = {RELATIONS[relation](number + hidden, BOUND) for hidden in range(2 * BOUND)}
    expected = answers.pop() if len(answers) == 1 else None
    assert Limit.read("macs", f"{relation} {BOUND}").holds(PartialCount(number, exact=False)) is expected


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("number", AROUND)
def test_how_far_beyond_and_what_is_left(relation: str, number: int) -> None:
    limit, holds = Limit.read("macs", f"{relation} {BOUND}"), RELATIONS[relation]
    nearest = min((n for n in range(40) if holds(n, BOUND)), key=lambda n: abs(n - number))
    assert limit.beyond(number) == number - nearest
    # The largest step towards the bound after which the limit still holds; up for <=, down for >=.
    towards = -1 if relation in (">=", ">") else 1
    steps = [step for step in range(40) if all(holds(number + towards * s, BOUND) for s in range(step + 1))]
    expected = max(steps) if holds(number, BOUND) else -abs(number - nearest)
    assert limit.margin(number) == expected


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("<= 300M", 300_000_000),
        ("<=300,000,000", 300_000_000),
        ("== 3504872", 3_504_872),
        ("< 1.2G", 1_200_000_000),
        (">0", 0),
        # No double has this; amounts are exact.
        ("<= 9007199254740993", 2**53 + 1),
        ("<= 9007.199254740993T", 2**53 + 1),
    ],
)
def test_amounts(text: str, bound: int) -> None:
    assert Limit.read("macs", text).bound == bound


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("=< 3", "'=<' is not a comparison"),
        ("= 3", "'=' is not a comparison"),
        ("!= 3", "'!=' is not a comparison"),
        ("=== 3", "'===' is not a comparison"),
        ("<= -3", "macs is '-3'"),
        ("<= much", "macs is 'much'"),
        ("<=", "macs is ''"),
        ("300M", "must be a limit"),
        ("", "must be a limit"),
        (300, "must be a limit"),
        (None, "must be a limit"),
        ("<= 1.5", "counts are whole numbers"),
        ("<= 1\n2", "macs is '1\\\\n2'"),
    ],
)
def test_what_is_no_limit_is_one_line(text: object, said: str) -> None:
    with pytest.raises(DomainError, match=said) as raised:
        Limit.read("macs", text)
    assert "\n" not in str(raised.value)
