"""Sampling an image at the positions of a grid, and the grid of an affine map."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, every, product
from convcost.core.record import Condition, Operator, Source, Symbol

from . import _axes as axes

TAPS = {"nearest": 1, "bilinear": 2, "bicubic": 4}
"""Elements along each axis that a sample is made of; the mode `bilinear` is linear along three axes too."""


def grid_sample(input: Shape, grid: Shape, *, mode: str = "bilinear") -> Result:
    """Samples of (N, C, *sizes) at the positions of (N, *out, axes): a sample is one weighted sum of its taps.

    A sum takes a product a tap and an addition fewer; taps beyond the border count. The weights of a position serve
    all channels and are free.
    """
    out = grid[1:-1]
    taps = TAPS[mode] ** len(out)
    outputs = product(input[:2]) * product(out)
    elementwise = outputs * (2 * taps - 1) if taps > 1 else 0
    cost = Cost(elementwise=elementwise, activations=outputs, inputs=product(input) + product(grid))
    return Result((*input[:2], *out), cost)


def affine_grid(input: Shape, *, size: Shape) -> Result:
    """Positions of an output (N, C, *out) under the maps (N, axes, axes + 1): a matrix product with (*out, 1)."""
    count: Count = size[0] * product(size[2:]) * input[1]
    cost = Cost(macs=count * input[2], activations=count, inputs=product(input))
    return Result((size[0], *size[2:], input[1]), cost)


def _alike(a: SimpleNamespace) -> Any:
    ranks = len(a.input) == len(a.grid) and a.grid[-1] == len(a.input) - 2
    return ranks and every((a.grid[0] == a.input[0], True))


def _maps(a: SimpleNamespace) -> Any:
    rank = len(a.size) - 2
    return (
        len(a.input) == 3 and a.input[1] == rank and a.input[2] == rank + 1 and every((a.input[0] == a.size[0], True))
    )


_STN = "Jaderberg et al. 2015, Spatial Transformer Networks (arXiv 1506.02025)"
_OUT = axes.per_axis("O", 2, "output size", "pixels")

RECORDS = (
    Operator(
        name="grid_sample",
        title="Sampling at the positions of a grid",
        function=grid_sample,
        symbols=(*axes.image_symbols(2), *_OUT),
        source=Source(
            _STN, "equation 3 for a kernel's weighted sum, 4 for the nearest element, 5 for bilinear weights"
        ),
        domain=(
            axes.POSITIVE_INPUT,
            Condition("the mode must be nearest, bilinear or bicubic", lambda a: a.mode in TAPS, ("mode",)),
            Condition(
                "the grid must be (batch, *sizes, axes) for the input's batch and axes", _alike, ("input", "grid")
            ),
        ),
        template={"input": ("N", "C", "H", "W"), "grid": ("N", "O_h", "O_w", 2)},
    ),
    Operator(
        name="affine_grid",
        title="Grid of an affine map",
        function=affine_grid,
        symbols=(Symbol("N", "batch size", "samples", 1), *_OUT),
        source=Source(_STN, "equation 1: each position is a product of the map's matrix"),
        domain=(
            Condition("a map must be (batch, axes, axes + 1) for the size's batch and axes", _maps, ("input", "size")),
        ),
        template={"input": ("N", 2, 3), "size": ("N", 1, "O_h", "O_w")},
        is_product=True,
    ),
)
