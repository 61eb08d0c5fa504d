"""The receptive field that the builder derives, against what an output of the real stack really looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from convcost.core.architecture import Builder, Map
from convcost.core.record import Operator
from convcost.core.registry import find

from . import draws
from .strategies import MANY


@dataclass(frozen=True)
class Layer:
    """An operator of the book and its hyper-parameters."""

    operator: str
    hyper: dict[str, Any]

    def module(self) -> nn.Module:
        """The same as a module that weighs every tap with one."""
        if self.operator == "avg_pool2d":
            return nn.AvgPool2d(**self.hyper)
        if self.operator == "max_pool1d":
            return nn.MaxPool1d(**self.hyper)
        kind = nn.Conv1d if self.operator == "conv1d" else nn.Conv2d
        conv = kind(1, 1, self.hyper["kernel_size"], self.hyper["stride"], dilation=self.hyper["dilation"], bias=False)
        nn.init.ones_(conv.weight)
        return conv


@st.composite
def stacks(draw: st.DrawFn, operators: tuple[str, ...], rank: int) -> list[Layer]:
    layers = []
    for operator in draw(st.lists(st.sampled_from(operators), min_size=1, max_size=4)):
        hyper: dict[str, Any] = {
            "kernel_size": draws.uneven(draw, rank, 1, 3),
            "stride": draws.each(draw, rank, 1, 2),
        }
        if operator != "avg_pool2d":
            hyper["dilation"] = draws.each(draw, rank, 1, 2)
        if operator.startswith("conv"):
            hyper["out_channels"] = 1
        layers.append(Layer(operator, hyper))
    return layers


def drawn(layers: list[Layer], sizes: tuple[int, ...]) -> Map:
    builder = Builder()
    x = builder.image(1, 1, *sizes)
    for layer in layers:
        x = builder.call(find(Operator, layer.operator, "operator"), x, **layer.hyper)
    return x


def ends(seen: Tensor) -> list[tuple[int, int]]:
    """First and last element that is seen, along each axis."""
    return [(int(places.min()), int(places.max())) for places in seen.nonzero(as_tuple=True)]


@MANY
@given(layers=stacks(("conv2d", "avg_pool2d"), 2))
def test_field_is_where_the_gradient_is_not_zero(layers: list[Layer]) -> None:
    output = drawn(layers, (200, 201))
    network = nn.Sequential(*(layer.module() for layer in layers)).double()
    image = torch.ones(1, 1, 200, 201, dtype=torch.float64, requires_grad=True)
    result = network(image)
    assert tuple(result.shape) == output.shape
    row, column = result.shape[2] // 2, result.shape[3] // 2
    (here,) = torch.autograd.grad(result[0, 0, row, column], image, retain_graph=True)
    (next_one,) = torch.autograd.grad(result[0, 0, row + 1, column + 1], image)
    for field, (first, last), (moved, _) in zip(output.fields, ends(here[0, 0]), ends(next_one[0, 0]), strict=True):
        assert (field.extent, field.step) == (last - first + 1, moved - first)


@MANY
@given(layers=stacks(("conv1d", "max_pool1d"), 1))
def test_field_is_what_changes_the_output(layers: list[Layer]) -> None:
    # A maximum has a gradient at one tap only; a single 1 among zeros shows through at every tap.
    output = drawn(layers, (120,))
    network = nn.Sequential(*(layer.module() for layer in layers)).double()
    with torch.no_grad():
        result = network(torch.eye(120, dtype=torch.float64).unsqueeze(1)).squeeze(1)
    assert result.shape[1:] == output.shape[2:]
    middle = result.shape[1] // 2
    ((first, last),), ((moved, _),) = ends(result[:, middle]), ends(result[:, middle + 1])
    assert [(field.extent, field.step) for field in output.fields] == [(last - first + 1, moved - first)]
