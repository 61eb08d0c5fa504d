"""Settings outside a formula's domain: one line that names the operator, what must hold, and the values."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  as everyone calls it
from torch import Tensor, nn

from convcost.core.convention import Convention
from convcost.core.cost import Cost
from convcost.core.errors import DomainError
from convcost.core.record import Formula, Operator, Source
from convcost.core.registry import find

from . import strategies_convolution

CONV = {"out_channels": 6, "kernel_size": 3}
FITS = "the kernel must fit into the padded input"
POSITIVE = "kernel size, stride and dilation must be at least 1"
GROUPS = "groups must be at least 1 and divide both the input and the output channels"
HALF = "padding must be at most half the kernel size"
ALIKE = "the operands' shapes must broadcast"
Bad = tuple[str, tuple[Any, ...], dict[str, Any], str, tuple[str, ...]]

BAD: list[Bad] = [
    (
        "conv2d",
        ((2, 4, 9, 8),),
        {**CONV, "groups": 4},
        GROUPS,
        ("input = (2, 4, 9, 8)", "out_channels = 6", "groups = 4"),
    ),
    ("conv2d", ((2, 4, 9, 8),), {**CONV, "groups": 3}, GROUPS, ("groups = 3",)),
    ("conv2d", ((2, 4, 9, 8),), {**CONV, "groups": 0}, GROUPS, ("groups = 0",)),
    ("conv2d", ((2, 4, 9, 8),), {**CONV, "groups": -2}, GROUPS, ("groups = -2",)),
    ("conv2d", ((2, 4, 9, 2),), CONV, FITS, ("input = (2, 4, 9, 2)", "kernel_size = 3", "padding = 0")),
    ("conv2d", ((2, 4, 9, 6),), {**CONV, "dilation": (1, 4), "padding": 1}, FITS, ("dilation = (1, 4)", "padding = 1")),
    ("conv2d", ((2, 4, 2, 9),), {**CONV, "padding": "valid"}, FITS, ("padding = valid",)),
    ("conv2d", ((2, 4, 9, 8),), {**CONV, "stride": (1, 0)}, POSITIVE, ("stride = (1, 0)",)),
    ("conv2d", ((2, 4, 9, 8),), {**CONV, "stride": -1}, POSITIVE, ("stride = -1",)),
    ("conv2d", ((2, 4, 9, 8),), {**CONV, "dilation": 0}, POSITIVE, ("dilation = 0",)),
    ("conv2d", ((2, 4, 9, 8),), {**CONV, "kernel_size": (0, 3)}, POSITIVE, ("kernel_size = (0, 3)",)),
    ("conv2d", ((2, 4, 9, 8),), {**CONV, "padding": -1}, "padding", ("padding = -1",)),
    (
        "conv2d",
        ((2, 4, 9, 8),),
        {**CONV, "padding": "same", "stride": 2},
        "padding 'same' needs stride 1",
        ("stride = 2",),
    ),
    ("conv1d", ((2, 4, 2),), CONV, FITS, ("input = (2, 4, 2)",)),
    ("conv3d", ((2, 4, 9, 8, 2),), CONV, FITS, ("input = (2, 4, 9, 8, 2)",)),
    ("conv_transpose2d", ((2, 4, 9, 8),), {**CONV, "groups": 4}, GROUPS, ("groups = 4",)),
    ("conv_transpose2d", ((2, 4, 9, 8),), {**CONV, "stride": 0}, POSITIVE, ("stride = 0",)),
    (
        "conv_transpose2d",
        ((2, 4, 9, 1),),
        {**CONV, "padding": 2},
        "the output must keep at least one element",
        ("padding = 2",),
    ),
    (
        "conv_transpose2d",
        ((2, 4, 9, 8),),
        {**CONV, "output_padding": 1},
        "output padding",
        ("output_padding = 1", "stride = 1"),
    ),
    ("max_pool2d", ((2, 4, 9, 1),), {"kernel_size": 2}, FITS, ("input = (2, 4, 9, 1)", "kernel_size = 2")),
    ("max_pool2d", ((2, 4, 9, 4),), {"kernel_size": 3, "dilation": 2}, FITS, ("kernel_size = 3", "dilation = 2")),
    ("max_pool2d", ((2, 4, 9, 8),), {"kernel_size": 3, "padding": 2}, HALF, ("kernel_size = 3", "padding = 2")),
    ("max_pool2d", ((2, 4, 9, 8),), {"kernel_size": 3, "stride": 0}, "stride", ("stride = 0",)),
    ("max_pool2d", ((2, 4, 9, 8),), {"kernel_size": 3, "dilation": 0}, "dilation", ("dilation = 0",)),
    ("max_pool2d", ((2, 4, 9, 8),), {"kernel_size": 0}, "kernel size", ("kernel_size = 0",)),
    ("avg_pool2d", ((2, 4, 9, 8),), {"kernel_size": 3, "stride": 0}, "stride", ("stride = 0",)),
    ("avg_pool2d", ((2, 4, 9, 8),), {"kernel_size": 3, "padding": (1, 2)}, HALF, ("padding = (1, 2)",)),
    ("adaptive_avg_pool2d", ((2, 4, 9, 8),), {"output_size": -1}, "output size", ("output_size = -1",)),
    ("linear", ((2, 4),), {"out_features": 0}, "output features must be at least 1", ("out_features = 0",)),
    ("group_norm", ((2, 4, 9),), {"groups": 3}, "groups must", ("input = (2, 4, 9)", "groups = 3")),
    ("group_norm", ((2, 4, 9),), {"groups": 0}, "groups must", ("groups = 0",)),
    (
        "layer_norm",
        ((2, 4, 9),),
        {"normalized_shape": (4,)},
        "the normalised shape must be the last",
        ("normalized_shape = (4,)",),
    ),
    ("add", ((2, 4), (3,)), {}, ALIKE, ("left = (2, 4)", "right = (3,)")),
    ("mul", ((2, 4), (3, 4)), {}, ALIKE, ("right = (3, 4)",)),
    ("lerp", ((2, 4), (3, 1), (3,)), {}, ALIKE, ("start = (2, 4)", "weight = (3,)")),
    ("addcmul", ((2, 4), (2, 4), (3, 4)), {}, ALIKE, ("second = (3, 4)",)),
    ("sum", ((2, 4),), {"dim": (1, 1)}, "the axes must be distinct and the input's own", ("dim = (1, 1)",)),
    ("logsumexp", ((2, 4),), {"dim": (2,)}, "the axes must be distinct and the input's own", ("input = (2, 4)",)),
    ("cumsum", ((2, 4),), {"dim": 2}, "the axis must be the input's own", ("dim = 2",)),
    ("glu", ((2, 5),), {"dim": 1}, "the size along `dim` must be even", ("input = (2, 5)", "dim = 1")),
    ("concat", (((2, 4, 3), (2, 5, 4)),), {"dim": 1}, "all sizes but those along `dim` must be equal", ("dim = 1",)),
]


def applied(operator: str, inputs: tuple[Any, ...], hyper: dict[str, Any]) -> Tensor:
    """The real operator on tensors of these shapes."""
    tensors = [[torch.zeros(s) for s in shape] if operator == "concat" else torch.zeros(shape) for shape in inputs]
    result: Tensor
    if operator.startswith("conv"):
        kinds = strategies_convolution.TRANSPOSED if "transpose" in operator else strategies_convolution.CONVOLUTIONS
        result = kinds[int(operator[-2])](inputs[0][1], **hyper)(*tensors)
    elif operator == "group_norm":
        result = nn.GroupNorm(hyper["groups"], inputs[0][1])(*tensors)
    else:
        own: Any = torch.cat if operator == "concat" else getattr(F, operator, None) or getattr(torch, operator)
        result = own(*tensors, **hyper)
    return result


@pytest.mark.parametrize(
    ("operator", "inputs", "hyper", "sentence", "values"), BAD, ids=[f"{bad[0]} {bad[1]} {bad[2]}" for bad in BAD]
)
def test_bad_settings(
    operator: str, inputs: tuple[Any, ...], hyper: dict[str, Any], sentence: str, values: tuple[str, ...]
) -> None:
    with pytest.raises(DomainError, match=f"^{operator}: .*{re.escape(sentence)}") as caught:
        find(Operator, operator, "operator")(*inputs, **hyper)
    text = str(caught.value)
    assert "\n" not in text
    assert [value for value in values if value not in text] == []


@pytest.mark.parametrize(
    ("operator", "inputs", "hyper"), [bad[:3] for bad in BAD if bad[0] != "linear"], ids=lambda value: str(value)
)
@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors:UserWarning")
def test_pytorch_refuses_them_too(operator: str, inputs: tuple[Any, ...], hyper: dict[str, Any]) -> None:
    with pytest.raises((RuntimeError, ValueError, IndexError, ZeroDivisionError)):
        applied(operator, inputs, hyper)


@pytest.mark.parametrize("kind", ["max_pool2d", "avg_pool2d"])
def test_a_window_rounded_up_may_be_larger_than_the_input(kind: str) -> None:
    real = applied(kind, ((2, 4, 2, 8),), {"kernel_size": 3, "stride": 2, "ceil_mode": True})
    result = find(Operator, kind, "operator")((2, 4, 2, 8), kernel_size=3, stride=2, ceil_mode=True)
    assert result.shape == tuple(real.shape)


def nothing(**_: int) -> Cost:
    return Cost()


def test_no_formula_without_a_source() -> None:
    with pytest.raises(TypeError, match="has no source"):
        Formula(name="x", title="x", function=nothing, template={}, source=None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="has no source"):
        Operator(name="x", title="x", function=nothing, template={}, source="a paper")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="has no source"):
        Convention(name="x", title="x", rules=(), source=None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="source"):
        Formula(name="x", title="x", function=nothing, template={})  # type: ignore[call-arg]


@pytest.mark.parametrize(("work", "place"), [("", "equation 1"), ("a paper", ""), ("a paper", "  ")])
def test_no_source_without_a_place(work: str, place: str) -> None:
    with pytest.raises(TypeError, match="the work and the place"):
        Source(work, place)
