"""The bars: every row in order, coloured by kind, marked if it differs, put together where there are too many."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import torch
from torch import nn

import convcost
from convcost.comparison.result import Verdict
from convcost.report import bars
from convcost.report.comparison import ComparisonReport, answer
from convcost.report.report import Report
from tests.report.pictures import ORANGE, SMALL, Layout, Picture, draw, of_rows


@pytest.mark.parametrize(("per", "count"), [("layer", 28), ("block", 15), ("operator", 4)])
def test_every_row_is_there_in_order(small: ComparisonReport, per: str, count: int, tmp_path: Path) -> None:
    picture, rows = draw(small.view(per), tmp_path), small.comparison.per(per)
    assert len(rows) == count
    assert picture.labels == [row.layer for row in rows]
    assert [text for text in picture.texts() if text in list(Verdict)] == [str(row.verdict) for row in rows]
    assert " ".join(picture.texts("font-weight: 700")) == answer(small)
    assert "measured (MACs: fvcore, parameters: the model); bars: the formula" in picture.texts()
    assert {f"MACs per {per}", f"parameters per {per}"} <= set(picture.texts())


@pytest.mark.parametrize(("unit", "field"), [("macs", "macs"), ("parameters", "params")])
def test_bars_and_markers_are_the_numbers_to_scale(
    unit: str, field: str, tampered: ComparisonReport, tmp_path: Path
) -> None:
    picture, ends = draw(tampered, tmp_path), []
    for side in ("formula", "measured"):
        name, counts = f"{unit}-{side}", [getattr(row, f"{field}_{side}") for row in tampered.rows]
        known = [(y, count) for y, count in enumerate(counts) if count is not None]
        assert picture.rows(name) == [y for y, _ in known]
        boxes = [picture.box(name, y) for y, _ in known]
        # From top to bottom, and no two of them touch.
        assert all(above[3] < below[1] for above, below in itertools.pairwise(boxes))
        ends += [(count, box[2]) for (_, count), box in zip(known, boxes, strict=True)]
    start, (most, end) = picture.box(f"{unit}-formula", 0)[0], max(ends)
    # The file has six decimals of a point; the fourth shows.
    wanted = [round(start + (end - start) * count / most, 4) for count, _ in ends]
    assert [round(at, 4) for _, at in ends] == wanted


def test_both_panels_share_their_rows_and_markers_stand_out_of_bars(small: ComparisonReport, tmp_path: Path) -> None:
    picture = draw(small, tmp_path)
    for y in range(28):
        _, top, _, bottom = picture.box("macs-formula", y)
        assert picture.box("parameters-formula", y)[1::2] == (top, bottom)
        assert picture.box("macs-measured", y)[1] < top < bottom < picture.box("macs-measured", y)[3]


def test_the_legend_has_each_kinds_part_of_the_macs(tmp_path: Path) -> None:
    # Howard et al. 2017, Table 2: 94.86 %, 3.06 % and 0.18 %; of conv 3×3 it is 112²·27·32 of 568,740,352.
    kinds = ["conv 1×1 94.9 % of MACs", "conv dw 3×3 3.1 %", "conv 3×3 1.9 %", "fully connected 0.2 %"]
    for report in (convcost.compare("mobilenet_v1"), convcost.count("mobilenet_v1"), convcost.summary("mobilenet_v1")):
        texts = draw(report, tmp_path).texts()
        assert [text for text in texts if text in kinds] == kinds


def test_bars_are_coloured_by_kind(small: ComparisonReport, tmp_path: Path) -> None:
    picture = draw(small, tmp_path)
    fills = [picture.fills("macs-formula", y) for y in range(28)]
    assert fills == [picture.fills("parameters-formula", y) for y in range(28)]
    of_kind: dict[str, set[str]] = {}
    for row, (fill,) in zip(small.rows, fills, strict=True):
        of_kind.setdefault(row.kind, set()).add(fill)
    assert [len(found) for found in of_kind.values()] == [1, 1, 1, 1]
    assert len(set.union(*of_kind.values())) == 4


def test_the_bar_of_a_block_has_a_piece_for_each_kind(small: ComparisonReport, tmp_path: Path) -> None:
    picture, rows = draw(small.view("block"), tmp_path), {row.layer: row for row in small.rows}
    (left, _, middle, _), (start, _, right, _) = picture.boxes("macs-formula", 1)
    assert start == middle
    depthwise, pointwise = rows["block1.dw"].macs_formula, rows["block1.pw"].macs_formula
    assert depthwise is not None
    assert pointwise is not None
    assert round((middle - left) / (right - left), 4) == round(depthwise / (depthwise + pointwise), 4)
    assert round(picture.box("macs-measured", 1)[0], 4) == round(right, 4)
    assert picture.fills("macs-formula", 1) == [*picture.fills("macs-formula", 2)]
    assert picture.fills("macs-formula", 0) != picture.fills("macs-formula", 1)


def test_kinds_beyond_the_colours_share_one(tmp_path: Path) -> None:
    parts = [bars.Part(f"kind {n}", 100 - n, 1) for n in range(9)]
    chart = bars.Chart("title", tuple(bars.Bar(part.kind, (part,)) for part in parts))
    bars.save(chart, tmp_path / "c.svg")
    picture = Picture((tmp_path / "c.svg").read_text(encoding="utf-8"))
    fills = [picture.fills("macs-formula", y)[0] for y in range(9)]
    assert len({*fills[:6]}) == 6
    assert len({*fills[6:]}) == 1
    # 94 + 93 + 92 of 100 + 99 + … + 92 = 864
    assert "3 other kinds 32.3 %" in picture.texts()


def test_flops_are_called_flops(tmp_path: Path) -> None:
    picture = draw(convcost.compare("mobilenet_v1", unit="flops", **SMALL), tmp_path)
    assert {"FLOPs per layer", "measured (FLOPs: fvcore, parameters: the model); bars: the formula", "convention"} <= {
        *picture.texts()
    }
    assert picture.rows("flops-formula") == list(range(28))
    assert [text for text in picture.texts() if text.endswith("% of FLOPs")]


def test_rows_that_differ_are_marked_by_hatch_colour_weight_and_word(
    tampered: ComparisonReport, tmp_path: Path
) -> None:
    picture = draw(tampered, tmp_path)
    wrong = [row for row in tampered.rows if not row.verdict.ok]
    labels, words = [row.layer for row in wrong], [str(row.verdict) for row in wrong]
    assert words == ["disagree", "not called", "not called", "no formula"]
    assert picture.texts(f"fill: {ORANGE}", "text-anchor: end") == labels
    assert [text for text in picture.texts(f"fill: {ORANGE}") if text in list(Verdict)] == words
    assert {*labels, *words} <= {*picture.texts("font-weight: 700")}
    for y in picture.rows("macs-formula"):
        (fill,) = picture.fills("macs-formula", y)
        assert fill.startswith("url(#") is not tampered.rows[y].verdict.ok
    assert "model differs" in picture.texts()
    # In both panels.
    assert (picture.texts().count("measured ?"), picture.texts().count("formula ?")) == (4, 2)


def test_in_a_block_the_layer_that_differs_is_hatched_alone(tampered: ComparisonReport, tmp_path: Path) -> None:
    picture = draw(tampered.view("block"), tmp_path)
    place = picture.labels.index("block5")
    assert [fill.startswith("url(#") for fill in picture.fills("macs-formula", place)] == [True, False]


def test_what_is_wholly_unknown_is_a_question_mark(small: ComparisonReport, tmp_path: Path) -> None:
    rows = [replace(row, macs_formula=None, macs_measured=None) for row in small.rows[:2]]
    picture = draw(of_rows(small, rows), tmp_path)
    assert picture.texts().count("?") == 2
    assert picture.rows("macs-formula") == picture.rows("macs-measured") == []


def test_no_rows_and_nothing_but_noughts(small: ComparisonReport, tmp_path: Path) -> None:
    assert draw(of_rows(small, []), tmp_path).labels == []
    nought = replace(small.rows[0], macs_formula=0, macs_measured=0)
    picture = draw(of_rows(small, [nought]), tmp_path)
    left, _, right, _ = picture.box("macs-formula", 0)
    assert left == right == picture.box("macs-measured", 0)[0]
    # Counts are whole, so the scale has no fractions.
    assert not any("." in text for text in picture.texts() if text[0].isdigit())


def test_counts_beyond_64_bits(small: ComparisonReport, tmp_path: Path) -> None:
    row = replace(small.rows[0], macs_formula=10**20, macs_measured=10**20)
    assert "100 E" in draw(of_rows(small, [row]), tmp_path).texts()


def test_names_that_repeat_have_their_number(small: ComparisonReport, tmp_path: Path) -> None:
    names = ["conv", "fc", "conv", "conv"]
    rows = [replace(small.rows[0], layer=name) for name in names]
    assert draw(of_rows(small, rows), tmp_path).labels == ["conv #1", "fc", "conv #2", "conv #3"]
    # Cut in the middle they are the same.
    long = [replace(small.rows[0], layer=f"{'a' * 40}{middle}{'b' * 40}") for middle in "xy"]
    labels = draw(of_rows(small, long), tmp_path).labels
    assert [label[-2:] for label in labels] == ["#1", "#2"]


def test_a_deep_network_is_put_together_by_its_modules(tmp_path: Path) -> None:
    report = convcost.count("torchvision:densenet201")
    picture = draw(report, tmp_path)
    # Huang et al. 2017, Table 1: dense blocks of 6, 12, 48 and 32 pairs of convolutions, transitions between them.
    blocks = zip((12, 24, 96, 64), (1, 2, 3, 4), strict=True)
    pieces = [[f"features.denseblock{n} ({pairs} layers)", f"features.transition{n}"] for pairs, n in blocks]
    labels = ["features.conv0", *itertools.chain.from_iterable(pieces), "classifier"]
    labels.remove("features.transition4")
    assert picture.labels == labels
    assert "201 layers in 9 rows, by the modules that they are in." in picture.texts()
    assert {"MACs per row", "parameters per row"} <= {*picture.texts()}


def test_a_flat_network_is_put_together_by_neighbours(tmp_path: Path) -> None:
    with torch.device("meta"):
        model = nn.Sequential(*(nn.Conv2d(2, 2, 1) for _ in range(300)))
    picture = draw(convcost.compare(model, (1, 2, 4, 4)), tmp_path)
    assert picture.labels[:2] == ["0 … 4 (5 layers)", "5 … 9 (5 layers)"]
    assert picture.labels[-1] == "295 … 299 (5 layers)"
    assert len(picture.labels) == 60
    assert "300 layers in 60 rows, each of neighbours." in picture.texts()
    # Each of these rows has 5·16·2·2 MACs.
    ends = {round(picture.box("macs-formula", y)[2], 4) for y in range(60)}
    assert ends == {round(picture.box("macs-measured", y)[0], 4) for y in range(60)}
    assert len(ends) == 1


def test_modules_of_one_long_list_are_put_together_by_neighbours() -> None:
    names = [f"model.layers.{n}.{part}" for n in range(80) for part in ("attn.q", "mlp.up")]
    places, note = bars.folded([*names, "head"], "layer")
    assert [label for label, _ in places][:2] == ["model.layers.0 … 1 (4 layers)", "model.layers.2 … 3 (4 layers)"]
    assert places[-1] == ("head", [160])
    assert sorted(itertools.chain.from_iterable(at for _, at in places)) == list(range(161))
    assert note == "161 layers in 41 rows, each of neighbours."


def test_one_layer_that_runs_often_is_one_row() -> None:
    places, note = bars.folded(["rnn.cell"] * 61, "layer")
    assert places == [("rnn.cell (61 layers)", list(range(61)))]
    assert note == "61 layers in 1 row, by the modules that they are in."


def test_no_number_is_lost_where_rows_are_put_together() -> None:
    report = convcost.summary("torchvision:densenet201", depth=9)
    chart = bars.of_summary("", report.count, report.branches)
    parts = [part for bar in chart.bars for part in bar.parts]
    # torchvision's documentation: 20,013,928 parameters.
    assert sum(part.params or 0 for part in parts) == 20_013_928
    assert sum(part.macs or 0 for part in parts) == report.count.macs
    products = bars.of_count("", report.count)
    assert sum(part.macs or 0 for bar in products.bars for part in bar.parts) == report.count.macs


def test_a_summary_shows_parameters_of_norms_and_leaves_out_what_has_nothing(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))
    picture = draw(convcost.summary(model, (1, 3, 4, 4)), tmp_path)
    assert picture.labels == ["0", "1", "4"]
    assert "Modules with neither MACs nor parameters are left out." in picture.texts()
    assert "no product (norms and the like)" in picture.texts()
    assert (picture.rows("macs-formula"), picture.rows("parameters-formula")) == ([0, 2], [0, 1, 2])
    # 12, 8 and 130 parameters.
    left, _, right, _ = picture.box("parameters-formula", 2)
    lengths = [picture.box("parameters-formula", y)[2] - left for y in (0, 1)]
    assert [round(length * 130 / (right - left), 2) for length in lengths] == [12, 8]


def test_a_weight_that_another_module_owns_is_counted_there() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.last = nn.Linear(4, 4, bias=False)
            self.first = nn.Linear(4, 4, bias=False)
            self.first.weight = self.last.weight

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.last(self.first(x))  # type: ignore[no-any-return]

    report = convcost.summary(Tied(), (1, 4))
    chart = bars.of_summary("", report.count, report.branches)
    held = {bar.label: sum(part.params or 0 for part in bar.parts) for bar in chart.bars}
    assert [part.params for bar in chart.bars for part in bar.parts] == [0, 16, 0]
    assert sum(held.values()) == 16
    assert held == {branch.module.path: branch.parameters for branch in report.branches if branch.depth}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(0), "0 %"),
        (Fraction(1, 10**6), "< 0.1 %"),
        (Fraction(1, 1000), "0.1 %"),
        (Fraction(9486, 10000), "94.9 %"),
        (Fraction(9996, 10000), "> 99.9 %"),
        (Fraction(1), "100 %"),
    ],
)
def test_a_part_is_never_rounded_to_nothing_or_all(value: Fraction, shown: str) -> None:
    assert bars._percent(value) == shown


@pytest.mark.parametrize("count", [1, 15, 41, 60, 300])
def test_no_two_texts_overlap_and_none_leaves_the_figure(
    count: int, tampered: ComparisonReport, layout: Callable[[Report], Layout]
) -> None:
    names = (f"{row.layer}.W{'g' * (y % 40)}" for y, row in enumerate(tampered.rows * 11))
    rows = [replace(row, layer=name) for row, name in zip(tampered.rows * 11, names, strict=True)][-count:]
    found = layout(of_rows(tampered, rows))
    assert len(found.texts) >= 2 * min(count, 8)
    found.check()


@pytest.mark.parametrize("reference", ["mobilenet_v1", "googlenet", "hybridsn", "nasnet_mobile"])
def test_charts_of_counts_and_summaries_are_laid_out_too(reference: str, layout: Callable[[Report], Layout]) -> None:
    for report in (convcost.count(reference), convcost.summary(reference)):
        layout(report).check()


def test_60_rows_have_their_scales_above_as_well(small: ComparisonReport, tmp_path: Path) -> None:
    names = [f"layer{y}" for y in range(60)]
    report = of_rows(small, [replace(small.rows[y % 28], layer=name) for y, name in enumerate(names)])
    picture = draw(report, tmp_path)
    assert picture.labels == names
    assert picture.rows("macs-formula") == picture.rows("parameters-measured") == list(range(60))
    assert picture.texts().count("MACs per layer") == picture.texts().count("parameters per layer") == 2
    report.to_plot(tmp_path / "chart.png")
    width, height = struct.unpack(">II", (tmp_path / "chart.png").read_bytes()[16:24])
    assert height > 60 * 33 > width
