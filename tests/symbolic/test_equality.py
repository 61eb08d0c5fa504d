"""The decision procedure against brute force over sizes, and against its own mutants."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from sympy import Eq, Function, LessThan, Max, Mod, StrictGreaterThan, floor

from convcost.core.errors import DomainError, UndecidableError
from convcost.symbolic import quasi_polynomial as quasi
from convcost.symbolic import separated
from convcost.symbolic.domain import Domain
from convcost.symbolic.equality import Counterexample, counterexample, equal
from convcost.symbolic.quasi_polynomial import QuasiPolynomial
from tests.symbolic.exact import differ, values
from tests.symbolic.pairs import ANY, EQUAL, UNEQUAL, B, H, W, halved, least

Case = tuple[Any, Any, Domain, tuple[int, ...] | None]
MOST = {"B": 4, "H": 300, "W": 90}


RELATIONS = {Eq: np.equal, LessThan: np.less_equal, StrictGreaterThan: np.greater}


def grid(domain: Domain) -> dict[str, Any]:
    """All values of the symbols up to a few hundred, as open NumPy axes."""
    axes = [np.arange(low, max(MOST[name], 2 * low)) for name, low in domain.least.items()]
    return dict(zip(domain.least, np.ix_(*axes), strict=True))


def inside(domain: Domain, at: dict[str, Any]) -> Any:
    """Where the guards hold: they are relations between expressions, left and right."""
    holds: Any = np.array(True)
    for guard in domain.guards:
        (a, m), (b, n) = values(guard.lhs, at), values(guard.rhs, at)
        holds = holds & RELATIONS[type(guard)](a * n, b * m)
    return holds


def smallest(left: Any, right: Any, domain: Domain) -> tuple[int, ...] | None:
    """The smallest counterexample by looking at every point of the grid."""
    at = grid(domain)
    shape = np.broadcast_shapes(*(array.shape for array in at.values()))
    wrong = np.argwhere(np.broadcast_to(differ(left, right, at) & inside(domain, at), shape))
    least_values = np.array(list(domain.least.values()))
    points = [tuple(int(n) for n in index + least_values) for index in wrong]
    return min(points, key=lambda p: (sum(p), p)) if points else None


def verdict(left: Any, right: Any, domain: Domain) -> tuple[int, ...] | None:
    found = counterexample(left, right, domain)
    return None if found is None else tuple(found.at[name] for name in domain.least)


@pytest.mark.parametrize("name", EQUAL)
def test_equal_but_written_differently(name: str) -> None:
    left, right, domain = EQUAL[name]
    assert smallest(left, right, domain) is None
    assert equal(left, right, domain)
    assert not equal(left, right + 1, domain)


@pytest.mark.parametrize("name", UNEQUAL)
def test_unequal_with_the_smallest_counterexample(name: str) -> None:
    left, right, domain, expected = UNEQUAL[name]
    assert smallest(left, right, domain) == expected
    assert verdict(left, right, domain) == expected


def test_a_counterexample_has_the_values_of_both_sides() -> None:
    # 33 is odd: ⌈33/2⌉ = 17 and ⌊33/2⌋ = 16.
    assert counterexample(3 * halved(H, 1), 3 * floor(H / 2), Domain({"H": 32})) == Counterexample(
        {"H": 33}, Fraction(51), Fraction(48)
    )


def test_every_total_stride_up_to_64() -> None:
    for stride in range(1, 65):
        left, right = B * floor((H + stride - 1) / stride) * W, B * floor((H + stride - 2) / stride) * W
        # ⌈H/s⌉ and ⌈(H - 1)/s⌉ differ where a new window begins: at the sizes that leave 1 modulo s.
        first = next(n for n in range(100, 200) if (n - 1) % stride == 0)
        assert verdict(left, right, least(100)) == (1, first, 100)


def test_a_guard_that_mixes_symbols_binds_the_counterexample() -> None:
    assert verdict(H * W, H * H, least(4, Eq(H, W + 2))) == (1, 6, 4)
    with pytest.raises(UndecidableError, match="at no point"):
        counterexample(H * W, H * H, least(4, Eq(H, W)))


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        (floor(B * 7 / H), "no exact answer"),
        (1 / H, "no exact answer"),
        (Max(H, W), "mixes H, W"),
        (2**H, "no exact answer"),
        (Function("f")(H), "no exact answer"),
        (floor(H / 65537), "too many to decide"),
        (Max(H, 10**6), "too far to decide"),
    ],
    ids=str,
)
def test_outside_the_class_is_an_error_and_no_guess(expression: Any, sentence: str) -> None:
    with pytest.raises(UndecidableError, match=sentence):
        equal(expression, H + W, ANY)


def test_a_symbol_without_a_least_value_is_an_error() -> None:
    with pytest.raises(UndecidableError, match="W has no least value"):
        equal(W, H, Domain({"H": 1}))


def test_a_domain_without_a_point_is_an_error() -> None:
    with pytest.raises(DomainError, match="no value of H passes"):
        equal(H, H + 1, least(4, H <= 3))


def _one_too_few(self: QuasiPolynomial, threshold: int, period: int, degree: int) -> range:
    return range(self.start, threshold + period * max(degree, 1))


def _without_a_residue(self: QuasiPolynomial, threshold: int, period: int, degree: int) -> range:
    return range(self.start, threshold + period * (degree + 1) - 1)


def _without_small_sizes(self: QuasiPolynomial, threshold: int, period: int, degree: int) -> range:
    return range(threshold, threshold + period * (degree + 1))


def _next_residue(self: QuasiPolynomial) -> QuasiPolynomial:
    right = QuasiPolynomial.of(self.start, self.head, self.tail)
    period = math.lcm(self.period, *(c.denominator for p in self.tail for c in p))
    value = [quasi._value(self.tail[(r + 1) % self.period], r + 1) for r in range(period)]
    tail = [quasi._sum(self.tail[r % self.period], quasi._trimmed([-(value[r] % 1)])) for r in range(period)]
    return QuasiPolynomial.of(self.start, (Fraction(math.floor(v)) for v in right.head), tail)


LAST_ROOT = quasi._last_root
MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "a degree's number too few": (QuasiPolynomial, "points", _one_too_few),
    "the last residue forgotten": (QuasiPolynomial, "points", _without_a_residue),
    "the table forgotten": (QuasiPolynomial, "points", _without_small_sizes),
    "the next residue for this one": (QuasiPolynomial, "floor", _next_residue),
    "the largest period for the common one": (quasi, "_common", max),
    "no bound on the roots": (quasi, "_last_root", lambda _: -1),
    "a bound on the roots one too low": (quasi, "_last_root", lambda p: LAST_ROOT(p) - 2),
    "period halved without looking": (quasi, "_least_period", lambda tail: tail[: max(1, len(tail) // 2)]),
    "all remainders alike": (separated, "_same", lambda number, value: int(number == 0)),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_slip_in_the_procedure_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, attribute, slip = MUTANTS[name]
    monkeypatch.setattr(place, attribute, slip)
    assert any(itertools.starmap(_wrong, _cases()))


def test_without_a_slip_nothing_is_caught() -> None:
    assert not any(itertools.starmap(_wrong, _cases()))


def _cases() -> list[Case]:
    """The pairs, each with a reader that remembers nothing."""
    equals: list[Case] = [(a, b, Domain(d.least, d.guards), None) for a, b, d in EQUAL.values()]
    return equals + [(a, b, Domain(d.least, d.guards), point) for a, b, d, point in UNEQUAL.values()]


def _wrong(left: Any, right: Any, domain: Domain, expected: tuple[int, ...] | None) -> bool:
    try:
        return verdict(left, right, domain) != expected
    except (ValueError, IndexError, ZeroDivisionError):
        return True  # a crash is seen too


def test_remainders_by_a_symbol_of_the_other_axis_are_outside() -> None:
    with pytest.raises(UndecidableError):
        equal(Mod(H, W), H, ANY)
