"""The mean over axes, which fvcore does not count."""

from __future__ import annotations

import pytest
import torch

from convcost.core.record import Operator
from convcost.core.registry import find
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore

from .case import Applied

MEAN = find(Operator, "mean", "operator")


@pytest.mark.parametrize("dim", [(2, 3), (-1,), (0, 1, 2, 3), None])
@pytest.mark.parametrize("keepdim", [False, True])
def test_fvcore_has_no_handle(dim: tuple[int, ...] | None, keepdim: bool) -> None:
    model = Applied(torch.mean, dim=dim, keepdim=keepdim)
    (call,) = capture(model, (2, 6, 5, 7)).calls
    assert (call.name, call.aten) == ("mean", "aten::mean")
    found = trace_fvcore(model, (2, 6, 5, 7))
    assert (found.total, found.unsupported[""]["aten::mean"]) == (0, 1)


@pytest.mark.parametrize("dim", [(2, 2), (4,), (3, -1)])
def test_axes_that_are_not_the_input_s(dim: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="the axes must be distinct and the input's own"):
        MEAN((2, 6, 5, 7), dim=dim)
