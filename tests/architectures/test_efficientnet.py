"""EfficientNet (Tan & Le 2019): the formula against torchvision's nets, and published sizes of B0 to B7."""

from __future__ import annotations

from typing import Any

import pytest

import convcost
from tests.architectures.agreement import agreed, drawn, first_disagreement, macs, module_of

NAME = "efficientnet"
# Width and depth of the authors' code (efficientnet_builder.py); image, parameters and billions of operations (MACs)
# of torchvision's metadata.
NETS = {
    "b0": ("1", "1", 224, 5_288_548, "0.386"),
    "b1": ("1", "1.1", 240, 7_794_184, "0.687"),
    "b2": ("1.1", "1.2", 288, 9_109_994, "1.088"),
    "b3": ("1.2", "1.4", 300, 12_233_232, "1.827"),
    "b4": ("1.4", "1.8", 380, 19_341_616, "4.394"),
    "b5": ("1.6", "2.2", 456, 30_389_784, "10.266"),
    "b6": ("1.8", "2.6", 528, 43_040_704, "19.068"),
    "b7": ("2", "3.1", 600, 66_347_960, "37.746"),
}


def _options(net: str) -> dict[str, Any]:
    width, depth, side = NETS[net][:3]
    return {"alpha": width, "depth": depth, "resolution": side}


@pytest.mark.parametrize("net", NETS)
def test_published_figures(net: str) -> None:
    network = drawn(NAME, **_options(net))
    assert (network.cost.parameters, f"{macs(network) / 10**9:.3f}") == NETS[net][3:]


def test_table_2_of_the_paper() -> None:
    # 0.39, 1.0 (at 260 pixels) and 1.8 billion FLOPs; of B1 it prints 0.70, where the net has 0.687.
    assert f"{macs(drawn(NAME)) / 10**9:.2f}" == "0.39"
    assert f"{macs(drawn(NAME, **{**_options('b2'), 'resolution': 260})) / 10**9:.1f}" == "1.0"
    assert f"{macs(drawn(NAME, **_options('b3'))) / 10**9:.1f}" == "1.8"


@pytest.mark.parametrize("net", ["b0", "b2", "b7"])
def test_torchvisions_own_net_agrees(net: str) -> None:
    report = convcost.compare(NAME, model=f"torchvision:efficientnet_{net}", **_options(net))
    assert [row.layer for row in report.rows if row.verdict != "agree"] == []
    assert report.ok
    assert report.totals.equal


@pytest.mark.parametrize(
    "options",
    [
        {"alpha": "0.05", "depth": "0.1", "resolution": 33},
        {"alpha": "1.37", "depth": "0.7", "resolution": 97, "batch": 3, "classes": 10},
    ],
    ids=str,
)
def test_every_layer_agrees_at_other_settings(options: dict[str, Any]) -> None:
    agreed(NAME, **options)


def test_channels_and_sizes_of_table_1() -> None:
    last = {line.block: line.output[1:] for line in drawn(NAME).calls}
    rows = [("stage2_1", 16, 112), ("stage3_2", 24, 56), ("stage4_2", 40, 28), ("stage5_3", 80, 14)]
    rows += [("stage6_3", 112, 14), ("stage7_4", 192, 7), ("stage8_1", 320, 7)]
    assert [last[block] for block, _, _ in rows] == [(channels, side, side) for _, channels, side in rows]


def test_a_wrong_row_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    module = module_of(NAME)
    monkeypatch.setattr(module, "TABLE_1", (*module.TABLE_1[:2], (6, 3, 2, 40, 2), *module.TABLE_1[3:]))
    assert first_disagreement(NAME)[0] == "stage4_1.dw"
    monkeypatch.setattr(module, "SQUEEZE", 8)
    assert first_disagreement(NAME)[0].endswith("se.reduce")
