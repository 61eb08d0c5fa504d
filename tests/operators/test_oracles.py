"""The oracles themselves: the counted algorithms are the real operators, and the window of a pool is its Jacobian."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from . import normalise
from .counted import Tally, by_root, gathered, numbers
from .oracles import adaptive_taps, entries, in_double, ramp, sliding_taps
from .strategies import SOME
from .strategies_pooling import adaptive_pools, pools
from .strategies_sampling import bags_of, embedding_bags

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


def test_counted_division_by_a_root_is_the_operator() -> None:
    # Every group is 2 or -2: the root of its mean square is 2, and of the sum over 4 elements 4.
    input = (torch.arange(24) % 2 * 4 - 2).double().reshape(2, 3, 4)
    model = nn.RMSNorm(4, eps=1e-300).double()
    model.weight.data = torch.arange(3, 7).double()
    assert whole(normalise.run(model, input)[0]) == whole(model(input))
    lengths = torch.tensor([[4.0], [8.0], [12.0]], dtype=torch.float64)
    rows = [by_root(numbers(v, Tally()), False, g, None) for v, g in zip(input[0], [4.0, 8.0, 12.0], strict=True)]
    assert whole(gathered(rows, input[0])) == whole(torch._weight_norm(input[0], lengths, 0))


@SOME
@given(data=st.data())
def test_counted_bags_are_the_operator(data: st.DataObject) -> None:
    case = data.draw(embedding_bags())
    real, found = in_double(case.model)(ramp(case.shape)), bags_of(case)[0]
    # Means become whole numbers times 27,720, which every size of a bag up to 12 divides.
    assert whole(found * 27_720) == whole(real * 27_720)


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
