"""The definitions that count are the real functions: on numbers where nothing is rounded both give the same."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812  as everyone calls it
from torch import Tensor

from . import definitions
from .case import Applied, Case
from .counted import plain
from .strategies_elementwise import TRIPLES, triple
from .strategies_reduction import OVER_AN_AXIS, OVER_AXES, SCATTERS, reduction, scatter

ARITHMETIC = [
    *(Case(Applied(f, (3, 1, 4), alpha=3), (2, 1, 5, 1)) for f in (torch.add, torch.sub, torch.rsub)),
    *(Case(Applied(f, (3, 1, 4)), (2, 1, 5, 1)) for f in (torch.add, torch.sub, torch.rsub, torch.mul, torch.div)),
    *(Case(Applied(f, 2.0), (2, 5)) for f in (torch.add, torch.sub, torch.rsub)),
    Case(Applied(torch.div, (3, 1, 4), rounding_mode="floor"), (2, 1, 5, 1)),
    *(triple(name, plain) for name in TRIPLES for plain in (True, False)),
    *(scatter(name, (2, 5, 3), 1, 7) for name in SCATTERS),
    *(Case(Applied(f, dim=1), (2, 5, 3)) for f in (torch.cumsum, torch.cumprod, torch.cummax, torch.cummin)),
]
LOGARITHMS = [
    Case(Applied(torch.logsumexp, dim=(0, 2), keepdim=True), (2, 5, 3)),
    Case(Applied(torch.logcumsumexp, dim=1), (2, 5, 3)),
    Case(Applied(F.log_softmax, dim=1), (2, 5, 3)),
]
INDICES = ("argmax", "argmin")


def rise(shape: tuple[int, ...]) -> Tensor:
    """1, 2, 3, … as doubles."""
    return torch.arange(1, math.prod(shape) + 1, dtype=torch.float64).reshape(shape)


def both(case: Case, input: Tensor) -> tuple[list[float], list[float]]:
    """The function's result and the definition's, with the same shape."""
    model: Any = case.model.double()
    with torch.no_grad():
        real = model(input)
    defined, operations = definitions.run(model, input)
    array = np.asarray(defined)
    assert array.shape == tuple(real.shape)
    assert operations >= 0
    return real.double().flatten().tolist(), [float(plain(x)) for x in array.flatten()]


def whole(values: list[float], power: float) -> list[int]:
    """Powers that are whole numbers."""
    return [round(x**power) for x in values]


@pytest.mark.parametrize("case", ARITHMETIC, ids=str)
def test_arithmetic_with_whole_numbers(case: Case) -> None:
    real, defined = both(case, rise(case.shape))
    assert real == defined


@pytest.mark.parametrize("name", sorted(set(OVER_AXES) - {"logsumexp"}))
@pytest.mark.parametrize(("shape", "dim", "keepdim"), [((4, 5, 4), (0, 2), True), ((3, 16), -1, False)])
def test_reduction_over_some_axes(name: str, shape: tuple[int, ...], dim: Any, keepdim: bool) -> None:
    # Rows of sixteen that are half 0 and half 2: mean and variance (not corrected) are 1, the sum of squares 32 = 2⁵.
    settings = {"correction": 0} if "var" in name or "std" in name else {}
    case = reduction(name, shape, dim, keepdim, **settings)
    rows = torch.arange(math.prod(shape)) % 2 * 2
    model: Any = case.model
    real, defined = both(Case(model, shape), rows.double().reshape(shape))
    if name == "norm":
        assert whole(real, 2) == whole(defined, 2)
    else:
        assert real == defined


@pytest.mark.parametrize("order", [0, 1, 2, 3, math.inf, -math.inf])
def test_norm_of_every_order(order: float) -> None:
    # The power of the norm is a whole number: Σ|x|^p of 1 to 5.
    case = reduction("norm", (2, 5), 1, ord=order)
    power = order if order in (2, 3) else 1
    real, defined = both(case, -rise((2, 5)))
    assert whole(real, power) == whole(defined, power)


@pytest.mark.parametrize("name", sorted(set(OVER_AN_AXIS) - set(INDICES)))
def test_reduction_over_one_axis(name: str) -> None:
    real, defined = both(reduction(name, (2, 5, 3), 1, True), rise((2, 5, 3)))
    assert real == defined


@pytest.mark.parametrize("case", LOGARITHMS, ids=str)
def test_logarithms_of_whole_numbers(case: Case) -> None:
    # The exponentials of zeros are ones: what comes out is the logarithm of a whole number, or less it.
    real, defined = (
        [round(math.exp(abs(x))) for x in values] for values in both(case, torch.zeros(case.shape).double())
    )
    assert real == defined


def test_gates_of_zero_are_a_half() -> None:
    # σ(0) = 1/2, so that each output is half its element.
    halves = torch.cat([rise((2, 3, 4)), torch.zeros(2, 3, 4).double()], 1)
    real, defined = both(Case(Applied(F.glu, dim=1), (2, 6, 4)), halves)
    assert real == defined == (rise((2, 3, 4)) / 2).flatten().tolist()
