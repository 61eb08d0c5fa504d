"""The mean over axes, against what PyTorch gives and fvcore does not count."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from convcost.measure.calls import capture
from convcost.measure.fvcore import trace
from convcost.theory.book import find
from convcost.theory.record import Operator

MEAN = find(Operator, "mean", "operator")


class Mean(nn.Module):
    def __init__(self, dim: tuple[int, ...] | None, keepdim: bool) -> None:
        super().__init__()
        self.dim, self.keepdim = dim, keepdim

    def forward(self, x: Tensor) -> Tensor:
        return x.mean() if self.dim is None else x.mean(self.dim, keepdim=self.keepdim)


@pytest.mark.parametrize("dim", [(2, 3), (-1,), (1, -2), (0, 1, 2, 3), None])
@pytest.mark.parametrize("keepdim", [False, True])
def test_shape_and_cost(dim: tuple[int, ...] | None, keepdim: bool) -> None:
    model = Mean(dim, keepdim)
    (call,) = capture(model, (2, 6, 5, 7)).calls
    assert call.operator == "mean"
    result = MEAN(*call.inputs, **call.hyper)
    assert result.shape == call.output
    assert (result.cost.elementwise, result.cost.inputs, result.cost.parameters) == (420, 420, 0)
    assert result.cost.activations == model(torch.ones(2, 6, 5, 7)).numel()
    found = trace(model, (2, 6, 5, 7))
    assert (found.total, found.unsupported[""]["aten::mean"]) == (0, 1)


@pytest.mark.parametrize("dim", [(2, 2), (4,), (3, -1)])
def test_axes_that_are_not_the_input_s(dim: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="the axes must be distinct and the input's own"):
        MEAN((2, 6, 5, 7), dim=dim)
