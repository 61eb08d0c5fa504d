"""BN-Inception: formula against fvcore, and against what was published of it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.architectures.inception import agreed, drawn, first_wrong, formulas, macs
from tests.architectures.published import rounds_to


@pytest.mark.parametrize(
    "options",
    [
        {"resolution": 225, "batch": 3},
        {"resolution": 331, "variant": "listed"},
        {"resolution": 299, "conv1": "full", "classes": 10},
        {"resolution": 1},
    ],
)
def test_every_layer_agrees(options: dict[str, Any]) -> None:
    agreed("bn_inception", 70 if options.get("conv1") == "full" else 71, options)


def test_known_totals() -> None:
    totals = agreed("bn_inception", 71).totals
    assert (totals.macs_measured, totals.params_measured) == (1_934_857_216, 11_188_288)
    # 2 an element of every batch norm, 1 an input of the last pooling.
    assert totals.fvcore_total == 1_934_857_216 + 2 * 3_724_000 + 7 * 7 * 1024


def test_others_count_the_listed_branches_and_a_full_first_convolution() -> None:
    report = agreed("bn_inception", 70, {"variant": "listed", "conv1": "full"})
    totals = report.totals
    assert (totals.macs_measured, totals.params_measured) == (2_032_600_064, 11_285_224)
    assert rounds_to(Fraction(totals.macs_measured or 0, 10**9), "2.03")  # SENet (arXiv 1709.01507), Table 2
    # osmr/imgclsmob and Cadene's bninception have 11,295,240 parameters: a bias beside every batch norm as well.
    biases = sum(row.output_shape[1] for row in report.all_rows if row.operator == "batch_norm" and row.output_shape)
    assert totals.params_measured + biases == 11_295_240


def test_the_figure_contradicts_itself_in_4c_and_4d() -> None:
    def outputs(variant: str) -> list[int]:
        lines = drawn("bn_inception", variant=variant).calls
        return [int(line.output[1]) for line in lines if line.path.endswith("concat")]

    # The figure's output column, which the default keeps; then the sums of the branches as listed.
    assert outputs("paper") == [256, 320, 576, 576, 576, 576, 576, 1024, 1024, 1024]
    assert outputs("listed") == [256, 320, 576, 576, 576, 608, 608, 1056, 1024, 1024]


def test_the_papers_own_comparison_with_googlenet() -> None:
    # "The number of parameters increases by 25 % and the computational cost by about 30 %": the cost does, against
    # the 1502 M that GoogLeNet's Table 1 sums to (22 % against its filters); the parameters grow by 60 %.
    assert rounds_to(Fraction(100 * macs("bn_inception"), 1502 * 10**6), "129")
    assert rounds_to(Fraction(100 * macs("bn_inception"), macs("googlenet")), "122")
    parameters = [int(drawn(name).cost.parameters) for name in ("bn_inception", "googlenet")]
    assert rounds_to(Fraction(100 * parameters[0], parameters[1]), "160")


def test_a_wrong_width_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    module = formulas("bn_inception")
    monkeypatch.setitem(module.MODULES, "4b", module.MODULES["4b"]._replace(double=136))
    layer, reason = first_wrong("bn_inception")
    assert layer == "inception_4b.branch3.conv2"
    assert "output channels is 136 in the formula, 128 in the model" in reason


def test_a_wrong_depth_multiplier_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formulas("bn_inception"), "DEPTH_MULTIPLIER", 4)
    assert first_wrong("bn_inception") == (
        "conv1.dw",
        "output channels is 12 in the formula, 24 in the model",
    )
