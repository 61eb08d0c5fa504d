"""Every verdict and its sentence, on a paper of a few lines and a model that is it, or is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from convcost.comparison.compare import compare_paper as compare
from convcost.comparison.result import Row, Verdict
from convcost.core.architecture import Architecture, Builder
from convcost.core.record import Operator, Source
from convcost.core.registry import find
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore

from .small import CONV, PAPER, Lines, compared, net


def told(rows: tuple[Row, ...]) -> list[tuple[str, str, str]]:
    return [(row.layer, str(row.verdict), row.reason) for row in rows if row.verdict is not Verdict.AGREE]


POOL = ("adaptive_avg_pool2d_4", "convention", "fvcore counts 1 per input element of an adaptive average pool")
NORM = ("batch_norm_1", "convention", "fvcore counts 2 per element of a batch norm")
SOFT = ("softmax_7", "uncounted", "fvcore has no handle for aten::softmax")
WORD = "fvcore has no handle for padding given as a word (aten::_convolution_mode)"


def test_the_paper_itself() -> None:
    comparison = compared(net())
    assert told(comparison.rows) == [NORM, POOL, SOFT]
    assert (comparison.verdict, comparison.ok) == (Verdict.AGREE, True)
    assert [row.module for row in comparison.rows] == list("01234567")
    assert comparison.uncounted == {"aten::softmax": 1}
    assert comparison.device == "meta"
    totals = comparison.totals
    # 8·4·9 taps at 90 positions, 8·9 at 5·5 positions, 8·5, of 2 samples.
    assert totals.macs_formula == totals.macs_measured == 2 * (288 * 90 + 72 * 25 + 40)
    assert totals.params_formula == totals.params_measured == 288 + 16 + 72 + 45
    # And fvcore's 2 for each of 8·90 elements of the norm and 1 for each of 8·25 that are pooled.
    assert totals.fvcore_total == totals.fvcore_total_formula == totals.macs_formula + 2 * (2 * 720 + 200)
    assert totals.equal


def test_the_paper_itself_in_flops() -> None:
    comparison = compared(net(), unit="flops")
    convention = ("linear_6", "convention", "fvcore ignores the bias")
    assert convention in told(comparison.rows)
    assert ("relu_2", "convention", "fvcore holds this operator to be free") in told(comparison.rows)
    assert (comparison.verdict, comparison.ok) == (Verdict.CONVENTION, True)
    # Two a product, and the 2·5 biases that fvcore leaves out.
    macs = 2 * (288 * 90 + 72 * 25 + 40)
    assert (comparison.totals.macs_formula, comparison.totals.macs_measured) == (2 * macs + 10, 2 * macs)


@pytest.mark.parametrize(
    ("changes", "layer", "reason"),
    [
        ({"second": {"groups": 4}}, "conv2d_3", "groups is 8 in the formula, 4 in the model"),
        ({"second": {"groups": 1}}, "conv2d_3", "groups is 8 in the formula, 1 in the model"),
        ({"second": {"stride": 1}}, "conv2d_3", "stride is (2, 2) in the formula, (1, 1) in the model"),
        ({"first": {"bias": True}}, "conv2d_0", "bias is False in the formula, True in the model"),
        ({"classes": 6}, "linear_6", "output features is 5 in the formula, 6 in the model"),
        ({"bias": False}, "linear_6", "bias is True in the formula, False in the model"),
        ({"out": 16}, "conv2d_3", "output channels is 8 in the formula, 16 in the model"),
    ],
    ids=str,
)
def test_changed_layer_disagrees_and_says_how(changes: dict[str, Any], layer: str, reason: str) -> None:
    comparison = compared(net(**changes))
    (row,) = [row for row in comparison.rows if row.layer == layer]
    assert row.verdict is Verdict.DISAGREE
    assert reason in row.reason.split("; ")
    assert (comparison.verdict, comparison.ok) == (Verdict.DISAGREE, False)
    assert not comparison.totals.equal


def test_changed_layer_disagrees_though_no_count_differs() -> None:
    # A dilated kernel with as much more padding has the same output, and as many taps and parameters.
    comparison = compared(net(first={"dilation": 2, "padding": 2}))
    row = comparison.rows[0]
    changed = "is (1, 1) in the formula, (2, 2) in the model"
    assert (row.difference, row.verdict) == (0, Verdict.DISAGREE)
    assert row.reason == f"dilation {changed}"
    assert comparison.totals.equal
    assert (comparison.verdict, comparison.ok) == (Verdict.DISAGREE, False)


def test_layer_behind_a_changed_one_disagrees_because_of_it() -> None:
    rows = {row.layer: row for row in compared(net(first={"stride": 2})).rows}
    assert rows["conv2d_0"].reason == "stride is (1, 1) in the formula, (2, 2) in the model"
    for layer in ("conv2d_3", "adaptive_avg_pool2d_4"):
        assert rows[layer].verdict is Verdict.DISAGREE
        assert rows[layer].reason.endswith("in the model: an earlier layer differs")
    text = "input is (2, 8, 9, 10) in the formula, (2, 8, 5, 5) in the model: an earlier layer differs"
    assert rows["conv2d_3"].reason == text
    assert rows["linear_6"].verdict is Verdict.AGREE


def test_changed_width_is_seen_where_it_is_made() -> None:
    rows = {row.layer: row for row in compared(net(width=16, second={"groups": 8})).rows}
    assert rows["conv2d_0"].reason == "output channels is 8 in the formula, 16 in the model"
    assert rows["conv2d_3"].verdict is Verdict.DISAGREE
    assert rows["linear_6"].verdict is Verdict.AGREE


def test_layer_that_is_never_called_and_layer_that_is_not_in_the_paper() -> None:
    model = net()
    model[4] = nn.AdaptiveMaxPool2d(1)
    model.append(nn.Linear(5, 7))
    comparison = compared(model)
    assert told(comparison.rows) == [
        NORM,
        ("adaptive_avg_pool2d_4", "not called", "the formula has this layer, the model never calls it"),
        SOFT,
        ("4", "no formula", "the model calls this, the formula has no such layer"),
        ("8", "no formula", "the model calls this, the formula has no such layer"),
    ]
    assert (comparison.verdict, comparison.ok) == (Verdict.NOT_CALLED, False)
    # What the model multiplies is in its total, whether or not the paper has it.
    assert (comparison.totals.macs_measured or 0) - comparison.totals.macs_formula == 2 * 35


SAME: Lines = [("conv2d", {**CONV, "padding": "same"}), ("conv2d", CONV)]


def same() -> nn.Sequential:
    first = nn.Conv2d(4, 8, 3, padding="same", bias=False)
    return nn.Sequential(first, nn.Conv2d(8, 8, 3, padding=1, bias=False))


@pytest.mark.parametrize("unit", ["macs", "flops"])
def test_convolution_that_fvcore_does_not_count_is_unknown_not_zero(unit: str) -> None:
    comparison = compared(same(), SAME, unit)
    row, known = comparison.rows
    assert (row.verdict, row.reason) == (Verdict.UNCOUNTED, WORD)
    assert (row.macs_measured, row.difference, known.verdict) == (None, None, Verdict.AGREE)
    assert (comparison.verdict, comparison.ok) == (Verdict.UNCOUNTED, True)
    assert comparison.uncounted == {"aten::_convolution_mode": 1}


class Idle(nn.Sequential):
    """A net with parameters that it never uses."""

    def __init__(self, layers: nn.Sequential) -> None:
        super().__init__(*layers)
        self.register_parameter("idle", nn.Parameter(torch.ones(3)))


@pytest.mark.parametrize("unit", ["macs", "flops"])
@pytest.mark.parametrize(("make", "lines"), [(net, PAPER), (same, SAME)], ids=["all counted", "one uncounted"])
def test_parameters_that_the_paper_has_not_disagree(make: Callable[[], nn.Sequential], lines: Lines, unit: str) -> None:
    comparison = compared(Idle(make()), lines, unit)
    assert comparison.totals.params_measured - comparison.totals.params_formula == 3
    assert (comparison.verdict, comparison.ok) == (Verdict.DISAGREE, False)


class Forked(nn.Module):
    """A layer that is computed and thrown away, and one that is the output."""

    def __init__(self) -> None:
        super().__init__()
        self.away, self.kept = nn.Linear(4, 9), nn.Linear(4, 3, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        self.away(x)
        result: Tensor = self.kept(x)
        return result


@pytest.mark.parametrize("unit", ["macs", "flops"])
def test_layer_that_the_model_calls_for_nothing_disagrees(unit: str) -> None:
    def write(builder: Builder) -> None:
        image = builder.image(2, 4)
        builder.call(find(Operator, "linear", "operator"), image, out_features=9, bias=True)
        builder.call(find(Operator, "linear", "operator"), image, out_features=3)

    network = Architecture("forked", "Forked", write, (), Source("A paper", "table 1")).network({})
    comparison = compare(network, capture(Forked(), (2, 4)), trace_fvcore(Forked(), (2, 4)), unit)
    first, second = comparison.rows
    reason = "fvcore's trace leaves out what the output does not depend on"
    assert (first.module, first.verdict, first.reason) == ("away", Verdict.DISAGREE, reason)
    assert (second.module, second.verdict) == ("kept", Verdict.AGREE)
    assert (comparison.verdict, comparison.ok) == (Verdict.DISAGREE, False)


def test_rows_summed_by_kind() -> None:
    found = [(row.layer, row.operator, row.macs_formula, row.macs_measured) for row in compared(net()).per("operator")]
    assert found == [
        ("conv 3×3", "1 layer", 51_840, 51_840),
        ("conv dw 3×3", "1 layer", 3_600, 3_600),
        ("fully connected", "1 layer", 80, 80),
    ]


def test_verdict_of_a_sum_is_the_worst() -> None:
    (row,) = compared(same(), SAME).per("operator")
    assert (row.operator, row.verdict) == ("2 layers", Verdict.UNCOUNTED)
    assert row.reason == f"conv2d_0: {WORD}"


def test_order_of_verdicts() -> None:
    words = ["agree", "convention", "uncounted", "no formula", "not called", "disagree", "unknown"]
    assert [str(v) for v in sorted(Verdict, key=lambda v: v.severity)] == words
    assert [v.ok for v in Verdict] == [True, True, True, False, False, False, False]
