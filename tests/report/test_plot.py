"""The chart: every row in it, in order, marked if it differs."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest

import convcost
from convcost.comparison.result import Verdict
from convcost.report.comparison import ComparisonReport, heading
from tests.report.pictures import BLUE, ORANGE, SMALL, draw, of_rows


@pytest.mark.parametrize(("per", "count"), [("layer", 28), ("block", 15), ("operator", 4)])
def test_every_row_is_there_in_order(small: ComparisonReport, per: str, count: int, tmp_path: Path) -> None:
    picture, rows = draw(small, tmp_path, per), small.comparison.per(per)
    assert len(rows) == count
    assert picture.labels == [row.layer for row in rows]
    assert [text for text in picture.texts() if text in list(Verdict)] == [str(row.verdict) for row in rows]
    legend = ["formula", "measured (MACs: fvcore, parameters: the model)"]
    assert picture.texts()[-3:] == [heading(small), *legend]
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


def test_flops_are_called_flops(tmp_path: Path) -> None:
    picture = draw(convcost.compare("mobilenet_v1", unit="flops", **SMALL), tmp_path)
    assert {"FLOPs per layer", "measured (FLOPs: fvcore, parameters: the model)", "convention"} <= {*picture.texts()}
    assert picture.rows("flops-formula") == list(range(28))


def test_rows_that_differ_are_marked_by_colour_hatch_weight_and_word(
    tampered: ComparisonReport, tmp_path: Path
) -> None:
    picture = draw(tampered, tmp_path)
    wrong = [row for row in tampered.rows if not row.verdict.ok]
    labels, words = [row.layer for row in wrong], [str(row.verdict) for row in wrong]
    assert words == ["disagree", "not called", "not called", "no formula"]
    assert picture.texts(f"fill: {ORANGE}", "text-anchor: end") == labels
    assert [text for text in picture.texts(f"fill: {ORANGE}") if text in list(Verdict)] == words
    assert {*picture.texts("font-weight: 700")} == {*labels, *words, heading(tampered)}
    for y in picture.rows("macs-formula"):
        fill = re.search("fill: ([^;]*)", picture.path("macs-formula", y).get("style", ""))
        assert fill
        assert fill[1] == BLUE if tampered.rows[y].verdict.ok else fill[1].startswith("url(#")
    assert "formula, model differs" in picture.texts()
    # In both panels.
    assert (picture.texts().count("measured ?"), picture.texts().count("formula ?")) == (4, 2)


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
    # Counts are whole, so the scale has no thousandths.
    assert not any(text.endswith(" m") for text in picture.texts())


def test_counts_beyond_64_bits(small: ComparisonReport, tmp_path: Path) -> None:
    row = replace(small.rows[0], macs_formula=10**20, macs_measured=10**20)
    assert "100 E" in draw(of_rows(small, [row]), tmp_path).texts()
