"""The examples that lessons count by hand: the formula, the real PyTorch operators under fvcore, and the number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import nn

from convcost.cli.main import run
from convcost.core.cost import Cost
from convcost.core.record import Formula, Operator
from convcost.core.registry import find
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore


def formula(name: str, values: Mapping[str, int]) -> Cost:
    return find(Formula, name, "formula").evaluate(values)


def measured(channels: int, side: int, *layers: nn.Module) -> tuple[int, int | None]:
    """Weights of bias-free layers, and fvcore's count of them."""
    model = nn.Sequential(*layers)
    shape = (1, channels, side, side)
    return capture(model, shape).parameters, trace_fvcore(model, shape).total


def conv(inputs: int, outputs: int, kernel: int, **hyper: Any) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, bias=False, **hyper)


def test_3_to_64_channels_standard_against_separable() -> None:
    at = {"D_K": 3, "M": 3, "N": 64, "D_F": 32}
    standard, separable = formula("standard_convolution", at), formula("depthwise_separable", at)
    assert standard.parameters == 1_728
    assert separable.parameters == 27 + 192 == 219
    assert measured(3, 32, conv(3, 64, 3, padding=1)) == (1_728, standard.macs)
    assert measured(3, 32, conv(3, 3, 3, padding=1, groups=3), conv(3, 64, 1)) == (219, separable.macs)
    # Weights and MACs shrink alike, for positions are the same.
    assert standard.macs * 219 == separable.macs * 1_728


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "weights", "macs"),
    [
        # Two windows that leave 10×10 of 19×19: 3×3 taps in steps of two, or 10×10 taps without padding.
        (3, 2, 1, 108, 10_800),
        (10, 1, 0, 1_200, 120_000),
    ],
)
def test_19_by_19_by_3_to_10_by_10_by_4(kernel: int, stride: int, padding: int, weights: int, macs: int) -> None:
    values = {"N": 1, "C_in": 3, "H": 19, "W": 19, "C_out": 4, "G": 1, "b": 0}
    for axis in "hw":
        values |= {f"K_{axis}": kernel, f"S_{axis}": stride, f"P_{axis}": padding, f"E_{axis}": 1}
    cost = find(Operator, "conv2d", "operator").evaluate(values)
    assert cost.activations == 10 * 10 * 4
    assert (cost.parameters, cost.macs) == (weights, macs)
    assert measured(3, 19, conv(3, 4, kernel, stride=stride, padding=padding)) == (weights, macs)


def test_5_by_5_after_a_reduction() -> None:
    at = {"D_K": 5, "M": 128, "N": 256, "D_F": 100}
    full, reduced = formula("standard_convolution", at), formula("reduced_convolution", {**at, "R": 32})
    assert full.parameters == 819_200
    # The quoted 204,800 is the 5×5 convolution alone; the reduction has 4,096 weights of its own.
    assert reduced.parameters == 4_096 + 204_800 == 208_896
    assert measured(128, 100, conv(128, 256, 5, padding=2)) == (819_200, full.macs)
    assert measured(128, 100, conv(128, 32, 1), conv(32, 256, 5, padding=2)) == (208_896, reduced.macs)


def test_12_to_6_channels_in_3_groups() -> None:
    at = {"D_K": 3, "M": 12, "N": 6, "D_F": 7}
    grouped = formula("grouped_convolution", {**at, "G": 3})
    assert (grouped.parameters, grouped.macs) == (216, 10_584)
    assert measured(12, 7, conv(12, 6, 3, padding=1, groups=3)) == (216, 10_584)
    assert formula("standard_convolution", at) == formula("grouped_convolution", {**at, "G": 1})
    assert formula("standard_convolution", at).parameters == 3 * 216


def test_groups_that_do_not_divide() -> None:
    with pytest.raises(ValueError, match=r"groups must divide both .* \(M = 12, N = 6, G = 4\)"):
        formula("grouped_convolution", {"D_K": 3, "M": 12, "N": 6, "D_F": 7, "G": 4})


def test_depth_multiplier_2() -> None:
    at = {"D_K": 3, "M": 5, "N": 7, "D_F": 11, "m": 2}
    cost = formula("depthwise_separable_multiplied", at)
    # Two filters for each of five channels, and a pointwise convolution that reads ten.
    assert cost.parameters == 90 + 70
    assert measured(5, 11, conv(5, 10, 3, padding=1, groups=5), conv(10, 7, 1)) == (160, cost.macs)
    assert cost.macs == 160 * 11 * 11
    depthwise = formula("depthwise_convolution", at)
    assert measured(5, 11, conv(5, 10, 3, padding=1, groups=5)) == (90, depthwise.macs)


