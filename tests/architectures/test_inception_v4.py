"""Inception-v4: formula against fvcore."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import convcost
from tests.architectures.inception import agreed, drawn, first_wrong, formulas, macs
from tests.architectures.published import rounds_to

LAYERS = 150  # 149 convolutions and the classifier


@pytest.mark.parametrize(
    "options", [{"resolution": 225, "batch": 3}, {"resolution": 331}, {"resolution": 75, "classes": 7}]
)
def test_every_layer_agrees(options: dict[str, Any]) -> None:
    agreed("inception_v4", LAYERS, options)


def test_known_totals() -> None:
    totals = agreed("inception_v4", LAYERS).totals
    # timm lists 42.68 M parameters and 12.28 G "GMACs", which is fvcore's total with norms and pooling.
    assert (totals.macs_measured, totals.params_measured) == (12_253_974_624, 42_679_816)
    assert rounds_to(Fraction(totals.params_measured, 10**6), "42.68")
    assert rounds_to(Fraction(totals.fvcore_total or 0, 10**9), "12.28")


def test_sizes_of_figure_9() -> None:
    sizes = {line.path: line.output[1:] for line in drawn("inception_v4").calls}
    assert sizes["stem_fork1.concat"] == (160, 73, 73)
    assert sizes["stem_fork2.concat"] == (192, 71, 71)
    assert sizes["stem_fork3.concat"] == sizes["inception_a4.concat"] == (384, 35, 35)
    assert sizes["reduction_a.concat"] == sizes["inception_b7.concat"] == (1024, 17, 17)
    assert sizes["reduction_b.concat"] == sizes["inception_c3.concat"] == (1536, 8, 8)


def test_rows_for_columns_change_no_count(monkeypatch: pytest.MonkeyPatch) -> None:
    # Figure 5 prints 1×7 twice in a branch where the code has 1×7 and 7×1: the layer is another, the count is not.
    module = formulas("inception_v4")
    branches = list(module.INCEPTION_B)
    branches[1] = (*branches[1][:2], module.Conv(256, module.ROW7))
    monkeypatch.setattr(module, "INCEPTION_B", tuple(branches))
    layer, reason = first_wrong("inception_v4")
    assert layer == "inception_b1.branch2.conv3"
    assert "kernel size is (1, 7) in the formula, (7, 1) in the model" in reason
    assert macs("inception_v4") == 12_253_974_624


def test_a_missing_module_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formulas("inception_v4"), "REPEATS", (4, 6, 3))
    report = convcost.compare("inception_v4")
    extra = [row.module for row in report.rows if row.verdict == "no formula"]
    assert not report.ok
    assert len(extra) == 10  # the convolutions of one Inception-B
    assert {module.split(".")[1] for module in extra} == {"17"}  # the last of timm's features.11 to 17


def test_a_wrong_letter_of_table_1_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(formulas("inception_v4").TABLE_1, "inception_v4", (192, 192, 256, 384))
    layer, reason = first_wrong("inception_v4")
    assert layer == "reduction_a.branch2.conv2"
    assert "output channels is 192 in the formula, 224 in the model" in reason
