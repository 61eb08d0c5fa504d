"""Convolutions, transposed convolutions and linear layers of every kind, small and uneven."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from torch import nn

from . import draws
from .case import Case

CONVOLUTIONS: dict[int, Any] = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
TRANSPOSED: dict[int, Any] = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
LARGEST_KERNEL = {1: 5, 2: 4, 3: 3}
ROOM = {1: 11, 2: 8, 3: 7}  # how far above the smallest that fits a size may be


def channels(draw: st.DrawFn) -> tuple[int, int, int]:
    """Input and output channels, never equal but for a depthwise convolution, and groups."""
    groups = draw(st.integers(1, 4))
    if draw(st.integers(0, 3)) == 0:
        return groups + 1, (groups + 1) * draw(st.integers(1, 3)), groups + 1
    inward, outward = draws.shape(draw, 2, 1, 4)
    return groups * inward, groups * outward, groups


def extents(kernel: tuple[int, ...], dilation: tuple[int, ...]) -> tuple[int, ...]:
    """Elements that each axis of a kernel reaches over."""
    return tuple(len(range(0, k * d, d)) * d - d + 1 for k, d in zip(kernel, dilation, strict=True))


@st.composite
def convolutions(draw: st.DrawFn, rank: int) -> Case:
    inward, outward, groups = channels(draw)
    word = draw(st.sampled_from((None, None, "same", "valid")))
    kernel = draws.uneven(draw, rank, 1, LARGEST_KERNEL[rank])
    dilation = draws.each(draw, rank, 1, 2 if rank == 3 else 3)
    stride = (1,) * rank if word == "same" else draws.each(draw, rank, 1, 4)
    padding = draws.each(draw, rank, 0, 2) if word is None else (0,) * rank
    used = {inward, outward}
    batch = draws.fresh(draw, used, 1, 4)
    sizes = []
    for extent, p in zip(extents(kernel, dilation), padding, strict=True):
        smallest = 1 if word == "same" else max(1, extent - 2 * p)
        sizes.append(draws.fresh(draw, used, smallest, smallest + ROOM[rank]))
    model = CONVOLUTIONS[rank](
        inward,
        outward,
        draws.short(draw, kernel),
        stride=draws.short(draw, stride),
        padding=word or draws.short(draw, padding),
        dilation=draws.short(draw, dilation),
        groups=groups,
        bias=draw(st.booleans()),
    )
    return Case(model, (batch, inward, *sizes))


@st.composite
def transposed_convolutions(draw: st.DrawFn, rank: int) -> Case:
    inward, outward, groups = channels(draw)
    kernel = draws.uneven(draw, rank, 1, LARGEST_KERNEL[rank])
    dilation = draws.each(draw, rank, 1, 2)
    stride = draws.each(draw, rank, 1, 3)
    padding = draws.each(draw, rank, 0, 2)
    extra = tuple(draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True))
    used = {inward, outward}
    batch = draws.fresh(draw, used, 1, 4)
    # 6 elements at least, so that the largest padding never crops the whole output.
    sizes = [draws.fresh(draw, used, 6, 6 + ROOM[rank]) for _ in range(rank)]
    model = TRANSPOSED[rank](
        inward,
        outward,
        draws.short(draw, kernel),
        stride=draws.short(draw, stride),
        padding=draws.short(draw, padding),
        output_padding=draws.short(draw, extra),
        dilation=draws.short(draw, dilation),
        groups=groups,
        bias=draw(st.booleans()),
    )
    return Case(model, (batch, inward, *sizes))


@st.composite
def linear_layers(draw: st.DrawFn) -> Case:
    """On no leading dimension, the batch, and up to two more."""
    *leading, inward, outward = draws.shape(draw, 2 + draw(st.integers(0, 3)), 1, 15)
    return Case(nn.Linear(inward, outward, bias=draw(st.booleans())), (*leading, inward))
