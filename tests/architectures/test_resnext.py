"""ResNeXt (Xie et al. 2016): the formula against torchvision's and timm's nets, and the paper's figures."""

from __future__ import annotations

import importlib
from fractions import Fraction
from typing import Any

import pytest

import convcost
from tests.architectures.agreement import agreed, drawn, first_disagreement, weights
from tests.architectures.published import rounds_to


@pytest.mark.parametrize(
    "options",
    [{}, {"depth": 101}, {"variant": "se"}, {"depth": 101, "variant": "se"}, {"resolution": 225, "batch": 3}],
    ids=str,
)
def test_every_layer_agrees(options: dict[str, Any]) -> None:
    agreed("resnext", **options)


def test_figures_of_table_1() -> None:
    net = drawn("resnext")
    assert net.cost.parameters == 25_028_904
    # Table 1 prints 25.0 million parameters and 4.2 billion FLOPs.
    assert rounds_to(Fraction(int(net.cost.parameters), 10**6), "25.0")
    assert rounds_to(Fraction(int(net.cost.macs), 10**9), "4.2")
    assert weights(net) < net.cost.parameters


def test_block_is_the_closed_form() -> None:
    form = convcost.cost("resnext_block", C=32, d=4)
    # Equation 4.
    assert form.parameters == 32 * (256 * 4 + 3 * 3 * 4 * 4 + 4 * 256)
    lines = [line for line in drawn("resnext").core if line.path.startswith("conv2.block2.")]
    assert sum(line.cost.macs for line in lines) == form.macs
    assert sum(line.cost.parameters for line in lines) == form.parameters


def test_a_wrong_figure_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("convcost.formulas.architectures.resnet")
    monkeypatch.setattr(module, "CARDINALITY", 16)
    assert first_disagreement("resnext") == ("conv2.block1.conv1", "disagree")
