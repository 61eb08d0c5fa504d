"""Xception (Chollet 2016): the formula against timm's port of the author's net, and the paper's figure."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

import convcost
from convcost.core.architecture import Architecture, Network
from convcost.core.registry import find


def drawn(**options: object) -> Network:
    record = find(Architecture, "xception", "architecture")
    return record.network(record.settings(options))


@pytest.mark.parametrize(
    "options",
    [{}, {"resolution": 224, "batch": 3}, {"resolution": 331, "classes": 10}, {"resolution": 225}, {"resolution": 32}],
)
def test_every_layer_agrees(options: dict[str, Any]) -> None:
    report = convcost.compare("xception", **options)
    assert report.ok
    assert [row.layer for row in report.rows if row.verdict != "agree"] == []
    assert report.totals.equal


def test_exact_figures() -> None:
    cost = drawn().cost
    # Table 3, to the unit.
    assert cost.parameters == 22_855_952
    # A recount of convolutions and the logits layer; EfficientNet's Table 2 prints 8.4 B for Xception.
    assert cost.macs == 8_357_403_496
    # Keras prints 22,910,480 in total: the moving statistics, as many as scales and shifts, are in.
    norms = sum(line.cost.parameters for line in drawn().calls if line.name == "batch_norm")
    assert cost.parameters + norms == 22_910_480


def test_map_sizes_of_figure_5() -> None:
    sizes = {line.path: line.output[1:] for line in drawn().calls}
    # Figure 5 gives 299×299×3 to the entry flow, 19×19×728 to the middle flow, 2048-dimensional vectors at the end.
    assert sizes["entry.block3.add"] == (728, 19, 19)
    assert sizes["middle.block11.add"] == (728, 19, 19)
    assert sizes["exit.block12.add"] == (1024, 10, 10)
    assert sizes["pool"] == (2048, 1, 1)


def test_36_convolutional_layers_in_14_modules() -> None:
    """Section 4: 36 convolutional layers, structured into 14 modules (12 of them with a shortcut)."""
    core = [line for line in drawn().core if line.name == "conv2d"]
    pointwise = [line for line in core if line.path.endswith(".pw")]
    plain = [line for line in core if line.path in ("entry.conv1", "entry.conv2")]
    assert len(pointwise) + len(plain) == 36
    assert len({line.path.split(".")[1] for line in pointwise}) == 14
    assert len([line for line in drawn().calls if line.name == "add"]) == 12


@pytest.mark.parametrize("block", range(4, 12))
def test_separable_convolutions_are_the_closed_form(block: int) -> None:
    form = convcost.cost("depthwise_separable", D_K=3, M=728, N=728, D_F=19)
    lines = [line for line in drawn().core if line.path.startswith(f"middle.block{block}.sepconv2.")]
    assert sum(line.cost.macs for line in lines) == form.macs
    assert sum(line.cost.parameters for line in lines) == form.parameters


@pytest.mark.parametrize(
    ("constant", "value", "layer"),
    [
        ("ENTRY", ((128, 128), (256, 256), (736, 728)), "entry.block3.sepconv1.pw"),
        ("MIDDLE", ((728, 720, 728),) * 8, "middle.block4.sepconv2.pw"),
        ("EXIT", (1024, 1024), "exit.block12.sepconv2.pw"),
        ("TAIL", (1536, 2047), "exit.sepconv2.pw"),
    ],
)
def test_a_wrong_figure_is_caught(monkeypatch: pytest.MonkeyPatch, constant: str, value: object, layer: str) -> None:
    monkeypatch.setattr(importlib.import_module("convcost.formulas.architectures.xception"), constant, value)
    report = convcost.compare("xception")
    assert not report.ok
    assert layer in [row.layer for row in report.rows if not row.verdict.ok]


def test_a_ninth_middle_block_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    table = importlib.import_module("convcost.formulas.architectures.xception")
    monkeypatch.setattr(table, "MIDDLE", ((728, 728, 728),) * 9)
    report = convcost.compare("xception")
    assert len([row for row in report.rows if row.verdict == "not called"]) == 6
    one = convcost.cost("depthwise_separable", D_K=3, M=728, N=728, D_F=19).macs
    assert report.totals.macs_formula - (report.totals.macs_measured or 0) == 3 * one
