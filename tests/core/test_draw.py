"""One network, every carrier: each must be at any numbers what ints give at these numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from convcost.core.architecture import Architecture, Network
from convcost.core.cost import PRIMITIVES
from convcost.core.registry import find

VARIANTS = ("paper", "shallow", "full-conv")


def draw(variant: str = "paper", **settings: Any) -> Network:
    net = find(Architecture, "mobilenet_v1", "architecture")
    return net.network({**net.settings({"variant": variant}), **settings})


@pytest.mark.parametrize("variant", VARIANTS)
def test_fraction_is_the_int_it_is_equal_to(variant: str) -> None:
    assert draw(variant, alpha=Fraction(2)).cost == draw(variant, alpha=2).cost


def test_fraction_gives_whole_numbers() -> None:
    cost = draw(alpha=Fraction(333, 1000), resolution=97).cost
    assert all(Fraction(getattr(cost, name)).denominator == 1 for name in PRIMITIVES)


@pytest.mark.parametrize("variant", VARIANTS)
def test_symbols(variant: str) -> None:
    b, r, k = sympy.symbols("B R K", positive=True, integer=True)
    alpha = sympy.Symbol("alpha", positive=True)
    symbolic = draw(variant, alpha=alpha, resolution=r, batch=b, classes=k).cost
    for numbers in ((Fraction(1), 224, 1, 1000), (Fraction(1, 4), 33, 3, 7), (Fraction(333, 1000), 97, 2, 10)):
        width, side, batch, classes = numbers
        at = {alpha: sympy.Rational(width.numerator, width.denominator), r: side, b: batch, k: classes}
        ints = draw(variant, alpha=width, resolution=side, batch=batch, classes=classes).cost
        for name in PRIMITIVES:
            assert (sympy.Integer(0) + getattr(symbolic, name)).subs(at) == getattr(ints, name)


@pytest.mark.parametrize("variant", VARIANTS)
def test_arrays(variant: str) -> None:
    sides, batches = np.array([[224], [192], [33], [97]]), np.array([1, 2, 3])
    swept = draw(variant, alpha=Fraction(1, 2), resolution=sides, batch=batches).cost
    for i, side in enumerate(sides[:, 0].tolist()):
        for j, batch in enumerate(batches.tolist()):
            single = draw(variant, alpha=Fraction(1, 2), resolution=side, batch=batch).cost
            for name in PRIMITIVES:
                values = np.broadcast_to(np.asarray(getattr(swept, name), dtype=object), (4, 3))
                assert values[i, j] == getattr(single, name)


def test_array_of_classes() -> None:
    swept: Any = draw(classes=np.array([10, 1000])).cost.macs
    assert swept.tolist() == [draw(classes=10).cost.macs, draw(classes=1000).cost.macs]


def test_law_without_rounding() -> None:
    # Equation 7 for the first and the last row of Table 1 at alpha = 1/2 and rho = 1/2: the stem has 16 of 32 channels
    # on 56·56 of 112·112 positions, and the classifier half of its inputs whatever the image.
    net = find(Architecture, "mobilenet_v1", "architecture")
    half = net.network({**net.settings({}), "alpha": Fraction(1, 2)}, rounding=False)
    stem, classifier = half.core[0], half.core[-1]
    assert stem.cost.macs * Fraction(1, 4) == 27 * 16 * 56 * 56
    assert classifier.cost.macs == 512 * 1000
    assert (stem.rank, classifier.rank) == (2, 0)
    assert net.unrounded_macs(half.settings, 1) == half.cost.macs
    assert net.unrounded_macs(half.settings, Fraction(1, 2)) == Fraction(int(half.cost.macs) - 512_000, 4) + 512_000
