"""The CIFAR-10 ResNets (He et al. 2015, section 4.2): the formula against our module and what was published."""

from __future__ import annotations

import importlib
from fractions import Fraction
from typing import Any

import pytest

import convcost
from convcost.core.architecture import Architecture, Network
from convcost.core.registry import find
from tests.architectures.published import rounds_to


def drawn(**options: object) -> Network:
    record = find(Architecture, "resnet_cifar", "architecture")
    return record.network(record.settings(options))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"depth": 32, "resolution": 33, "batch": 3},
        {"depth": 44, "shortcut": "B", "resolution": 35},
        {"depth": 56, "shortcut": "C", "classes": 100},
        {"depth": 110, "batch": 3},
        {"depth": 1202},
    ],
)
def test_every_layer_agrees(options: dict[str, Any]) -> None:
    report = convcost.compare("resnet_cifar", **options)
    assert report.ok
    assert [row.layer for row in report.rows if row.verdict != "agree"] == []
    assert report.totals.equal
    assert len(report.rows) >= options.get("depth", 20)


# Table 6's millions of parameters; the millions of MACs are an independent recount.
@pytest.mark.parametrize(
    ("depth", "printed", "recounted"),
    [
        (20, "0.27", "40.55"),
        (32, "0.46", "68.86"),
        (44, "0.66", "97.17"),
        (56, "0.85", "125.49"),
        (110, "1.7", "252.89"),
        (1202, "19.4", "2829.24"),
    ],
)
def test_table_6(depth: int, printed: str, recounted: str) -> None:
    cost = drawn(depth=depth).cost
    assert rounds_to(Fraction(int(cost.parameters), 10**6), printed)
    assert rounds_to(Fraction(int(cost.macs), 10**6), recounted)


# pycls dev/model_complexity.json, R-56 and R-110: projections in place of A, and the biases' additions counted.
@pytest.mark.parametrize(("depth", "parameters", "flops"), [(56, 855_770, 125_747_850), (110, 1_730_714, 253_149_834)])
def test_pycls_counts_projections_and_biases(depth: int, parameters: int, flops: int) -> None:
    cost = drawn(depth=depth, shortcut="B").cost
    assert cost.parameters == parameters
    assert cost.macs + cost.bias_adds == flops


def test_the_identity_shortcut_is_free() -> None:
    """A against B: two projections of 16·32 and 32·64 weights, with their batch norms, and nothing else."""
    a, b = drawn().cost, drawn(shortcut="B").cost
    assert b.macs - a.macs == sum(
        convcost.cost("projection_shortcut", M=m, N=2 * m, H=side, W=side, S=2).macs for m, side in ((16, 16), (32, 8))
    )
    assert b.parameters - a.parameters == 16 * 32 + 32 * 64 + 2 * (32 + 64)


def test_blocks_are_the_closed_form() -> None:
    lines = [line for line in drawn().core if line.path.startswith("stage3.block2.")]
    form = convcost.cost("basic_block", C=64, H=8, W=8)
    assert sum(line.cost.macs for line in lines) == form.macs == 2 * 9 * 64 * 64 * 64
    assert sum(line.cost.parameters for line in lines) == form.parameters


@pytest.mark.parametrize(
    ("filters", "layer"),
    [
        ((16, 32, 63), "stage3.block1.conv1"),
        ((16, 33, 64), "stage2.block1.conv1"),
        ((15, 32, 64), "stage1.block1.conv1"),
    ],
)
def test_a_wrong_width_is_caught(monkeypatch: pytest.MonkeyPatch, filters: tuple[int, ...], layer: str) -> None:
    table = importlib.import_module("convcost.formulas.architectures.resnet")
    monkeypatch.setattr(table, "CIFAR_FILTERS", filters)
    report = convcost.compare("resnet_cifar")
    assert not report.ok
    assert next(row.layer for row in report.rows if not row.verdict.ok) == layer


def test_another_depth_s_model_is_caught() -> None:
    from convcost.models.resnet import cifar_resnet

    report = convcost.compare("resnet_cifar", model=cifar_resnet(depth=26))
    assert not report.ok
    # One block more in each stage: two convolutions that the formula does not have.
    assert len([row for row in report.rows if row.verdict == "no formula"]) == 6


def test_a_depth_that_is_not_in_the_paper() -> None:
    with pytest.raises(ValueError, match="depth is '21', but must be one of 20, 32, 44, 56, 110, 1202"):
        convcost.compare("resnet_cifar", depth=21)
