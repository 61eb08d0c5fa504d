"""GoogLeNet: formula against fvcore, and Table 1 of Szegedy et al. 2014 against the count."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import convcost
from convcost import models
from tests.architectures.inception import agreed, drawn, first_wrong, formulas, macs
from tests.architectures.published import cuts_to, rounds_to

MILLION = 10**6
K = 1024


@pytest.mark.parametrize(
    "options",
    [
        {"batch": 3},
        {"resolution": 225},
        {"resolution": 331, "batch": 3, "classes": 7},
        {"resolution": 47},
        {"variant": "torchvision", "resolution": 225, "batch": 3},
        {"variant": "torchvision", "resolution": 299},
    ],
)
def test_every_layer_agrees(options: dict[str, Any]) -> None:
    agreed("googlenet", 58, options)


def test_known_totals() -> None:
    totals = agreed("googlenet", 58).totals
    # 57 convolutions and the classifier with their biases; fvcore adds only the 7·7·1024 inputs of the last pooling.
    assert (totals.macs_measured, totals.params_measured) == (1_582_671_872, 6_998_552)
    assert totals.fvcore_total == 1_582_671_872 + 7 * 7 * 1024


def test_torchvision_is_another_net() -> None:
    totals = agreed("googlenet", 58, {"variant": "torchvision"}).totals
    # torchvision's metadata: num_params 6624904 and _ops 1.498; 3×3 stands for 5×5.
    assert totals.params_measured == 6_624_904
    assert rounds_to(Fraction(totals.macs_measured or 0, 10**9), "1.498")
    # It is this net, not the paper's, that comes out at the paper's "1.5 billion multiply-adds".
    assert rounds_to(Fraction(totals.macs_measured or 0, 10**9), "1.5")
    assert rounds_to(Fraction(agreed("googlenet", 58).totals.macs_measured or 0, 10**9), "1.6")


# Table 1: row, "ops" in millions of multiply-adds, "params" in K = 1024 weights; and whether each comes out.
TABLE_1 = [
    ("conv1", "34", False, "2.7", False),  # a separable convolution's, see below
    ("conv2", "360", True, "112", True),
    ("inception_3a", "128", True, "159", True),
    ("inception_3b", "304", True, "380", False),  # 379.0
    ("inception_4a", "73", True, "364", False),
    ("inception_4b", "88", True, "437", False),  # 438.0
    ("inception_4c", "100", True, "463", False),
    ("inception_4d", "119", True, "580", False),
    ("inception_4e", "170", True, "840", False),
    ("inception_5a", "54", False, "1072", False),  # 51.08 M; 1072·1024·7·7 = 53.8 M: the wrong weights again
    ("inception_5b", "71", True, "1388", False),
    ("fc", "1", True, "1000", True),
]


def test_table_1() -> None:
    network = drawn("googlenet")
    outcome = []
    for block, ops, _, params, _ in TABLE_1:
        lines = [line for line in network.core if line.block.startswith(block)]
        macs = Fraction(sum(int(line.cost.macs) for line in lines), MILLION)
        weights = Fraction(sum(int(line.cost.parameters - line.output[1]) for line in lines), K)
        found = [rounds_to(x, printed) or cuts_to(x, printed) for x, printed in ((macs, ops), (weights, params))]
        outcome.append((block, ops, found[0], params, found[1]))
    assert outcome == TABLE_1
    # The printed operations sum to 1502 M, the text's "1.5 billion"; the filters of the same table to 1582.67 M.
    assert sum(int(ops) for _, ops, *_ in TABLE_1) == 1502


def test_first_row_of_table_1_is_a_separable_convolution() -> None:
    lines = drawn("bn_inception").core[:2]
    assert sum(line.cost.macs for line in lines) == 34_019_328  # "34M"
    assert sum(line.cost.parameters for line in lines) == 7 * 7 * 3 * 8 + 24 * 64 == 2_712  # "2.7K" in thousands


def test_sizes_of_table_1() -> None:
    lines = {line.path: line.output for line in drawn("googlenet").calls}
    assert lines["pool1"] == (1, 64, 56, 56)
    assert lines["inception_3b.concat"] == (1, 480, 28, 28)
    assert lines["inception_4d.concat"] == (1, 528, 14, 14)
    assert lines["inception_5b.concat"] == (1, 1024, 7, 7)


def test_response_normalisation_is_one_operator() -> None:
    rows = [row for row in convcost.compare("googlenet").all_rows if row.operator == "local_response_norm"]
    assert [(row.layer, row.input_shape, row.verdict) for row in rows] == [
        ("norm1", (1, 64, 56, 56), "uncounted"),
        ("norm2", (1, 192, 56, 56), "uncounted"),
    ]


@pytest.mark.parametrize(
    ("row", "layer", "reason"),
    [
        ((128, 128, 256, 24, 72, 64), "inception_4c.branch3.conv2", "output channels is 72 in the formula, 64 in the"),
        (
            (128, 120, 256, 24, 64, 64),
            "inception_4c.branch2.conv1",
            "output channels is 120 in the formula, 128 in the",
        ),
    ],
)
def test_a_wrong_width_is_named(row: tuple[int, ...], layer: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(formulas("googlenet").MODULES, "4c", row)
    found = first_wrong("googlenet")
    assert found[0] == layer
    assert reason in found[1]


def test_three_by_three_for_five_by_five_is_caught() -> None:
    paper = models.build("googlenet", {"classes": 1000, "variant": "paper"})
    report = convcost.compare("googlenet", variant="torchvision", model=paper)
    wrong = {row.layer for row in report.rows if row.kind == "conv 3×3" and "kernel size" in row.reason}
    assert wrong == {f"inception_{name}.branch3.conv2" for name in formulas("googlenet").MODULES}


def test_closed_form_is_the_exact_count() -> None:
    form: Any = convcost.closed_form("googlenet").macs
    values = {symbol.name: symbol for symbol in form.free_symbols}
    for size in range(47, 400, 7):
        at = {values["R"]: size, values["B"]: 3, values["K"]: 10}
        assert form.subs(at) == macs("googlenet", resolution=size, batch=3, classes=10)
