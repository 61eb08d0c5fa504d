"""`convcost claims` on a terminal, and its files."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from rich.cells import cell_len

import convcost as package
from tests.shell import convcost


@pytest.mark.parametrize("columns", [80, 200])
@pytest.mark.parametrize("arguments", [[], ["--failed"], ["senet"]], ids=" ".join)
def test_fits_the_terminal(columns: int, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    outcome = convcost("claims", *arguments)
    assert (outcome.code, outcome.err) == (0, "")
    assert max(cell_len(line) for line in outcome.out.splitlines()) <= columns
    assert " claims: " in outcome.out.splitlines()[-1]


@pytest.mark.parametrize("columns", [60, 80, 100, 140])
@pytest.mark.parametrize(("paper", "claim"), [("tutorials", "a separable"), ("googlenet", "googlenet-t1-3a-macs")])
def test_every_width_says_which_claim_it_is_and_its_verdict(
    columns: int, paper: str, claim: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The sentences of tutorials differ, and are the claims; most places of a paper are "Table 1", so its ids are.
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = convcost("claims", paper).out.splitlines()
    assert lines[0].split()[-1] in ("verdict", "explanation")
    assert "verdict" in lines[0]
    assert any(claim in line and " holds" in line for line in lines)


def test_failed_leaves_out_what_holds() -> None:
    every, failed = convcost("claims", "resnet").out, convcost("claims", "resnet", "--failed").out
    assert " holds" in every
    assert "holds" not in failed
    assert "resnet-t1-resnet-50-macs" in failed
    assert failed.splitlines()[-1] == "3 claims: 1 explained, 2 truncated."


def test_a_question_mark_is_explained_where_there_is_one() -> None:
    out = convcost("claims", "tutorials").out
    assert "(?): a transcription that was not compared with the text that it is from." in out
    assert out.splitlines()[-1] == "47 claims: 6 refuted, 41 hold."
    assert "(?)" not in convcost("claims", "hybridsn").out


def test_nothing_failed_is_said() -> None:
    assert convcost("claims", "hybridsn", "--failed").out == "0 claims: none.\n"


def test_unknown_paper_is_one_line() -> None:
    outcome = convcost("claims", "resnt")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("error: unknown paper 'resnt'; did you mean resne")
    assert outcome.err.count("\n") == 1


def test_files(tmp_path: Path) -> None:
    table, page = tmp_path / "claims.csv", tmp_path / "claims.md"
    assert convcost("claims", "xception", "--csv", str(table), "--markdown", str(page)).code == 0
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["printed"], row["computed"], row["verdict"]) for row in rows] == [
        ("22,855,952", "22855952", "holds"),
        ("23,626,728", "23834568", "refuted"),
    ]
    text = page.read_text(encoding="utf-8")
    assert text.index("## Refuted") < text.index("## Holds")


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    outcome = convcost("claims", "--csv", str(tmp_path / "none" / "claims.csv"))
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)


def test_from_python() -> None:
    report = package.claims("senet")
    assert sum(report.counts.values()) == len(report) == len(report.frame)
    assert list(report.frame["id"])[:2] == [checked.claim.id for checked in report][:2]
    assert set(report.failed.counts) <= {"refuted", "explained", "truncated"}
