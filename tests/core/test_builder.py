"""The builder: blocks nest, lines keep what was drawn, receptive fields grow as a gradient shows."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from convcost.core.architecture import Architecture, Builder, Map
from convcost.core.cost import Window
from convcost.core.op_call import Field
from convcost.core.record import Operator
from convcost.core.registry import find


def operator(name: str) -> Operator:
    return find(Operator, name, "operator")


def conv(builder: Builder, x: Map, kernel: int, stride: int = 1, name: str = "conv") -> Map:
    return builder.call(
        operator("conv2d"), x, name=name, out_channels=4, kernel_size=kernel, stride=stride, padding=kernel // 2
    )


def test_blocks_nest_and_close() -> None:
    builder = Builder()
    x = builder.image(1, 3, 9, 9)
    x = conv(builder, x, 3, name="stem")
    with builder.block("stage"):
        with builder.block("unit"):
            x = conv(builder, x, 3, name="a")
        x = conv(builder, x, 3, name="b")
        x = builder.call(operator("relu"), x)
    conv(builder, x, 3, name="end")
    assert [(line.path, line.block) for line in builder.calls] == [
        ("stem", "stem"),
        ("stage.unit.a", "stage.unit"),
        ("stage.b", "stage"),
        ("stage.relu", "stage"),
        ("end", "end"),
    ]


def test_block_closes_on_an_error() -> None:
    builder = Builder()
    with pytest.raises(KeyError), builder.block("stage"):
        raise KeyError
    conv(builder, builder.image(1, 3, 9, 9), 3)
    assert builder.calls[0].path == "conv"


def test_line_keeps_shapes_cost_and_all_settings() -> None:
    builder = Builder()
    conv(builder, builder.image(2, 3, 9, 8), 3, 2)
    (line,) = builder.calls
    assert line.inputs == ((2, 3, 9, 8),)
    assert line.output == (2, 4, 5, 4)
    assert line.cost.macs == 2 * 4 * 5 * 4 * 27
    settings = {"kernel_size": (3, 3), "stride": (2, 2), "padding": (1, 1), "dilation": (1, 1)}
    assert line.hyper == {"out_channels": 4, **settings, "groups": 1, "bias": False}


def test_channels_are_rounded_only_where_rounding_is_on() -> None:
    assert Builder().channels(7, lambda exact: exact + 1) == 8
    assert Builder(rounding=False).channels(7, lambda exact: exact + 1) == 7


def test_field_through_a_window() -> None:
    # Two 3-tap windows of stride 2 see 3 + 2·2 = 7 pixels, their neighbours 4 apart.
    field = Field().through(Window(3, 2)).through(Window(3, 2))
    assert field == Field(7, 4)


STRIDES = (2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
"""Of the 3×3 layers of MobileNet V1: the stem and thirteen depthwise rows of Table 1."""


def seen(model: nn.Module, length: int) -> tuple[int, int]:
    """Pixels that an output in the middle depends on, and how far its neighbour's are away, by their gradients."""
    image = torch.zeros(1, 1, length, requires_grad=True, dtype=torch.float64)
    outputs = model(image)[0, 0]
    middle = outputs.numel() // 2
    first, second = (torch.autograd.grad(outputs[m], image, retain_graph=True)[0][0, 0] for m in (middle, middle + 1))
    pixels = first.nonzero()[:, 0]
    assert pixels.numel() == pixels[-1] - pixels[0] + 1
    return pixels.numel(), int(second.nonzero()[0, 0] - pixels[0])


def test_receptive_field_of_mobilenet_v1() -> None:
    chain = nn.Sequential(*(nn.Conv1d(1, 1, 3, stride, 1, bias=False) for stride in STRIDES)).double()
    for parameter in chain.parameters():
        nn.init.ones_(parameter)
    drawn = find(Architecture, "mobilenet_v1", "architecture")
    last = drawn.network(drawn.settings({})).core[-2]
    # 3, 7, 11, 19, 27, 43, 59, then 32 more for each of the five, 251 and 315 pixels; five halvings.
    assert seen(chain, 1024) == (315, 32)
    assert last.fields == (Field(315, 32), Field(315, 32))


def test_concatenation_sees_what_its_widest_branch_sees() -> None:
    builder = Builder()
    image = builder.image(1, 3, 32, 32)
    stem = conv(builder, image, 3, 2)
    narrow, wide = conv(builder, stem, 1), conv(builder, stem, 5)
    for branches in ([narrow, wide], [wide, narrow], [narrow, wide, stem]):
        joined = builder.call(operator("concat"), branches)
        # 3 pixels, and a window of 5 at steps of 2: 3 + 4·2 = 11.
        assert joined.fields == (Field(11, 2), Field(11, 2))
        assert joined.shape == (1, 4 * len(branches), 16, 16)
        assert builder.calls[-1].shapes == ((1, 4, 16, 16),) * len(branches)


def test_sum_sees_what_its_widest_operand_sees() -> None:
    builder = Builder()
    image = builder.image(1, 4, 32, 32)
    assert builder.call(operator("add"), conv(builder, image, 5), image).fields == (Field(5, 1), Field(5, 1))


def test_pooling_widens_the_field() -> None:
    builder = Builder()
    x = builder.call(operator("max_pool2d"), builder.image(1, 3, 32, 32), kernel_size=2)
    assert x.fields == (Field(2, 2), Field(2, 2))
