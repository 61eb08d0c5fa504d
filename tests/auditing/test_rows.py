"""A row says what the comparison says, adds up, and comes back from its files as it went in."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

import convcost
from convcost.auditing.row import AuditRow
from convcost.auditing.worker import audit_model
from convcost.core.parsing import parse_model
from convcost.report import audit as findings
from convcost.report.audit import COLUMNS, AuditReport, read
from tests.auditing.zoo import line
from tests.golden import audit_page


@pytest.fixture(scope="module")
def report() -> AuditReport:
    lines = [line("Small"), line("Attention"), line("Broadcast"), "torchvision:fasterrcnn_resnet50_fpn"]
    rows = [audit_model(parse_model(text)).timed(0.25, 3 * 2**20) for text in lines]
    failed = AuditRow("nets.py:Net", "error", error='it says "no", twice')
    return AuditReport((*rows, failed))


def test_a_row_is_its_comparison() -> None:
    row, comparison = audit_model(parse_model("torchvision:vit_b_16")), convcost.compare("torchvision:vit_b_16")
    totals = comparison.totals
    assert (row.macs_formula, row.macs_fvcore) == (totals.macs_formula, totals.macs_measured)
    assert (row.parameters, row.fvcore_total) == (86_567_656, totals.fvcore_total)  # as torchvision documents
    verdicts = [str(row.verdict) for row in comparison.comparison.rows]
    assert [row.rows_agree, row.rows_uncounted] == [verdicts.count(word) for word in ("agree", "uncounted")]
    # Twelve blocks, 197 tokens, 768 channels: two products of 197·197·768 each.
    reason = "fvcore has no handle for aten::scaled_dot_product_attention"
    assert row.uncounted == {reason: {"scaled_dot_product_attention": [12, 12 * 2 * 197 * 197 * 768]}}


def test_rows_add_up(report: AuditReport) -> None:
    for row in report:
        if row.macs_formula is not None:
            assert None not in (row.macs_uncounted, row.macs_differing)
            assert (row.macs_fvcore is None) == (row.macs_uncounted == row.macs_formula)
            parts = (row.macs_fvcore or 0) + (row.macs_uncounted or 0) + (row.macs_differing or 0)
            assert parts == row.macs_formula
            left_out = [calls for operators in row.uncounted.values() for calls in operators.values()]
            assert sum(macs for _, macs in left_out) == row.macs_uncounted


def test_verdicts(report: AuditReport) -> None:
    small, attention, broadcast, detector, failed = report
    assert [row.verdict for row in report] == ["agree", "uncounted", "disagree", "not audited", "error"]
    assert (small.macs_formula, small.macs_uncounted, small.macs_differing) == (27 * 2 * 36, 0, 0)
    assert (attention.macs_formula, attention.macs_uncounted) == (2 * 3 * 2 * 5 * 5 * 7,) * 2
    # 4 products of 5·6·7, of which fvcore sees one.
    assert (broadcast.macs_formula, broadcast.macs_fvcore, broadcast.macs_differing) == (840, 210, 630)
    ((reason, calls),) = broadcast.disagreements.items()
    assert calls == 1
    assert reason.endswith("; the ones probe counts 840, as the formula does")
    assert detector.error == "takes a list of images, and what it computes depends on what they show"
    assert (report.disagreeing, report.failed) == ((broadcast,), (failed,))
    assert repr(report) == "<5 models: 1 agree, 1 uncounted, 1 disagree, 1 not audited, 1 error>"
    assert report.counts == {"agree": 1, "uncounted": 1, "disagree": 1, "not audited": 1, "error": 1}


def test_csv_comes_back_as_it_went(report: AuditReport, tmp_path: Path) -> None:
    report.save(tmp_path / "rows.csv")
    assert read(tmp_path / "rows.csv") == AuditReport(tuple(row.timed(0, 0) for row in report))
    assert (tmp_path / "rows.csv").read_text() == report.to_csv() == read(tmp_path / "rows.csv").to_csv()
    timings = (tmp_path / "rows.timings.csv").read_text().splitlines()
    assert timings[0] == "name,seconds,peak_mib"
    assert next(csv.reader(timings[1:])) == [line("Small"), "0.25", "3"]
    assert len(timings) == 1 + len(report)


def test_parquet_has_the_same_columns(report: AuditReport, tmp_path: Path) -> None:
    report.save(tmp_path / "rows.parquet")
    frame = pd.read_parquet(tmp_path / "rows.parquet")
    assert tuple(frame.columns) == COLUMNS
    assert frame["macs_formula"].dropna().tolist() == [row.macs_formula for row in report if row.macs_formula]
    assert str(frame["macs_formula"].dtype) == "Int64"
    assert set(pd.read_parquet(tmp_path / "rows.timings.parquet").columns) == {"name", "seconds", "peak_mib"}


def test_counts_that_fit_no_machine_word_stay_exact(tmp_path: Path) -> None:
    row = AuditRow("big", "agree", macs_formula=2**70)
    AuditReport((row,)).save(tmp_path / "rows.csv")
    assert read(tmp_path / "rows.csv").rows[0].macs_formula == 2**70


@pytest.mark.parametrize("content", ["", "name,verdict\na,agree,b\n", "a,b\n1,2\n"])
def test_another_file_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(content)
    if content:
        with pytest.raises(convcost.ConvcostError, match=r"it is no \.csv file of convcost audit"):
            read(file)
    with pytest.raises(convcost.ConvcostError, match="cannot read"):
        read(tmp_path / "none.csv")


def test_findings(report: AuditReport) -> None:
    assert [count for count, _ in findings.verdicts(report.rows).rows] == ["1"] * 5
    left_out = findings.left_out(report.rows).rows
    assert [cells[2:] for cells in left_out] == [["1", "100.00 %", "100.00 %", line("Attention")]]
    assert [count for _, count in audit_page.spread(report.rows).rows] == ["0", "0", "0", "0", "0", "1"]
    largest = audit_page.largest(report.rows, 3).rows
    assert largest == [(line("Attention"), "scaled_dot_product_attention", "2,100", "100.00 %")]
    assert [cells[1:] for cells in findings.disagreements(report.rows).rows] == [["1", "1"]]


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("fvcore counts 12,345, the formula 6", "fvcore counts n, the formula n"),
        (
            "the formula derives output (1, 22, 3), the model gave (1,)",
            "the formula derives output (n, n, n), the model gave (n,)",
        ),
        (
            "fvcore has no handle for aten::max_pool2d of a 1-D input",
            "fvcore has no handle for aten::max_pool2d of a 1-D input",
        ),
    ],
)
def test_sentences_of_one_kind(sentence: str, kind: str) -> None:
    assert findings.kind(sentence) == kind
