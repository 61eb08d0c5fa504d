"""The pen: blocks nest, lines keep what was drawn, receptive fields grow as a gradient shows."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from convcost.theory.architecture import Architecture
from convcost.theory.book import find
from convcost.theory.cost import Window
from convcost.theory.pen import Field, Map, Pen
from convcost.theory.record import Operator


def operator(name: str) -> Operator:
    return find(Operator, name, "operator")


def conv(pen: Pen, x: Map, kernel: int, stride: int = 1, name: str = "conv") -> Map:
    return pen.draw(
        operator("conv2d"), x, name=name, out_channels=4, kernel_size=kernel, stride=stride, padding=kernel // 2
    )


def test_blocks_nest_and_close() -> None:
    pen = Pen()
    x = pen.image(1, 3, 9, 9)
    x = conv(pen, x, 3, name="stem")
    with pen.block("stage"):
        with pen.block("unit"):
            x = conv(pen, x, 3, name="a")
        x = conv(pen, x, 3, name="b")
        x = pen.draw(operator("relu"), x)
    conv(pen, x, 3, name="end")
    assert [(line.name, line.block) for line in pen.lines] == [
        ("stem", "stem"),
        ("stage.unit.a", "stage.unit"),
        ("stage.b", "stage"),
        ("stage.relu", "stage"),
        ("end", "end"),
    ]


def test_block_closes_on_an_error() -> None:
    pen = Pen()
    with pytest.raises(KeyError), pen.block("stage"):
        raise KeyError
    conv(pen, pen.image(1, 3, 9, 9), 3)
    assert pen.lines[0].name == "conv"


def test_line_keeps_shapes_cost_and_all_settings() -> None:
    pen = Pen()
    conv(pen, pen.image(2, 3, 9, 8), 3, 2)
    (line,) = pen.lines
    assert line.inputs == ((2, 3, 9, 8),)
    assert line.output.shape == (2, 4, 5, 4)
    assert line.cost.macs == 2 * 4 * 5 * 4 * 27
    settings = {"kernel_size": (3, 3), "stride": (2, 2), "padding": (1, 1), "dilation": (1, 1)}
    assert line.hyper == {"out_channels": 4, **settings, "groups": 1, "bias": False}


def test_channels_are_rounded_only_where_rounding_is_on() -> None:
    assert Pen().channels(7, lambda exact: exact + 1) == 8
    assert Pen(rounding=False).channels(7, lambda exact: exact + 1) == 7


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
    last = drawn.draw(drawn.settings({})).core[-2]
    # 3, 7, 11, 19, 27, 43, 59, then 32 more for each of the five, 251 and 315 pixels; five halvings.
    assert seen(chain, 1024) == (315, 32)
    assert last.output.fields == (Field(315, 32), Field(315, 32))


def test_concatenation_sees_what_its_widest_branch_sees() -> None:
    pen = Pen()
    image = pen.image(1, 3, 32, 32)
    stem = conv(pen, image, 3, 2)
    narrow, wide = conv(pen, stem, 1), conv(pen, stem, 5)
    for branches in ([narrow, wide], [wide, narrow], [narrow, wide, stem]):
        joined = pen.draw(operator("concat"), branches)
        # 3 pixels, and a window of 5 at steps of 2: 3 + 4·2 = 11.
        assert joined.fields == (Field(11, 2), Field(11, 2))
        assert joined.shape == (1, 4 * len(branches), 16, 16)
        assert pen.lines[-1].inputs == ((1, 4, 16, 16),) * len(branches)


def test_sum_sees_what_its_widest_operand_sees() -> None:
    pen = Pen()
    image = pen.image(1, 4, 32, 32)
    assert pen.draw(operator("add"), conv(pen, image, 5), image).fields == (Field(5, 1), Field(5, 1))


def test_pooling_widens_the_field() -> None:
    pen = Pen()
    x = pen.draw(operator("max_pool2d"), pen.image(1, 3, 32, 32), kernel_size=2)
    assert x.fields == (Field(2, 2), Field(2, 2))
