"""The Inception module, naïve and reduced: formula against fvcore, closed forms, and a course example."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import convcost
from convcost import models
from tests.architectures.inception import agreed, drawn, first_wrong, formulas
from tests.architectures.published import rounds_to

CS231N: dict[str, Any] = {"channels": 256, "filters1": 128, "filters3": 192, "filters5": 96}
CS231N_REDUCED = {**CS231N, "variant": "reduced", "reduce3": 64, "reduce5": 64, "project": 64}
ODD = {"resolution": 11, "channels": 7, "filters1": 5, "filters3": 3, "filters5": 13}


@pytest.mark.parametrize(
    ("layers", "options"),
    [
        (3, {}),
        (3, {**ODD, "batch": 3}),
        (3, {"resolution": 1}),
        (6, {"variant": "reduced"}),
        (6, {**ODD, "variant": "reduced", "reduce3": 2, "reduce5": 4, "project": 6, "batch": 3}),
    ],
)
def test_every_layer_agrees(layers: int, options: dict[str, Any]) -> None:
    agreed("inception_naive", layers, options)


def test_defaults_are_module_3a() -> None:
    totals = agreed("inception_naive", 6, {"variant": "reduced"}).totals
    rows = [row for row in convcost.compare("googlenet").rows if row.call.block == "inception_3a"]
    # Table 1 of the paper: 128 M operations, 159 K = 159·1024 weights.
    assert totals.macs_measured == sum(row.macs_measured or 0 for row in rows) == 128_049_152
    assert totals.params_measured == sum(row.params_measured or 0 for row in rows)


def test_course_example() -> None:
    # Stanford CS231n 2017, lecture 9: 28×28×256 in, "854M ops" and 672 channels out, with 1×1 layers "358M" and 480.
    naive = agreed("inception_naive", 3, CS231N)
    assert naive.totals.macs_measured == 854_196_224
    assert naive.all_rows[-1].output_shape == (1, 128 + 192 + 96 + 256, 28, 28)
    reduced = agreed("inception_naive", 6, CS231N_REDUCED)
    assert reduced.all_rows[-1].output_shape == (1, 480, 28, 28)
    # The six products on the slide sum to 271 M; 358 M comes of counting the 3×3 convolution twice.
    three = next(row.macs_measured or 0 for row in reduced.rows if row.kind == "conv 3×3")
    assert reduced.totals.macs_measured == 271_351_808
    assert rounds_to(Fraction(reduced.totals.macs_measured + three, 10**6), "358")


def test_a_wrong_pooling_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    module = formulas("inception_naive")
    monkeypatch.setattr(module, "POOL", module.Pool(padding=1, average=True))
    report = convcost.compare("inception_naive")
    assert not report.ok
    assert {row.layer for row in report.all_rows if row.verdict == "not called"} == {"inception.branch4.pool1"}


def test_a_wrong_model_is_named() -> None:
    settings = {**drawn("inception_naive").settings, "filters5": 33}
    assert first_wrong("inception_naive", model=models.build("inception_naive", settings)) == (
        "inception.branch3.conv1",
        "output channels is 32 in the formula, 33 in the model",
    )


@pytest.mark.parametrize(
    ("formula", "options"), [("inception_module_naive", CS231N), ("inception_module", CS231N_REDUCED)]
)
def test_closed_forms_are_the_drawn_lines(formula: str, options: dict[str, Any]) -> None:
    lines = drawn("inception_naive", **options).calls
    values = {"M": 256, "n_1": 128, "n_3": 192, "n_5": 96, "D_F": 28}
    if formula == "inception_module":
        values |= {"r_3": 64, "r_5": 64, "p": 64}
    cost = convcost.cost(formula, **values)
    convolutions = [line for line in lines if line.name == "conv2d"]
    pooling = next(line for line in lines if line.name == "max_pool2d")
    assert cost.macs == sum(line.cost.macs for line in lines)
    assert cost.parameters == sum(line.cost.parameters - line.output[1] for line in convolutions)
    assert cost.elementwise == pooling.cost.elementwise
    assert cost.activations == sum(line.cost.activations for line in (*convolutions, pooling))
    assert cost.inputs == sum(line.cost.inputs for line in (*convolutions, pooling))
