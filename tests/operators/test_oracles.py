"""The oracles themselves: the counted algorithms are the real operators, and the window of a pool is its Jacobian."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from . import normalise
from .oracles import adaptive_taps, entries, sliding_taps
from .strategies import SOME
from .strategies_pooling import adaptive_pools, pools

NORMS = [
    (nn.BatchNorm1d(3), (2, 3, 4)),
    (nn.BatchNorm2d(5, affine=False), (2, 5, 3, 4)),
    (nn.BatchNorm2d(3, track_running_stats=False), (2, 3, 5, 4)),
    (nn.BatchNorm3d(3, affine=False, track_running_stats=False), (5, 3, 2, 7, 4)),
    (nn.InstanceNorm2d(3, affine=True), (2, 3, 5, 4)),
    (nn.InstanceNorm1d(3), (2, 3, 8)),
    (nn.GroupNorm(3, 6), (2, 6, 5, 4)),
    (nn.GroupNorm(2, 8, affine=False), (3, 8)),
    (nn.LayerNorm((3, 4)), (2, 5, 3, 4)),
    (nn.LayerNorm(6, elementwise_affine=False), (5, 6)),
    (nn.LayerNorm(6, bias=False), (5, 6)),
]


def whole(values: Tensor) -> list[int]:
    """Results that are whole numbers whatever the order of summation."""
    return [round(value) for value in values.flatten().tolist()]


@pytest.mark.parametrize(("model", "shape"), NORMS, ids=lambda value: str(value))
def test_counted_norm_is_the_operator(model: nn.Module, shape: tuple[int, ...]) -> None:
    # Every group is half 0 and half 2: its mean and its deviation are 1.
    input = (torch.arange(math.prod(shape)) % 2 * 2).double().reshape(shape)
    setattr(model, "eps", 1e-300)  # noqa: B010  PyTorch refuses 0
    for parameter, start in zip(model.parameters(), (3, 100), strict=False):
        parameter.data = torch.arange(start, start + parameter.numel()).double().reshape(parameter.shape)
    for name, buffer in model.named_buffers():
        if buffer.is_floating_point():
            buffer.data = torch.full(buffer.shape, 3.0 if "mean" in name else 0.25, dtype=torch.float64)
    output, _ = normalise.run(model, input)
    assert whole(output) == whole(model.eval()(input))


@pytest.mark.parametrize("size", [1, 2, 5])
def test_counted_response_norm_is_the_operator(size: int) -> None:
    # With α = size, β = k = 1 an output is x / (1 + the sum of the squares): a whole number once multiplied out.
    model = nn.LocalResponseNorm(size, alpha=size, beta=1, k=1)
    input = torch.arange(1, 121).double().reshape(2, 5, 3, 4)
    output, _ = normalise.run(model, input)
    assert whole(input / output) == whole(input / model(input))
    assert whole(input[:, :1] / output[:, :1]) == whole(1 + (input[:, : (size + 1) // 2] ** 2).sum(1, keepdim=True))


@pytest.mark.parametrize("dim", [0, 1, 2])
def test_counted_softmax_is_the_operator(dim: int) -> None:
    input = torch.arange(1, 61).double().reshape(3, 4, 5).log()
    sums = input.exp().sum(dim, keepdim=True)
    output, _ = normalise.run(nn.Softmax(dim), input)
    assert whole(output * sums) == whole(input.softmax(dim) * sums) == whole(input.exp())


@pytest.mark.parametrize("rank", [1, 2, 3])
@SOME
@given(data=st.data())
def test_taps_of_an_average_pool_are_its_jacobian(rank: int, data: st.DataObject) -> None:
    case = data.draw(pools("avg", rank, plain=True))
    assert sliding_taps(case.call()) == entries(case.model, (1, 1, *case.shape[2:]))


@pytest.mark.parametrize("rank", [1, 2, 3])
@SOME
@given(data=st.data())
def test_adaptive_maximum_has_the_windows_of_the_average(rank: int, data: st.DataObject) -> None:
    call = data.draw(adaptive_pools("max", rank)).call()
    average = getattr(torch.nn.functional, f"adaptive_avg_pool{rank}d")
    windows = entries(lambda plane: average(plane, call.output[2:]), (1, 1, *call.inputs[0][2:]))
    assert adaptive_taps(call) == windows
