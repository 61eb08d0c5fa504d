"""Norms, activations, arithmetic with broadcasting, and what only moves elements; small and uneven."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn

from convcost.core.cost import Cost
from convcost.core.op_call import OpCall

from . import draws
from .case import Applied, Case, Concat
from .counted import Tally, by_root, numbers
from .oracles import ramp, written

BATCH_NORMS = {0: nn.BatchNorm1d, 1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}
INSTANCE_NORMS = {1: nn.InstanceNorm1d, 2: nn.InstanceNorm2d, 3: nn.InstanceNorm3d}
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "celu": nn.CELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "softplus": nn.Softplus,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "logsigmoid": nn.LogSigmoid,
    "hardsigmoid": nn.Hardsigmoid,
    "hardswish": nn.Hardswish,
    "hardtanh": nn.Hardtanh,
    "hardshrink": nn.Hardshrink,
    "softshrink": nn.Softshrink,
    "threshold": partial(nn.Threshold, 0.1, 20.0),
}
ARITHMETIC: dict[str, Any] = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div}


@st.composite
def batch_norms(draw: st.DrawFn) -> Case:
    """Without running statistics a batch norm uses the batch's own, in evaluation as well."""
    rank = draw(st.integers(0, 3))
    size = draws.shape(draw, 2 + rank, high=7)
    kept = draw(st.booleans())
    return Case(BATCH_NORMS[rank](size[1], affine=draw(st.booleans()), track_running_stats=kept), size)


@st.composite
def instance_norms(draw: st.DrawFn) -> Case:
    rank = draw(st.integers(1, 3))
    size = draws.shape(draw, 2 + rank, high=7)
    return Case(INSTANCE_NORMS[rank](size[1], affine=draw(st.booleans())), size)


@st.composite
def group_norms(draw: st.DrawFn) -> Case:
    groups, per_group = draws.shape(draw, 2, high=4)
    used = {groups * per_group}
    sizes = [draws.fresh(draw, used, 2, 7) for _ in range(1 + draw(st.integers(0, 3)))]
    channels = groups * per_group
    return Case(nn.GroupNorm(groups, channels, affine=draw(st.booleans())), (sizes[0], channels, *sizes[1:]))


@st.composite
def layer_norms(draw: st.DrawFn) -> Case:
    size = draws.shape(draw, draw(st.integers(2, 5)), high=7)
    trailing = draw(st.integers(1, len(size) - 1))
    return Case(nn.LayerNorm(size[-trailing:], elementwise_affine=draw(st.booleans())), size)


@st.composite
def rms_norms(draw: st.DrawFn) -> Case:
    size = draws.shape(draw, draw(st.integers(2, 5)), high=7)
    trailing = draw(st.integers(1, len(size) - 1))
    return Case(nn.RMSNorm(size[-trailing:], elementwise_affine=draw(st.booleans())), size)


class WeightNorm(nn.Module):
    """A weight of this shape as a direction and lengths; the input is not looked at."""

    def __init__(self, shape: tuple[int, ...], dim: int) -> None:
        super().__init__()
        self.dim = dim
        sizes = [1 if axis != dim % len(shape) or dim == -1 else n for axis, n in enumerate(shape)]
        self.v, self.g = nn.Parameter(torch.ones(shape)), nn.Parameter(torch.ones(() if dim == -1 else sizes))

    def forward(self, _: Tensor) -> Tensor:
        return torch._weight_norm(self.v, self.g, self.dim)


def normed(case: Case, call: OpCall) -> Cost:
    """Every index along `dim` has its own length; nothing but parameters is read."""
    tally, shape = Tally(), call.inputs[0]
    rows = ramp(shape) if call.hyper["dim"] == -1 else ramp(shape).movedim(call.hyper["dim"], 0)
    for row in rows.reshape(1 if call.hyper["dim"] == -1 else len(rows), -1):
        by_root(numbers(row, tally), False, 1.0, None)
    return replace(written(case, call, elementwise=tally.operations), inputs=0)


@st.composite
def weight_norms(draw: st.DrawFn) -> Case:
    size = draws.shape(draw, draw(st.integers(2, 4)), high=7)
    return Case(WeightNorm(size, draw(st.sampled_from((0, len(size) - 1, -1)))), (1,), oracle=normed)


@st.composite
def local_response_norms(draw: st.DrawFn) -> Case:
    return Case(nn.LocalResponseNorm(draw(st.integers(1, 6))), draws.shape(draw, draw(st.integers(3, 5)), high=6))


@st.composite
def activations(draw: st.DrawFn) -> Case:
    size = draws.shape(draw, draw(st.integers(1, 4)), high=6)
    return Case(draw(st.sampled_from(list(ACTIVATIONS.values())))(), size)


@st.composite
def prelus(draw: st.DrawFn) -> Case:
    size = draws.shape(draw, draw(st.integers(2, 4)), high=6)
    return Case(nn.PReLU(draw(st.sampled_from((1, size[1])))), size)


@st.composite
def softmaxes(draw: st.DrawFn) -> Case:
    size = draws.shape(draw, draw(st.integers(1, 4)), high=6)
    return Case(nn.Softmax(draw(st.integers(-len(size), len(size) - 1))), size)


@st.composite
def arithmetic(draw: st.DrawFn, name: str) -> Case:
    """Either operand may lack leading axes and may have 1 where the other has more."""
    size = draws.shape(draw, draw(st.integers(1, 4)), high=6)
    if draw(st.integers(0, 5)) == 0:
        return Case(Applied(ARITHMETIC[name], 2.0), size)
    left, right = (tuple(1 if draw(st.integers(0, 2)) == 0 else n for n in size) for _ in range(2))
    start = draw(st.integers(0, len(size) - 1))
    left, right = draw(st.permutations((left, right[start:])))
    return Case(Applied(ARITHMETIC[name], right), left)


@st.composite
def concats(draw: st.DrawFn) -> Case:
    size = draws.shape(draw, draw(st.integers(1, 4)), high=6)
    lengths = tuple(draw(st.lists(st.integers(1, 9), min_size=1, max_size=3)))
    return Case(Concat(size, draw(st.integers(-len(size), len(size) - 1)), lengths), size)


@st.composite
def flattenings(draw: st.DrawFn) -> Case:
    size = draws.shape(draw, draw(st.integers(1, 5)), high=6)
    first = draw(st.integers(0, len(size) - 1))
    last = draw(st.integers(first, len(size) - 1))
    from_the_end = draw(st.integers(0, 1)) * len(size)
    return Case(nn.Flatten(first - from_the_end, last), size)


@st.composite
def dropouts(draw: st.DrawFn) -> Case:
    return Case(nn.Dropout(0.5), draws.shape(draw, draw(st.integers(1, 4)), high=6))


@st.composite
def means(draw: st.DrawFn) -> Case:
    size = draws.shape(draw, draw(st.integers(1, 4)), high=6)
    axes = draw(st.permutations(range(len(size))))[: draw(st.integers(1, len(size)))]
    from_the_end = draw(st.integers(0, 1)) * len(size)
    return Case(Applied(torch.mean, dim=tuple(axis - from_the_end for axis in axes), keepdim=draw(st.booleans())), size)
