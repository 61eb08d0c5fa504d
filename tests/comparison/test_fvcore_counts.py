"""fvcore's counts find their calls, and a call without one says truly why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.comparison.fvcore_counts import measured_calls
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore

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
    measured = measured_calls(capture(model, shape).calls, trace_fvcore(model, shape))
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


def test_call_that_fvcore_left_out_does_not_take_several_that_are_as_wide_together() -> None:
    def forward(x: Tensor, away: Tensor, first: Tensor, second: Tensor) -> Tensor:
        F.linear(x, away)
        return F.linear(x, first) + F.linear(x, second)

    found = joined(Written(forward, away=(6, 4), first=(3, 4), second=(3, 4)), 2, 4)
    assert found[:3] == [("aten::linear", None, LEFT_OUT), *[("aten::linear", 2 * 12, "")] * 2]


@pytest.mark.parametrize("of_all", ["queries", "keys", "none"])
def test_attention_on_one_tensor_has_the_parts_that_its_trace_takes_it_apart_into(of_all: str) -> None:
    """A trace tells a tensor that is given twice from itself, and projects queries, keys and values one by one."""
    layer = nn.MultiheadAttention(16, 4, batch_first=True).eval()
    x, y = torch.rand(1, 7, 16), torch.rand(1, 7, 16)
    given = {"queries": (x, x, x), "keys": (x, y, y), "none": (x, y, torch.rand(1, 7, 16))}[of_all]
    found = capture(layer, given)
    measured = measured_calls(found.calls, trace_fvcore(layer, given, found))
    linear = [m.count for m in measured if m.call.aten == "aten::linear"]
    # Each of the three projections and that of the output takes 7·16·16; what is one tensor is projected at once.
    one = 7 * 16 * 16
    assert linear == {"queries": [3 * one, one], "keys": [one, 2 * one, one], "none": [one] * 4}[of_all]
    assert all(m.count == m.call.macs for m in measured if m.call.is_product)


@pytest.mark.parametrize(
    ("model", "shape", "total"),
    [
        (Written(lambda x: x @ x.mT), (2, 3, 5), 2 * 3 * 3 * 5),
        (Written(lambda x: x @ x.mT), (2, 4, 3, 5), 8 * 3 * 3 * 5),
        (Written(lambda x: x @ x[0].mT), (2, 3, 5), 2 * 3 * 3 * 5),
        (Written(lambda x: torch.einsum("bij,bkj->bik", x, x)), (2, 3, 5), 2 * 3 * 3 * 5),
        (Written(lambda x: torch.einsum("bhij,bhkj->bhik", x, x)), (2, 4, 3, 5), 8 * 3 * 3 * 5),
        # Two products of three operands, and four multiplications an output element of a bilinear one.
        (Written(lambda x: torch.einsum("bij,bkj,bkl->bil", x, x, x)), (2, 3, 5), 2 * 2 * 3 * 3 * 5),
        (nn.Upsample(scale_factor=2), (1, 2, 4, 4), 2 * 8 * 8),
        (nn.Upsample(scale_factor=2, mode="bilinear"), (1, 2, 4, 4), 4 * 2 * 8 * 8),
        (nn.Conv2d(2, 3, 3), (2, 5, 6), 3 * 3 * 4 * 18),
        (nn.AdaptiveAvgPool2d(2), (2, 5, 6), 2 * 5 * 6),
    ],
    ids=[
        *("matmul", "matmul of four axes", "broadcast matmul", "einsum", "einsum of four axes", "einsum of three"),
        *("nearest", "bilinear", "unbatched convolution", "unbatched pool"),
    ],
)
def test_no_count_is_lost_and_nothing_is_said_to_be_left_out(
    model: nn.Module, shape: tuple[int, ...], total: int
) -> None:
    found = joined(model, *shape)
    assert trace_fvcore(model, shape).total == total
    assert sum(count or 0 for _, count, _ in found) == total
    assert LEFT_OUT not in {reason for _, _, reason in found}


@pytest.mark.parametrize(
    ("model", "shape"),
    [(Written(lambda x: F.scaled_dot_product_attention(x, x, x)), (2, 4, 3, 5)), (nn.LSTM(3, 4), (5, 2, 3))],
    ids=["attention", "lstm"],
)
def test_part_of_a_larger_operator_is_not_said_to_be_left_out(model: nn.Module, shape: tuple[int, ...]) -> None:
    assert LEFT_OUT not in {reason for _, _, reason in joined(model, *shape)}


def test_slash_in_a_name_makes_nothing_unused() -> None:
    """fvcore takes the part behind the slash for the module; what it counts and meets is the model's all the same."""

    class Slashed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.add_module("a/b", nn.Sequential(nn.Linear(4, 3), nn.GELU()))
            self.b = nn.Sequential(nn.Linear(3, 2), nn.GELU())

        def forward(self, x: Tensor) -> Tensor:
            return self.b(self.get_submodule("a/b")(x))  # type: ignore[no-any-return]

    model = Slashed()
    measured = measured_calls(capture(model, (2, 4)).calls, trace_fvcore(model, (2, 4)))
    assert [(m.call.path, m.count) for m in measured] == [("a/b.0", 24), ("a/b.1", None), ("b.0", 12), ("b.1", None)]
    assert not any(m.call.site.unused for m in measured)
