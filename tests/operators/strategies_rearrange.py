"""Padding, shuffles, and windows as columns."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  as everyone calls it
from hypothesis import strategies as st
from torch import nn

from convcost.core.cost import Cost
from convcost.core.op_call import OpCall

from . import draws
from .case import Applied, Case
from .oracles import moved, written
from .strategies_convolution import extents


@st.composite
def pads(draw: st.DrawFn) -> Case:
    """A constant pads or crops any axes; the other modes pad one to three behind batch and channels."""
    mode = draw(st.sampled_from(("constant", "reflect", "replicate", "circular")))
    axes = draw(st.integers(1, 3))
    size = draws.shape(draw, axes + (draw(st.integers(0, 2)) if mode == "constant" else 2), 3, 7)
    amounts = st.integers(-1 if mode == "constant" else 0, 2)
    padding = tuple(draw(st.lists(amounts, min_size=2 * axes, max_size=2 * axes)))
    return Case(Applied(partial(F.pad, pad=padding, mode=mode)), size, oracle=moved)


@st.composite
def pixel_shuffles(draw: st.DrawFn) -> Case:
    factor, channels, height, width, *leading = draws.shape(draw, 4 + draw(st.integers(0, 2)), 2, 7)
    return Case(nn.PixelShuffle(factor), (*leading, channels * factor**2, height, width), oracle=moved)


@st.composite
def pixel_unshuffles(draw: st.DrawFn) -> Case:
    factor, channels, height, width, *leading = draws.shape(draw, 4 + draw(st.integers(0, 2)), 2, 7)
    return Case(nn.PixelUnshuffle(factor), (*leading, channels, height * factor, width * factor), oracle=moved)


@st.composite
def channel_shuffles(draw: st.DrawFn) -> Case:
    groups, channels, batch, *sizes = draws.shape(draw, 3 + draw(st.integers(1, 2)), 2, 7)
    return Case(nn.ChannelShuffle(groups), (batch, groups * channels, *sizes), oracle=moved)


def _windows(draw: st.DrawFn) -> dict[str, tuple[int, ...]]:
    return {
        "kernel_size": draws.uneven(draw, 2, 1, 4),
        "stride": draws.each(draw, 2, 1, 3),
        "padding": draws.each(draw, 2, 0, 2),
        "dilation": draws.each(draw, 2, 1, 2),
    }


def _image(draw: st.DrawFn, settings: dict[str, Any]) -> tuple[int, ...]:
    """Batch, channels and sizes that hold the window."""
    used: set[int] = set()
    reach = zip(extents(settings["kernel_size"], settings["dilation"]), settings["padding"], strict=True)
    sizes = [draws.fresh(draw, used, max(1, e - 2 * p), max(1, e - 2 * p) + 6) for e, p in reach]
    return draws.fresh(draw, used, 1, 12), draws.fresh(draw, used, 1, 12), *sizes


@st.composite
def unfolds(draw: st.DrawFn) -> Case:
    settings = _windows(draw)
    return Case(nn.Unfold(**settings), _image(draw, settings), oracle=moved)


def added(case: Case, call: OpCall) -> Cost:
    """Every element shows up once in an image that is as large as it was padded."""
    settings = dict(call.hyper)
    sizes = tuple(n + 2 * p for n, p in zip(settings.pop("output_size"), settings.pop("padding"), strict=True))
    batch, rows, columns = call.inputs[0]
    units = torch.eye(rows * columns).reshape(-1, rows, columns)
    return written(case, call, elementwise=batch * int(F.fold(units, sizes, **settings).count_nonzero()))


@st.composite
def folds(draw: st.DrawFn) -> Case:
    settings = _windows(draw)
    batch, channels, *sizes = _image(draw, settings)
    columns = F.unfold(torch.zeros(1, 1, *sizes), **settings).shape[2]
    model = nn.Fold(tuple(sizes), **settings)
    return Case(model, (batch, channels * math.prod(settings["kernel_size"]), columns), oracle=added)
