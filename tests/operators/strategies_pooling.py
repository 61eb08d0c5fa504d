"""Pools of every kind, small and uneven."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from torch import nn

from . import draws
from .case import Case
from .strategies_convolution import extents

POOLS: dict[tuple[str, int], Any] = {
    ("max", 1): nn.MaxPool1d,
    ("max", 2): nn.MaxPool2d,
    ("max", 3): nn.MaxPool3d,
    ("avg", 1): nn.AvgPool1d,
    ("avg", 2): nn.AvgPool2d,
    ("avg", 3): nn.AvgPool3d,
}
ADAPTIVE: dict[tuple[str, int], Any] = {
    ("max", 1): nn.AdaptiveMaxPool1d,
    ("max", 2): nn.AdaptiveMaxPool2d,
    ("max", 3): nn.AdaptiveMaxPool3d,
    ("avg", 1): nn.AdaptiveAvgPool1d,
    ("avg", 2): nn.AdaptiveAvgPool2d,
    ("avg", 3): nn.AdaptiveAvgPool3d,
}


@st.composite
def pools(draw: st.DrawFn, kind: str, rank: int, plain: bool = False) -> Case:
    """`plain` ones neither pad nor round up, so that every tap is an element of the input."""
    kernel = draws.uneven(draw, rank, 1, 4 if rank < 3 else 3)
    stride = draw(st.none()) if draw(st.integers(0, 3)) == 0 else draws.each(draw, rank, 1, 4)
    padding = tuple(0 if plain else draw(st.integers(0, k // 2)) for k in kernel)
    dilation = draws.each(draw, rank, 1, 2) if kind == "max" else (1,) * rank
    used: set[int] = set()
    sizes = []
    for extent, p in zip(extents(kernel, dilation), padding, strict=True):
        # Unlike all other pools, avg_pool3d refuses a kernel that only fits with padding.
        smallest = extent if (kind, rank) == ("avg", 3) else max(1, extent - 2 * p)
        sizes.append(draws.fresh(draw, used, smallest, smallest + (9 if rank < 3 else 4)))
    batch, channels = draws.fresh(draw, used, 1, 15), draws.fresh(draw, used, 1, 15)
    model = POOLS[kind, rank](
        draws.short(draw, kernel),
        stride=stride if stride is None else draws.short(draw, stride),
        padding=draws.short(draw, padding),
        ceil_mode=not plain and draw(st.booleans()),
        **({"dilation": draws.short(draw, dilation)} if kind == "max" else {}),
    )
    return Case(model, (batch, channels, *sizes))


@st.composite
def adaptive_pools(draw: st.DrawFn, kind: str, rank: int) -> Case:
    """To fewer, as many, or more elements than there are; None keeps a size."""
    batch, channels, *sizes = draws.shape(draw, 2 + rank, 1, 12 if rank < 3 else 7)
    wanted = draws.each(draw, rank, 1, 10 if rank < 3 else 6)
    kept = [draw(st.booleans()) and rank > 1 for _ in range(rank)]
    output = tuple(None if keep else size for keep, size in zip(kept, wanted, strict=True))
    once = output[0] is not None and len(set(output)) == 1  # PyTorch refuses None for all axes at once
    return Case(ADAPTIVE[kind, rank](output[0] if once else output), (batch, channels, *sizes))
