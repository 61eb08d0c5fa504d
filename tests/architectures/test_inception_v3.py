"""Inception v3: formula against fvcore, in torchvision and in timm."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import convcost
from tests.architectures.inception import agreed, drawn, first_wrong, formulas, macs
from tests.architectures.published import rounds_to

LAYERS = 95  # 94 convolutions and the classifier


@pytest.mark.parametrize(
    "options", [{"resolution": 225, "batch": 3}, {"resolution": 331}, {"resolution": 75, "classes": 7}]
)
def test_every_layer_agrees(options: dict[str, Any]) -> None:
    agreed("inception_v3", LAYERS, options)


@pytest.mark.parametrize("model", [None, "timm:inception_v3"])
def test_known_totals(model: str | None) -> None:
    totals = agreed("inception_v3", LAYERS, model=model).totals
    # 23,834,568 without the auxiliary classifier, as timm lists it.
    assert (totals.macs_measured, totals.params_measured) == (5_713_216_096, 23_834_568)
    assert rounds_to(Fraction(totals.macs_measured or 0, 10**9), "5.713")  # torchvision's metadata, _ops


def test_keras_counts_the_moving_statistics() -> None:
    # Keras: 23,851,784 in all. It has no scale (gamma), and counts the two moving statistics beside the shift.
    report = convcost.compare("inception_v3")
    normalised = sum(
        row.output_shape[1] for row in report.all_rows if row.operator == "batch_norm" and row.output_shape
    )
    assert report.totals.params_measured + normalised == 23_851_784
    # Xception's Table 3 prints 23,626,728, which is 207,840 off.
    assert report.totals.params_measured - 23_626_728 == 207_840


def test_a_sweep_of_sizes_is_the_exact_counts() -> None:
    network = drawn("inception_v3")
    sizes = np.arange(75, 400, 13)
    swept: Any = network.architecture.network({**network.settings, "resolution": sizes}).cost.macs
    assert swept.tolist() == [macs("inception_v3", resolution=size) for size in sizes.tolist()]


def test_the_papers_estimates() -> None:
    # "5 billion multiply-adds": 5.7. "Only about 2.5 higher than GoogLeNet": 3.6.
    assert rounds_to(Fraction(macs("inception_v3"), macs("googlenet")), "3.6")
    assert drawn("inception_v3").cost.parameters < 25_000_000  # "less than 25 million parameters"


def test_sizes_of_table_1() -> None:
    sizes = {line.path: line.output[1:] for line in drawn("inception_v3").calls}
    assert sizes["stem.conv3.relu"] == (64, 147, 147)
    assert sizes["mixed_5d.concat"] == (288, 35, 35)
    assert sizes["mixed_6e.concat"] == (768, 17, 17)
    assert sizes["mixed_7a.concat"] == (1280, 8, 8)
    assert sizes["mixed_7c.concat"] == (2048, 8, 8)


def test_a_wrong_width_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formulas("inception_v3"), "INNER", (128, 160, 168, 192))
    layer, reason = first_wrong("inception_v3")
    assert layer == "mixed_6d.branch2.conv1"
    assert "output channels is 168 in the formula, 160 in the model" in reason


def test_a_wrong_axis_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    module = formulas("inception_v3")
    branches = list(module.TO_8)
    first, _, *rest = branches[1]
    branches[1] = (first, module.Conv(192, module.COLUMN7), *rest)
    monkeypatch.setattr(module, "TO_8", tuple(branches))
    layer, reason = first_wrong("inception_v3")
    assert layer == "mixed_7a.branch2.conv2"
    assert "kernel size is (7, 1) in the formula, (1, 7) in the model" in reason
