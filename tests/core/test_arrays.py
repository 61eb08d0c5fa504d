"""Exact arrays against Python's own ints and fractions, above all where int64 ends."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convcost.core import arrays
from convcost.core.arrays import ExactArray, Split, TruthArray, summed, whole
from convcost.core.numeric import ceil_div, common_divisor, decidable, maximum, minimum, quotient

LARGE = 2**63 - 1
# A machine under load draws slowly, which says nothing about the numbers.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NUMBERS = st.one_of(st.integers(-50, 50), st.integers(-LARGE, LARGE), st.sampled_from([LARGE, -LARGE, 2**62, 2**32, 0]))
OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "ceil_div": ceil_div,
    "maximum": maximum,
    "minimum": minimum,
}
COMPARISONS = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)


def exact(values: list[int], denominator: int = 1) -> ExactArray:
    return ExactArray(np.array(values, dtype=np.int64), denominator)


def numbers(array: Any) -> list[Fraction]:
    return [Fraction(int(value), array.denominator) for value in array.values.tolist()]


@pytest.mark.parametrize("name", OPERATIONS)
@UNHURRIED
@given(left=st.lists(NUMBERS, min_size=3, max_size=3), right=st.lists(NUMBERS, min_size=3, max_size=3))
def test_whole_numbers(name: str, left: list[int], right: list[int]) -> None:
    operation = OPERATIONS[name]
    if name in ("floordiv", "mod", "ceil_div"):
        right = [value or 1 for value in right]
    expected = [operation(a, b) for a, b in zip(left, right, strict=True)]
    assert numbers(operation(exact(left), exact(right))) == expected
    assert numbers(operation(exact(left), right[0])) == [operation(a, right[0]) for a in left]
    divides = name in ("floordiv", "mod", "ceil_div")
    below = [value or 1 for value in left] if divides else left
    assert numbers(operation(right[0], exact(below))) == [operation(right[0], a) for a in below]


@pytest.mark.parametrize("name", OPERATIONS)
@UNHURRIED
@given(left=st.lists(st.integers(-99, 99), min_size=2, max_size=2), number=st.fractions(-9, 9, max_denominator=99))
def test_fractions(name: str, left: list[int], number: Fraction) -> None:
    operation, number = OPERATIONS[name], number or Fraction(1, 7)
    expected = [operation(Fraction(a, 20), number) for a in left]
    assert numbers(operation(exact(left, 20), number)) == expected


@pytest.mark.parametrize("compare", COMPARISONS, ids=lambda c: c.__name__)
@UNHURRIED
@given(left=st.lists(NUMBERS, min_size=3, max_size=3), right=st.lists(NUMBERS, min_size=3, max_size=3))
def test_comparisons(compare: Any, left: list[int], right: list[int]) -> None:
    expected = [compare(Fraction(a, 3), Fraction(b, 7)) for a, b in zip(left, right, strict=True)]
    assert compare(exact(left, 3), exact(right, 7)).values.tolist() == expected


@UNHURRIED
@given(left=st.lists(st.integers(1, LARGE), min_size=3, max_size=3), right=st.integers(1, LARGE))
def test_greatest_common_divisor(left: list[int], right: int) -> None:
    assert numbers(common_divisor(exact(left), right)) == [math.gcd(a, right) for a in left]


def test_a_long_product_and_a_long_sum_leave_int64_behind() -> None:
    product = exact([3, 5])
    for _ in range(99):
        product = product * exact([3, 5])
    assert whole(product).tolist() == [3**100, 5**100]
    assert whole(summed([LARGE, exact([1, LARGE]), 2**70])).tolist() == [LARGE + 1 + 2**70, 2 * LARGE + 2**70]


def test_int64_where_it_fits() -> None:
    assert whole(exact([2**31]) * exact([2**31])).dtype == np.int64
    assert whole(exact([2**31]) * exact([2**32])).dtype == object
    # The bound of a product is that of the largest two, which here never meet: what fits comes back.
    assert whole(exact([1, 2**40]) * exact([2**40, 1])).dtype == np.int64


@pytest.mark.parametrize("operation", ["+", "*"])
def test_a_wrong_bound_is_found_out(operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slips of the check: a bound that is too small lets int64 overflow, which these numbers show."""
    monkeypatch.setitem(arrays._BOUNDS, operation, max)
    values = exact([2**62, 1])
    wrong = values + values if operation == "+" else values * values
    with np.errstate(all="ignore"):
        assert whole(wrong).tolist()[0] not in (2**63, 2**124)


def test_a_limit_that_is_too_large_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "_MOST", 2**64)
    with np.errstate(all="ignore"):
        assert (exact([2**62]) + exact([2**62])).values.tolist() != [2**63]


def test_one_answer_or_a_split() -> None:
    assert (exact([1, 2]) > 0).all() is True
    assert (exact([1, 2]) > 2).all() is False
    for ask in (bool, lambda answer: answer.all()):
        with pytest.raises(Split) as caught:
            ask(exact([1, 2]) > 1)
        assert caught.value.labels.tolist() == [False, True]
    both = True & (exact([1, 2]) > 1) & (exact([1, 2]) > 0)
    assert isinstance(both, TruthArray)
    assert both.values.tolist() == [False, True]
    assert (~both | False).values.tolist() == [True, False]


def test_a_whole_number_or_a_split() -> None:
    assert list(range(exact([3, 3]))) == [0, 1, 2]
    with pytest.raises(Split) as caught:
        range(exact([3, 5, 3]))
    assert caught.value.labels.tolist() == [0, 1, 0]
    with pytest.raises(TypeError):
        int(exact([1], 2))


def test_what_is_not_an_exact_number_is_refused() -> None:
    for other in (0.5, "1", None):
        with pytest.raises(TypeError):
            exact([1]) + other
    with pytest.raises(ZeroDivisionError):
        exact([1, 2]) // exact([1, 0])
    with pytest.raises(TypeError, match="not a whole number"):
        whole(exact([1], 2))
    with pytest.raises(TypeError):
        hash(exact([1]))


def test_operations_of_other_numeric_backends() -> None:
    assert decidable(exact([1]))
    assert numbers(quotient(exact([12, 15]), 3)) == [4, 5]
    assert whole(exact([4, 8], 4)).tolist() == [1, 2]
    assert repr(exact([1], 2)) == "ExactArray(array([1]), 2)"


def test_a_product_with_zero_overflows_in_no_order() -> None:
    zero, large = ExactArray(np.zeros(3, dtype=np.int64)), ExactArray(np.array(2**62))
    # In whatever order int64 multiplies them, what wraps around is multiplied by 0; a warning would be an error here.
    assert whole(zero * large * large * large).tolist() == whole(large * zero * large * large).tolist() == [0, 0, 0]
    assert whole(ExactArray(np.array(0)) * large * large * large) == 0
