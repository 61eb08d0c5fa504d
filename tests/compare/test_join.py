"""fvcore's counts find their calls, and a call without one says truly why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.comparison.join import join
from convcost.measure.calls import capture
from convcost.measure.fvcore import trace

LEFT_OUT = "fvcore's trace leaves out what the output does not depend on"


class Written(nn.Module):
    """A module of a forward function and some weights."""

    def __init__(self, function: Callable[..., Any], **weights: tuple[int, ...]) -> None:
        super().__init__()
        self.function = function
        for name, shape in weights.items():
            self.register_parameter(name, nn.Parameter(torch.ones(shape)))

    def forward(self, x: Tensor) -> Any:
        return self.function(x, *self.parameters())


def joined(model: nn.Module, *shape: int) -> list[tuple[str, int | None, str]]:
    measured = join(capture(model, shape).calls, trace(model, shape))
    return [(m.call.aten, m.count, m.reason) for m in measured]


def test_counts_in_order_of_execution() -> None:
    layer = nn.Linear(4, 4)
    model = nn.Sequential(layer, nn.ReLU(), layer, nn.Linear(4, 3), nn.GELU())
    assert joined(model, 2, 4) == [
        ("aten::linear", 2 * 16, ""),
        ("aten::relu", 0, ""),
        ("aten::linear", 2 * 16, ""),
        ("aten::linear", 2 * 12, ""),
        ("aten::gelu", None, "fvcore has no handle for aten::gelu"),
    ]


def test_module_that_the_output_does_not_depend_on() -> None:
    def forward(x: Tensor, away: Tensor) -> Tensor:
        F.linear(x, away)
        return x + 1

    model = nn.Sequential(Written(forward, away=(9, 4)), nn.Linear(4, 3))
    counts = joined(model, 2, 4)
    assert counts[0] == ("aten::linear", None, LEFT_OUT)
    assert counts[2] == ("aten::linear", 2 * 12, "")


def test_call_that_fvcore_left_out_does_not_take_the_count_of_the_next() -> None:
    def forward(x: Tensor, away: Tensor, kept: Tensor) -> Tensor:
        F.linear(x, away)
        return F.linear(x, kept)

    found = joined(Written(forward, away=(9, 4), kept=(3, 4)), 2, 4)
    assert found == [("aten::linear", None, LEFT_OUT), ("aten::linear", 2 * 12, "")]


@pytest.mark.parametrize(
    ("model", "shape"),
    [(Written(lambda x: F.scaled_dot_product_attention(x, x, x)), (2, 4, 3, 5)), (nn.LSTM(3, 4), (5, 2, 3))],
    ids=["attention", "lstm"],
)
def test_part_of_a_larger_operator_is_not_said_to_be_left_out(model: nn.Module, shape: tuple[int, ...]) -> None:
    assert LEFT_OUT not in {reason for _, _, reason in joined(model, *shape)}
