"""The committed audits: all models are there, each row adds up and has its reasons, and a sample comes out the same."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from convcost.auditing.row import NOT_AUDITED, AuditRow
from convcost.auditing.run import read_models
from convcost.auditing.worker import audit_model
from convcost.core.parsing import parse_model
from convcost.report.audit import AuditReport, read
from tests.golden import audits
from tests.golden.audits import LIBRARIES, REPORTS


@cache
def committed(library: str) -> AuditReport:
    return read(REPORTS / f"{library}.csv")


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_model_has_its_row(library: str) -> None:
    report = committed(library)
    assert [row.name for row in report] == [str(task) for task in read_models(audits.lines(library))]
    assert {parse_model(row.name).text for row in report} == {task.text for task in read_models(library)}


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_page_is_that_of_the_rows(library: str, request: pytest.FixtureRequest) -> None:
    page, path = audits.page(library), REPORTS / f"{library}.md"
    if request.config.getoption("--regenerate"):
        path.write_text(page, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_row_adds_up_and_is_explained(library: str) -> None:
    wrong = [f"{row.name}: {fault}" for row in committed(library) for fault in faults(row)]
    assert wrong == []


def faults(row: AuditRow) -> list[str]:
    """What is wrong with a row by itself."""
    if row.verdict == NOT_AUDITED:
        return [] if row.error else ["no reason"]
    known = (row.macs_formula, row.macs_fvcore, row.macs_uncounted, row.macs_differing, row.rows_disagree)
    if row.error or None in known:
        return [row.error or "a count is missing"]
    formula, fvcore, left_out, differing, disagreeing = (count or 0 for count in known)
    operators = [calls for found in row.uncounted.values() for calls in found.values()]
    whole = sum(calls for reason, calls in row.disagreements.items() if reason.startswith("in the whole"))
    worst = (
        ("disagree", bool(row.disagreements)),
        ("no formula", bool(row.no_formula)),
        ("uncounted", bool(row.uncounted)),
        ("agree", True),
    )
    checks = {
        "MACs do not add up": fvcore + left_out + differing == formula,
        "uncounted MACs do not add up": sum(macs for _, macs in operators) == left_out,
        "operators without a formula do not add up": sum(row.no_formula.values()) == row.rows_no_formula,
        "a disagreement has no reason": sum(row.disagreements.values()) - whole == disagreeing,
        "a reason is empty": all((*row.disagreements, *row.uncounted)),
        "unexplained": not any("no convention explains it" in reason for reason in row.disagreements),
        "the verdict is not the worst": row.verdict == next(name for name, holds in worst if holds),
    }
    return [fault for fault, holds in checks.items() if not holds]


def test_a_faulty_row_is_found() -> None:
    row = next(row for row in committed("torchvision") if row.uncounted)
    assert faults(row) == []
    assert faults(replace(row, macs_fvcore=(row.macs_fvcore or 0) + 1)) == ["MACs do not add up"]
    assert faults(replace(row, rows_disagree=1)) == ["a disagreement has no reason"]
    assert faults(replace(row, verdict="agree")) == ["the verdict is not the worst"]
    assert faults(replace(row, error="gone")) == ["gone"]
    unexplained = {"fvcore counts 1, the formula 2, and no convention explains it": 1}
    assert "unexplained" in faults(replace(row, disagreements=unexplained, rows_disagree=1))


SAMPLE = {
    "torchvision": ("mobilenet_v2", "swin_t", "mvit_v2_s", "raft_small", "lraspp_mobilenet_v3_large", "r3d_18"),
    "timm": ("convmixer_768_32", "sequencer2d_s", "vit_tiny_patch16_224", "efficientnet_b0", "coat_tiny", "resnet26d"),
}


@pytest.mark.parametrize("name", [f"{library}:{name}" for library, names in SAMPLE.items() for name in names])
def test_a_model_audited_again_is_its_row(name: str) -> None:
    library, _, _ = name.partition(":")
    row = next(row for row in committed(library) if parse_model(row.name).text == name)
    assert audit_model(parse_model(row.name)) == row


def test_torchvision_publishes_what_the_formulas_give() -> None:
    entries = audits.entries(committed("torchvision"))
    assert [entry.weights for entry in entries if not entry.equal and not entry.row.error] == []
    # Detectors alone are not compared: what they compute depends on the picture.
    reasons = {entry.row.error for entry in entries if entry.row.error}
    assert reasons == {"takes a list of images, and what it computes depends on what they show"}
    assert sum(entry.equal for entry in entries) == 153


@pytest.mark.parametrize(
    "line",
    ["torchvision:r3d_18 --input 1,3,8,112,112", "torchvision:raft_small --input 1,3,128,128 --input 1,3,128,128"],
)
def test_at_another_input_the_published_number_does_not_come_out(line: str) -> None:
    reference = line.partition(" ")[0]
    entry = next(e for e in audits.entries(committed("torchvision")) if e.row.name.partition(" ")[0] == reference)
    assert entry.equal
    assert not replace(entry, row=audit_model(parse_model(line))).equal
    assert not replace(entry, parameters=entry.parameters + 1).equal
