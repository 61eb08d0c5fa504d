"""Pools of every kind, small and uneven."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  as everyone calls it
from hypothesis import strategies as st
from torch import Tensor, nn

from convcost.core.cost import Cost
from convcost.core.op_call import OpCall
from convcost.core.record import Operator
from convcost.core.registry import find

from . import draws
from .case import Applied, Case, applied
from .oracles import impulse_responses, moved, sliding_taps, written
from .strategies_convolution import extents

POOLS: dict[tuple[str, int], Any] = {
    ("max", 1): nn.MaxPool1d,
    ("max", 2): nn.MaxPool2d,
    ("max", 3): nn.MaxPool3d,
    ("avg", 1): nn.AvgPool1d,
    ("avg", 2): nn.AvgPool2d,
    ("avg", 3): nn.AvgPool3d,
}
LP: dict[int, Any] = {1: nn.LPPool1d, 2: nn.LPPool2d, 3: nn.LPPool3d}
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


def powers(case: Case, call: OpCall) -> Cost:
    """A power an element, and the windows of an average pool, whose scaling is a root here."""
    average = replace(call, operator=find(Operator, call.name.replace("lp", "avg"), "operator"))
    taps = math.prod(call.output[:2]) * sliding_taps(average)
    return written(case, call, elementwise=math.prod(case.shape) + taps)


@st.composite
def lp_pools(draw: st.DrawFn, rank: int) -> Case:
    kernel = draws.uneven(draw, rank, 1, 4 if rank < 3 else 3)
    stride = draw(st.none()) if draw(st.booleans()) else draws.each(draw, rank, 1, 4)
    used: set[int] = set()
    sizes = [draws.fresh(draw, used, k, k + (9 if rank < 3 else 4)) for k in kernel]
    batch, channels = draws.fresh(draw, used, 1, 15), draws.fresh(draw, used, 1, 15)
    once = rank == 1  # the 1-D pool takes numbers only
    model = LP[rank](
        draw(st.integers(1, 3)),
        kernel[0] if once else kernel,
        stride=stride[0] if once and stride else stride,
        ceil_mode=draw(st.booleans()),
    )
    return Case(model, (batch, channels, *sizes), oracle=powers)


def compared(case: Case, call: OpCall) -> Cost:
    """Outputs that see a single 1 among zeros, less one comparison each."""
    pool, planes = applied(case).function, math.prod(call.output[:2])
    rank = len(call.output) - 2

    def of_planes(input: Tensor) -> Tensor:
        output: Tensor = pool(input, torch.full((len(input), 1, rank), 0.4, dtype=input.dtype))
        return output

    taps = planes * int(impulse_responses(of_planes, case.shape[2:]).count_nonzero())
    return written(case, call, elementwise=taps - math.prod(call.output))


def fractional(rank: int, kernel: Any, output: Any, input: Tensor, samples: Tensor) -> Tensor:
    function = {2: F.fractional_max_pool2d, 3: F.fractional_max_pool3d}[rank]
    result: Tensor = function(input, kernel, output, _random_samples=samples)
    return result


@st.composite
def fractional_max_pools(draw: st.DrawFn, rank: int) -> Case:
    kernel = draws.uneven(draw, rank, 1, 3)
    output = draws.each(draw, rank, 1, 5 if rank == 2 else 3)
    used: set[int] = set()
    # In 3-D PyTorch asks for one element more.
    sizes = [draws.fresh(draw, used, k + o + rank - 3, k + o + 6) for k, o in zip(kernel, output, strict=True)]
    batch, channels = draws.fresh(draw, used, 1, 15), draws.fresh(draw, used, 1, 15)
    model = Applied(partial(fractional, rank, kernel, output), torch.full((batch, channels, rank), 0.4))
    return Case(model, (batch, channels, *sizes), oracle=compared)


def unpool(rank: int, output: Any, input: Tensor, indices: Tensor) -> Tensor:
    function = {2: F.max_unpool2d, 3: F.max_unpool3d}[rank]
    return function(input, indices, (2,) * rank, output_size=output)


@st.composite
def max_unpools(draw: st.DrawFn, rank: int) -> Case:
    size = draws.shape(draw, 2 + rank, 2, 6)
    output = tuple(2 * n + draw(st.integers(-1, 1)) for n in size[2:])
    indices = torch.arange(math.prod(size[2:])).reshape(size[2:]).expand(size)
    return Case(Applied(partial(unpool, rank, output), indices), size, oracle=moved)
