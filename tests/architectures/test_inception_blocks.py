"""The savings that Szegedy et al. 2015 (arXiv 1512.00567) print, from the closed forms."""

from __future__ import annotations

from fractions import Fraction

import pytest

import convcost
from convcost.core.record import Formula
from convcost.core.registry import find
from tests.architectures.inception import drawn
from tests.architectures.published import rounds_to

AT = {"N": 64, "D_F": 17}


def _share(name: str, **values: int) -> Fraction:
    """MACs of a formula over those of the one it is printed beside."""
    against = find(Formula, name, "formula").against
    assert against is not None
    return Fraction(int(convcost.cost(name, **values).macs), int(convcost.cost(against, **values).macs))


def test_factorisation() -> None:
    # Section 3: 5×5 is "25/9 = 2.78 times" 3×3.
    assert _share("convolution_5x5", **AT) == Fraction(25, 9)
    assert rounds_to(_share("convolution_5x5", **AT), "2.78")
    # 3.1: "(9+9)/25, resulting in a relative gain of 28 %".
    assert 1 - _share("two_3x3", **AT) == Fraction(28, 100)
    # 3.2: "33 % cheaper" by 3×1 and 1×3, "only a 11 % saving" by two 2×2.
    assert rounds_to(100 * (1 - _share("asymmetric_nxn", n=3, **AT)), "33")
    assert rounds_to(100 * (1 - _share("two_2x2", **AT)), "11")
    # 7×7 in rows and columns, as on the 17×17 grid: 14/49.
    assert _share("asymmetric_nxn", n=7, **AT) == Fraction(2, 7)


def test_grid_reduction() -> None:
    # Section 5: 2d²k² operations on the full grid, 2(d/2)²k² after pooling, and half of that side by side.
    # Here d = 2D, k = M, and every kernel tap is counted.
    values = {"D_K": 3, "M": 320, "D": 17}
    full = 2 * (2 * 17) ** 2 * 320**2 * 9
    assert convcost.cost("grid_reduction_convolution_first", **values).macs == full
    assert _share("grid_reduction_pooling_first", **values) == Fraction(1, 4)
    assert _share("grid_reduction_parallel", **values) == Fraction(1, 8)


def test_rows_and_columns_are_those_of_inception_v3() -> None:
    lines = {line.path: line for line in drawn("inception_v3").core}
    two = [lines[f"mixed_6e.branch3.conv{i}"] for i in (2, 3)]  # 7×1 and 1×7 with 192 channels on 17×17
    pair = convcost.cost("asymmetric_nxn", n=7, N=192, D_F=17)
    assert pair.macs == sum(line.cost.macs for line in two)
    assert pair.parameters == sum(line.cost.parameters for line in two)
    assert pair.activations == sum(line.cost.activations for line in two)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("two_3x3", "18*D_F**2*N**2"),
        ("asymmetric_nxn", "2*D_F**2*N**2*n"),
        ("grid_reduction_parallel", "D**2*D_K**2*M**2"),
    ],
)
def test_closed_forms(name: str, form: str) -> None:
    assert str(convcost.closed_form(name).macs) == form


def test_module_against_its_naive_version() -> None:
    # Module 3a with its reductions takes 42 % of the naïve one's multiply-accumulates.
    values = {"M": 192, "n_1": 64, "n_3": 128, "n_5": 32, "D_F": 28}
    naive = convcost.cost("inception_module_naive", **values)
    reduced = convcost.cost("inception_module", **values, r_3=96, r_5=16, p=32)
    assert (naive.macs, reduced.macs) == (303_464_448, 128_049_152)
    assert rounds_to(Fraction(100 * int(reduced.macs), int(naive.macs)), "42")
