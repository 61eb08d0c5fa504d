"""Operators of two names: a call is recorded under the one that a torch.jit trace gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._ops import OpOverload

import convcost
from convcost.trace.aten import _ALIASES, traced_name
from convcost.trace.capture import capture
from convcost.trace.fvcore import IGNORED, trace_fvcore

from .modules import Written

_TWO = {*("arctan2", "divide", "greater", "greater_equal", "less", "less_equal", "multiply", "not_equal", "rsub")}
_TWO |= {*("special_xlogy", "subtract", "true_divide", "linalg_matmul")}
_LISTS = {"concat", "concatenate", "row_stack"}
_SETTINGS: dict[str, Any] = {
    "clip": {"min": 0},
    "matrix_power": {"n": 3},
    "special_softmax": {"dim": 1},
    "special_log_softmax": {"dim": 1},
    "special_logsumexp": {"dim": 1},
}


def _called(name: str) -> Callable[[Any, torch.Tensor], Any]:
    operator, settings = getattr(torch.ops.aten, name), _SETTINGS.get(name, {})

    def forward(_: Any, x: torch.Tensor) -> Any:
        if name in _LISTS:
            return operator([x, x])
        if name == "ger":
            return operator(x[0], x[1])
        return operator(*(x,) * (2 if name in _TWO else 1), **settings)

    return forward


@pytest.mark.parametrize("name", _ALIASES)
def test_call_has_the_name_that_it_has_in_the_trace(name: str) -> None:
    model = Written(_called(name))
    found = capture(model, (3, 3))
    counted = trace_fvcore(model, (3, 3), found)
    seen = {call.aten for call in counted.calls} | {aten for found in counted.unsupported.values() for aten in found}
    assert f"aten::{name}" not in seen
    assert {call.aten for call in found.calls} <= seen | IGNORED


def _valid(x: Tensor, weight: Tensor) -> Tensor:
    return x.new_empty(
        (x.shape[0], weight.shape[0], *(n - k + 1 for n, k in zip(x.shape[2:], weight.shape[2:], strict=True)))
    )


@pytest.fixture(scope="module", autouse=True)
def _stranger() -> Iterator[None]:
    """A third party's operators, whose names are those of convolutions and of operators that PyTorch has two of."""
    torch_library: Any = torch.library
    library = torch_library.Library("stranger", "DEF")
    for name in ("conv2d", "composite_conv", "deform_conv"):
        library.define(f"{name}(Tensor x, Tensor weight) -> Tensor")
    for name in ("relu", "clip", "convert"):
        library.define(f"{name}(Tensor x) -> Tensor")
        library.impl(name, torch.Tensor.clone, "CompositeExplicitAutograd")
    for name in ("conv2d", "deform_conv"):
        library.impl(name, torch.conv2d, "CPU")
        library.impl(name, _valid, "Meta")
    library.impl("composite_conv", torch.conv2d, "CompositeImplicitAutograd")
    yield
    library._destroy()


class _Third(nn.Module):
    """A convolution of PyTorch's, then one of another's, then one without weights that another calls `convert`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 4, 3), nn.Conv2d(5, 2, 1, bias=False)
        self.weight = nn.Parameter(torch.zeros(5, 4, 3, 3))
        self.name = name

    def forward(self, x: Tensor) -> Tensor:
        operators = torch.ops.stranger
        y = getattr(operators, self.name)(self.first(x), self.weight)
        last: Tensor = self.last(operators.relu(operators.convert(operators.clip(y))))
        return last


@pytest.mark.parametrize("name", ["conv2d", "deform_conv", "composite_conv"])
def test_operator_of_a_third_party_keeps_its_name(name: str) -> None:
    model = _Third(name)
    own = {f"stranger::{one}" for one in (name, "clip", "convert", "relu")}
    calls = capture(model, (1, 3, 9, 8)).calls
    assert {call.aten for call in calls} == {"aten::_convolution", *own}
    assert [call.path for call in calls if call.aten == "aten::_convolution"] == ["first", "last"]
    assert set(trace_fvcore(model, (1, 3, 9, 8)).unsupported[""]) == own


@pytest.mark.parametrize("name", ["conv2d", "deform_conv"])
def test_third_partys_operator_is_no_convolution(name: str) -> None:
    """3·4·9·7·6 and 5·2·5·4 products are PyTorch's; what is between them has no formula, and takes no number."""
    model = _Third(name)
    products = {"first": 3 * 4 * 9 * 7 * 6, "last": 5 * 2 * 5 * 4}
    compared = convcost.compare(model, inputs=(1, 3, 9, 8))
    rows = [(row.module, row.macs_formula, row.macs_measured) for row in compared.rows if row.module]
    assert rows == [(module, macs, macs) for module, macs in products.items()]
    assert [row.macs_measured for row in compared.all_rows if not row.module] == [None] * 4
    report = convcost.referee(model, inputs=(1, 3, 9, 8), counters=["fvcore", "torch-meta"])
    assert report.core == sum(products.values())
    assert [account.printed for account in report.explanations] == [report.core, 2 * report.core]
    assert report.ok
    assert set(report.refereed.unknown) == {f"stranger::{one}" for one in (name, "clip", "convert", "relu")}


@pytest.mark.parametrize(
    "func",
    [
        *(torch.ops.quantized.conv2d.new, torch.ops.prims.convert_element_type.default),
        *(torch.ops.aten.conv_tbc.default, torch.ops.aten.thnn_conv2d.default),
        torch.ops.aten._convert_indices_from_coo_to_csr.default,
    ],
)
def test_what_is_called_like_a_convolution_is_none(func: OpOverload) -> None:
    assert traced_name(func) == func._schema.name
