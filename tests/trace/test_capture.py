"""Capture records every operator call: module, operator, inputs, settings and output."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.core.errors import MeasurementError
from convcost.core.op_call import OpCall
from convcost.core.record import Operator
from convcost.core.registry import find
from convcost.core.spec import TensorSpec
from convcost.trace.capture import capture

from .modules import SMALL, Written


def operators(model: nn.Module, *shape: int) -> list[tuple[str, str | None]]:
    """Module and operator of every call."""
    return [(call.path, call.name) for call in capture(model, shape).calls]


def test_convolution_with_every_setting() -> None:
    model = nn.Sequential(nn.Conv2d(6, 15, (3, 5), (2, 3), (1, 2), (2, 1), groups=3))
    # ⌊(18 + 2·1 - 2·2 - 1)/2⌋ + 1 = 8 and ⌊(29 + 2·2 - 4 - 1)/3⌋ + 1 = 10; 15·2·3·5 weights and 15 biases.
    settings = {
        "out_channels": 15,
        "kernel_size": (3, 5),
        "stride": (2, 3),
        "padding": (1, 2),
        "dilation": (2, 1),
        "groups": 3,
        "bias": True,
    }
    assert capture(model, (2, 6, 18, 29)).calls == (
        OpCall(
            path="0",
            aten="aten::_convolution",
            operator=find(Operator, "conv2d", "operator"),
            inputs=((2, 6, 18, 29),),
            hyper=settings,
            output=(2, 15, 8, 10),
            parameters=465,
            result=find(Operator, "conv2d", "operator")((2, 6, 18, 29), **settings),
            block="0",
        ),
    )


def test_transposed_convolution_with_every_setting() -> None:
    model = nn.ConvTranspose1d(4, 6, 5, 3, 2, output_padding=1, groups=2, bias=False, dilation=2)
    (call,) = capture(model, (7, 4, 9)).calls
    assert (call.path, call.name, call.parameters) == ("", "conv_transpose1d", 4 * 3 * 5)
    assert call.hyper == {
        "out_channels": 6,
        "kernel_size": (5,),
        "stride": (3,),
        "padding": (2,),
        "output_padding": (1,),
        "dilation": (2,),
        "groups": 2,
        "bias": False,
    }
    # (9 - 1)·3 - 2·2 + 2·(5 - 1) + 1 + 1 = 30.
    assert call.output == (7, 6, 30)


def test_padding_as_a_word_is_kept_and_has_its_own_name() -> None:
    (call,) = capture(nn.Conv2d(2, 3, 3, padding="same"), (1, 2, 8, 9)).calls
    assert (call.aten, call.hyper["padding"], call.output) == ("aten::_convolution_mode", "same", (1, 3, 8, 9))


def test_linear_on_three_dimensions() -> None:
    (call,) = capture(nn.Linear(7, 5), (2, 3, 7)).calls
    assert (call.aten, call.name, call.inputs, call.hyper, call.output, call.parameters) == (
        "aten::linear",
        "linear",
        ((2, 3, 7),),
        {"out_features": 5, "bias": True},
        (2, 3, 5),
        40,
    )


def test_functional_calls_belong_to_the_module_that_makes_them() -> None:
    def forward(m: Any, x: Tensor) -> Tensor:
        x = m.body(F.relu(F.conv2d(x, m.weight, stride=2)))
        return torch.cat([x, x], 1) + 1

    model = nn.Sequential(Written(forward, weight=torch.ones(4, 3, 3, 3), body=nn.Sequential(nn.Sigmoid())))
    assert operators(model, 1, 3, 9, 9) == [
        ("0", "conv2d"),
        ("0", "relu"),
        ("0.body.0", "sigmoid"),
        ("0", "concat"),
        ("0", "add"),
    ]


def test_shared_module_has_one_name_and_its_parameters_once() -> None:
    make, shape = SMALL["shared"]
    captured = capture(make(), shape)
    convolutions = [(c.path, c.parameters) for c in captured.calls if c.name == "conv2d"]
    # 3·3·3·3 weights and 3 biases.
    assert convolutions == [("0.0", 84), ("0.0", 0)]
    assert captured.parameters == 84


def test_inside_of_a_transformer_encoder_layer_is_seen() -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 12, batch_first=True)
    seen = operators(layer, 2, 5, 8)
    assert [s for s in seen if s[1] in ("linear", "layer_norm")] == [
        ("self_attn", "linear"),
        ("self_attn", "linear"),
        ("norm1", "layer_norm"),
        ("linear1", "linear"),
        ("linear2", "linear"),
        ("norm2", "layer_norm"),
    ]
    assert not any("native" in c.aten or "transformer" in c.aten for c in capture(layer, (2, 5, 8)).calls)
    # 3·8·8 + 3·8, 8·8 + 8, 8·12 + 12, 12·8 + 8, and two norms of 8 + 8.
    assert sum(c.parameters for c in capture(layer, (2, 5, 8)).calls) == 216 + 72 + 108 + 104 + 32


@pytest.mark.parametrize("training", [True, False])
def test_norm_and_dropout_are_in_evaluation_whatever_the_model_is_in(training: bool) -> None:
    model = nn.Sequential(nn.BatchNorm2d(5), nn.Dropout(0.3), nn.BatchNorm2d(5, affine=False)).train(training)
    calls = capture(model, (2, 5, 6, 7)).calls
    assert [(c.name, c.hyper, c.parameters) for c in calls] == [
        ("batch_norm", {"affine": True, "training": False, "bias": None}, 10),
        ("dropout", {}, 0),
        ("batch_norm", {"affine": False, "training": False, "bias": None}, 0),
    ]


def test_norm_without_moving_statistics_normalises_by_the_batch() -> None:
    (call,) = capture(nn.BatchNorm2d(5, track_running_stats=False), (2, 5, 6, 7)).calls
    assert call.hyper == {"affine": True, "training": True, "bias": None}


@pytest.mark.parametrize(
    ("function", "aten", "output"),
    [
        (lambda x, dim: x.sort(dim).values, "aten::sort", (2, 5)),
        (lambda x, dim: x.median(dim).values, "aten::median", (2,)),
        (lambda x, dim: x.topk(3, dim)[0], "aten::topk", (2, 3)),
    ],
    ids=["sort", "median", "topk"],
)
def test_operator_without_a_formula_is_recorded_as_unknown(function: Any, aten: str, output: tuple[int, ...]) -> None:
    (call,) = capture(Written(lambda _, x: function(x, 1)), (2, 5)).calls
    assert (call.aten, call.inputs, call.hyper, call.output) == (aten, ((2, 5),), {}, output)
    assert call.operator is None
    assert call.result is None


def test_views_and_copies_are_no_calls() -> None:
    def forward(_: Any, x: Tensor) -> Tensor:
        x = x.view(2, 3, 20).transpose(1, 2).contiguous().reshape(20, 6)[1:, ::2].unsqueeze(0).expand(4, 19, 3)
        return x.permute(2, 0, 1).clone().squeeze().to(torch.float64).chunk(2, 1)[0]

    assert capture(Written(forward), (2, 60)).calls == ()


def test_flattening_is_recorded() -> None:
    (call,) = capture(nn.Flatten(), (2, 3, 4, 5)).calls
    assert (call.name, call.hyper, call.output) == ("flatten", {"start_dim": 1, "end_dim": -1}, (2, 60))


@pytest.mark.parametrize("inplace", [True, False])
def test_in_place_is_the_same_operator_under_its_own_name(inplace: bool) -> None:
    (call,) = capture(nn.ReLU(inplace), (2, 3)).calls
    assert (call.name, call.aten) == ("relu", "aten::relu_" if inplace else "aten::relu")


def test_relu6_is_told_from_hardtanh() -> None:
    assert operators(nn.Sequential(nn.ReLU6(), nn.Hardtanh(0, 5)), 2, 3) == [("0", "relu6"), ("1", "hardtanh")]


@pytest.mark.parametrize(
    ("model", "shape", "output"),
    [
        (nn.Conv2d(2, 3, 3), (2, 8, 9), (1, 3, 6, 7)),
        (nn.ConvTranspose1d(2, 3, 3), (2, 8), (1, 3, 10)),
        (nn.MaxPool2d(2), (2, 8, 9), (1, 2, 4, 4)),
        (nn.AdaptiveAvgPool3d(2), (2, 8, 9, 7), (1, 2, 2, 2, 2)),
    ],
    ids=str,
)
def test_unbatched_input_has_a_batch_of_one(model: nn.Module, shape: tuple[int, ...], output: tuple[int, ...]) -> None:
    (call,) = capture(model, shape).calls
    assert (call.inputs, call.output) == (((1, *shape),), output)


class Lookup(nn.Module):
    """A model of tokens: an embedding, or a table that is indexed."""

    def __init__(self, embeds: bool) -> None:
        super().__init__()
        self.table, self.embeds = nn.Embedding(9, 4), embeds

    def forward(self, ids: Tensor) -> Any:
        return self.table(ids) if self.embeds else self.table.weight[ids]


@pytest.mark.parametrize("embeds", [True, False])
def test_floating_point_tokens_are_answered_with_what_to_type(embeds: bool) -> None:
    with pytest.raises(MeasurementError, match=r"; did you mean --input int64:1,77\?$"):
        capture(Lookup(embeds), (1, 77))
    with pytest.raises(MeasurementError, match=r"; did you mean --input ids=int64:1,77\?$"):
        capture(Lookup(embeds), {"ids": (1, 77)})
    assert capture(Lookup(embeds), TensorSpec((1, 77), "int64")).parameters == 36


def test_another_error_has_no_such_hint() -> None:
    with pytest.raises(MeasurementError) as raised:
        capture(nn.Linear(3, 2), (1, 77))
    assert "int64" not in str(raised.value)
