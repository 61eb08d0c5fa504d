"""A form as a function of ints and arrays."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from convcost.core.errors import DomainError
from convcost.symbolic.form import number, symbol
from convcost.symbolic.function import Function, undominated

H, W, B = symbol("H"), symbol("W"), symbol("B")
HALF = (B * ((H + number(1)) // number(2)) * ((W + number(1)) // number(2))).times(9408)
COST = Function("macs", [HALF + (B * (H // number(4)) * (W // number(4))).times(7)], ("B", "H", "W"))


def test_ints_by_place_and_by_name() -> None:
    # 9408·2·113·64 + 7·2·56·31 = 136,077,312 + 24,304
    assert COST(2, 225, 127) == COST(B=2, H=225, W=127) == 136_101_616
    assert type(COST(2, 225, 127)) is int


def test_arrays_are_broadcast_and_equal_the_ints() -> None:
    heights, widths = np.arange(1, 60)[:, None], np.arange(1, 50)
    values = COST(3, heights, widths)
    assert values.dtype == np.int64
    assert values.tolist() == [[COST(3, h, w) for w in range(1, 50)] for h in range(1, 60)]


def test_what_does_not_fit_64_bits_is_python_ints() -> None:
    sizes = np.array([3, 2**40], dtype=np.int64)
    values = COST(1, sizes, sizes)
    assert values.dtype == object
    # 9408·2³⁹·2³⁹ + 7·2³⁸·2³⁸
    assert values.tolist() == [9408 * 4, 9408 * 2**78 + 7 * 2**76]


def test_small_types_do_not_overflow() -> None:
    assert COST(np.uint8(1), np.array([255], dtype=np.uint8), 255).tolist() == [COST(1, 255, 255)]


def test_a_million_sizes_are_no_more_calls_than_four() -> None:
    def calls(side: int) -> int:
        sizes, made = np.arange(1, side + 1), []
        sys.setprofile(lambda _, event, __: made.append(event))
        try:
            count = COST(1, sizes[:, None], sizes)
        finally:
            sys.setprofile(None)
        assert count.shape == (side, side)
        return len(made)

    calls(2)  # compiles
    assert calls(2) == calls(1000) < 1000


@pytest.mark.parametrize(
    ("values", "named", "message"),
    [
        ((1, 2), {}, "a value for W is missing"),
        ((1, 2, 3, 4), {}, "there is no size number 4"),
        ((1, 2, 3), {"C": 4}, "there is no 'C'; the sizes are B, H, W"),
        ((1, 2, 3), {"B": 4}, "B is given twice"),
        ((1, 2, 0), {}, "W is 0, but must be a whole number of at least 1"),
        ((1, 2, 2.0), {}, "W is 2.0, but must be a whole number of at least 1"),
        ((1, 2, np.array([1.0])), {}, "W must hold whole numbers of at least 1"),
        ((1, 2, np.array([0])), {}, "W must hold whole numbers of at least 1"),
    ],
)
def test_wrong_sizes_are_refused(values: tuple[object, ...], named: dict[str, object], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        COST(*values, **named)


def test_largest_leaves_out_only_what_is_never_largest() -> None:
    half, quarter = (H + number(1)) // number(2), (H + number(3)) // number(4)
    forms = [half.times(c) for c in (3, 9, 5)] + [quarter.times(c) for c in (4, 17)] + [number(2), H + number(40)]
    kept = undominated(forms)
    assert half.times(9) in kept
    assert len(kept) < len(forms)
    for size in range(1, 400):
        assert max(f.value({"H": size}) for f in kept) == max(f.value({"H": size}) for f in forms)