def test_dilation_2_costs_nothing() -> None:
    at = {"D_K": 3, "M": 4, "N": 6, "D_F": 13}
    dilated = formula("dilated_convolution", {**at, "E": 2})
    assert dilated == formula("standard_convolution", at)
    plain = measured(4, 13, conv(4, 6, 3, padding=1))
    assert measured(4, 13, conv(4, 6, 3, padding=2, dilation=2)) == plain == (216, dilated.macs)


def field(layers: int, dilation: int) -> torch.Tensor:
    """Which pixels of a 15×15 image the middle output pixel reads: where its gradient is not zero."""
    stack = nn.Sequential(*(conv(1, 1, 3, padding=dilation, dilation=dilation) for _ in range(layers)))
    for weight in stack.parameters():
        nn.init.ones_(weight)
    image = torch.zeros(1, 1, 15, 15, requires_grad=True)
    middle = stack(image)[0, 0, 7, 7]
    (gradient,) = torch.autograd.grad(middle, image)
    return gradient[0, 0] != 0


def test_dilation_2_sees_5_by_5() -> None:
    seen = field(layers=1, dilation=2)
    assert int(seen.sum()) == 9
    assert seen[5:10:2, 5:10:2].all()
    window = find(Formula, "dilated_convolution", "formula").apply(D_K=3, M=1, N=1, D_F=15, E=2).windows[0]
    assert window.extent == 5


@pytest.mark.parametrize(("layers", "dilation"), [(1, 2), (2, 2), (3, 2), (2, 3)])
def test_stacked_dilation_leaves_a_grid(layers: int, dilation: int) -> None:
    seen = field(layers, dilation)
    at = {"D_K": 3, "M": 1, "E": dilation, "L": layers}
    stack, dense = formula("dilated_stack", at), formula("dense_stack", at)
    window = find(Formula, "dilated_stack", "formula").apply(**at).windows[0]
    rows = seen.any(1).nonzero()
    assert int(rows.max() - rows.min()) + 1 == window.extent == 2 * layers * dilation + 1
    # The dilated stack reads a grid of its field, the dense one with as wide a field every pixel.
    assert int(seen.sum()) == stack.inputs == (2 * layers + 1) ** 2
    assert int(field(layers * dilation, 1).sum()) == dense.inputs == window.extent**2
    assert dense.macs == dilation * stack.macs


@pytest.mark.parametrize(("side", "stride"), [(19, 2), (20, 2), (19, 3)])
def test_separable_convolution_with_a_stride(side: int, stride: int) -> None:
    at = {"D_K": 3, "M": 3, "N": 4, "D_F": side, "S": stride}
    standard, separable = formula("standard_strided", at), formula("depthwise_separable_strided", at)
    hyper = {"stride": stride, "padding": 1}
    assert measured(3, side, conv(3, 4, 3, **hyper)) == (3 * 4 * 9, standard.macs)
    assert measured(3, side, conv(3, 3, 3, groups=3, **hyper), conv(3, 4, 1)) == (27 + 12, separable.macs)
    outputs = standard.activations // 4
    assert (separable.activations, separable.inputs) == ((3 + 4) * outputs, 3 * side * side + 3 * outputs)


def test_separable_convolution_with_stride_2_on_19_by_19() -> None:
    cost = formula("depthwise_separable_strided", {"D_K": 3, "M": 3, "N": 4, "D_F": 19, "S": 2})
    # Ten positions a side of 19, 27 + 12 weights each.
    assert cost.macs == 100 * 39


def test_formula_shows_the_output_and_the_field(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--set", "M=5", "--set", "N=7", "--set", "D_F=13", "--set", "E=2"]
    assert run(["formula", "dilated_convolution", *given]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "Receptive field in the input: E·(D_K - 1) + 1 by E·(D_K - 1) + 1" in lines
    assert "Output size: D_F by D_F" in lines
    # Taps at -2, 0 and 2; the map keeps its size.
    assert "Receptive field in the input: 5 by 5" in lines
    assert "Output size: 13 by 13" in lines

    image = [f"--set={name}" for name in ("C_in=3", "H=19", "W=18", "C_out=4", "K_h=3", "K_w=3", "E_h=2", "S_w=2")]
    assert run(["formula", "conv2d", *image]) == 0
    lines = capsys.readouterr().out.splitlines()
    # 19 - 5 + 1 positions; (18 - 3) // 2 + 1 = 8.
    assert "Output size: 15 by 8" in lines
    assert "Receptive field in the input: 5 by 3" in lines


def test_formula_without_windows_shows_no_field(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["formula", "standard_convolution", "--set", "M=5"]) == 0
    assert "Receptive field" not in capsys.readouterr().out
