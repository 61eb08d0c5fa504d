from __future__ import annotations

import numpy as np
import pytest
import sympy

import convcost
from convcost.models.hybridsn import HybridSN

from .agreement import agreed, drawn, first_disagreement, macs, module_of, redrawn

NAME = "hybridsn"

# Table I: output shape (channels first) and parameters.
TABLE_I = {
    "conv3d_1": ((1, 8, 24, 23, 23), 512),
    "conv3d_2": ((1, 16, 20, 21, 21), 5_776),
    "conv3d_3": ((1, 32, 18, 19, 19), 13_856),
    "reshape": ((1, 576, 19, 19), 0),
    "conv2d_1": ((1, 64, 17, 17), 331_840),
    "flatten": ((1, 18_496), 0),
    "dense_1": ((1, 256), 4_735_232),
    "dense_2": ((1, 128), 32_896),
    "dense_3": ((1, 16), 2_064),
}


@pytest.mark.parametrize(
    "options",
    [
        {"bands": 15, "window": 19, "batch": 3},
        {"bands": 13, "window": 9, "classes": 2},
        {"variant": "batch-norm", "bands": 20, "window": 11, "batch": 3},
        {"variant": "batch-norm"},
        {"variant": "no-bias", "bands": 17, "window": 12, "batch": 3},
        {"variant": "no-bias"},
        {"variant": "se", "bands": 16, "window": 13, "batch": 3},
        {"variant": "se"},
    ],
    ids=str,
)
def test_every_layer_agrees(options: dict[str, object]) -> None:
    agreed(NAME, **options)


def test_table_1_of_the_paper() -> None:
    lines = {line.path: line for line in drawn(NAME).calls}
    assert {name: (lines[name].output, lines[name].cost.parameters) for name in TABLE_I} == TABLE_I


@pytest.mark.parametrize(
    ("options", "parameters", "expected"),
    [
        # Indian Pines: 5,122,176 is the total of Table I. The paper prints no MACs.
        ({}, 5_122_176, 247_683_392),
        # Pavia University, then Salinas: 15 bands, 9 and 16 classes.
        ({"bands": 15, "classes": 9}, 4_844_793, 50_821_176),
        ({"bands": 15, "classes": 16}, 4_845_696, 50_822_072),
    ],
    ids=["Indian Pines", "Pavia University", "Salinas"],
)
def test_totals(options: dict[str, object], parameters: int, expected: int) -> None:
    totals = agreed(NAME, **options)
    assert totals.params_formula == totals.params_measured == parameters
    # No batch norm and no adaptive pool: fvcore's own total is the same.
    assert totals.macs_formula == totals.macs_measured == totals.fvcore_total == expected


def test_variants_cost_what_they_add() -> None:
    paper = drawn(NAME)
    normed, se = drawn(NAME, variant="batch-norm"), drawn(NAME, variant="se")
    # Scale and shift of 8 + 16 + 32 + 64 channels.
    assert normed.cost.parameters - paper.cost.parameters == 240
    assert macs(normed) == macs(paper)
    # As it is taught, 8 + 16 + 32 biases fewer.
    taught = drawn(NAME, variant="no-bias")
    assert taught.cost.parameters == normed.cost.parameters - 56 == 5_122_176 + 240 - 56
    assert macs(taught) == macs(paper)
    # SENet, equation 5 for one block: 2/r · C² = 2/16 · 64², each weight used once.
    assert se.cost.parameters - paper.cost.parameters == macs(se) - macs(paper) == 512


def test_receptive_field_survives_the_reshape() -> None:
    lines = {line.path: line for line in drawn(NAME).calls}
    assert [field.extent for field in lines["conv3d_3"].fields] == [13, 7, 7]
    assert [field.extent for field in lines["conv2d_1"].fields] == [9, 9]


def test_sweep_and_symbols_give_the_same_as_integers() -> None:
    bands, windows = [13, 15, 30], [9, 19, 25]
    exact = [macs(drawn(NAME, bands=b, window=w)) for b, w in zip(bands, windows, strict=True)]
    assert macs(redrawn(drawn(NAME), bands=np.array(bands), window=np.array(windows))).tolist() == exact
    B, S = sympy.symbols("B S", positive=True, integer=True)
    closed = macs(redrawn(drawn(NAME), bands=B, window=S))
    assert [closed.subs({B: b, S: w}) for b, w in zip(bands, windows, strict=True)] == exact


def test_biases_that_a_variant_leaves_out_are_missed() -> None:
    report = convcost.compare(NAME, variant="no-bias", model=HybridSN(norm=True))
    wrong = [(row.layer, row.reason) for row in report.rows if not row.verdict.ok]
    assert wrong == [(f"conv3d_{number}", "bias is False in the formula, True in the model") for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("constant", "wrong", "layer"),
    [
        ("CONV_3D", ((8, 7), (16, 3), (32, 3)), "conv3d_2"),
        ("CONV_3D", ((8, 7), (16, 5), (24, 3)), "conv3d_3"),
        ("CONV_2D", 32, "conv2d_1"),
        ("DENSE", (256, 64), "dense_2"),
    ],
)
def test_wrong_number_is_named(monkeypatch: pytest.MonkeyPatch, constant: str, wrong: object, layer: str) -> None:
    monkeypatch.setattr(module_of(NAME), constant, wrong)
    assert first_disagreement(NAME) == (layer, "disagree")


def test_wrong_reduction_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_of(NAME), "REDUCTION", 8)
    assert first_disagreement(NAME, variant="se") == ("se.reduce", "disagree")
