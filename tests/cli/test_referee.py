"""convcost referee and convcost conventions."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from convcost.report.conventions import counters
from tests.shell import convcost

SMALL = """
import torch
from torch import nn

def net():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 6, 5))
"""

COUNTER = """
def count(model, inputs):
    return 4608

def more(model, inputs):
    return 4609

def layers(model, inputs):
    return {"0": 3889, "3": 719}
"""


@pytest.fixture
def model(tmp_path: Path) -> str:
    (tmp_path / "small.py").write_text(SMALL)
    return f"{tmp_path / 'small.py'}:net"


def test_terms_are_printed_and_written(model: str, tmp_path: Path) -> None:
    files = [tmp_path / f"out.{ending}" for ending in ("csv", "md", "html", "json")]
    flags = [word for file, name in zip(files, ("csv", "markdown", "html", "json"), strict=True)
             for word in (f"--{name}", str(file))]  # fmt: skip
    outcome = convcost("referee", model, "--input", "1,3,8,8", "--counters", "fvcore,ptflops", *flags)
    assert (outcome.code, outcome.err) == (0, "")
    # 3·4·9 taps at 6×6 positions, and 144 inputs of 5 outputs.
    assert "4,608 multiply-accumulates" in outcome.out
    assert "conv2d: 1 per addition of a bias" in outcome.out
    assert "relu counted twice" in outcome.out
    assert "2 of 2 numbers explained to the last unit." in outcome.out
    rows = list(csv.DictReader(files[0].read_text(encoding="utf-8").splitlines()))
    ptflops = [row for row in rows if row["counter"] == "ptflops"]
    # 144 + 5 biases, 144 elements of a ReLU twice.
    assert sum(int(row["amount"]) for row in ptflops) == 144 + 5 + 2 * 144
    assert {row["kind"] for row in ptflops} == {"convention", "fault"}
    assert "| ptflops" in files[1].read_text(encoding="utf-8")
    assert "<table" in files[2].read_text(encoding="utf-8")
    assert [c["unexplained"] for c in json.loads(files[3].read_text(encoding="utf-8"))["counters"]] == [0, 0]


@pytest.mark.parametrize("per", ["operator", "layer"])
def test_parts_are_printed(model: str, per: str) -> None:
    outcome = convcost("referee", model, "--input", "1,3,8,8", "--counters", "fvcore", "--per", per)
    assert outcome.code == 0
    assert ("conv2d" if per == "operator" else "0  ") in outcome.out
    assert "3,888" in outcome.out


def test_two_counters_are_explained(model: str, tmp_path: Path) -> None:
    file = tmp_path / "between.csv"
    command = ("referee", model, "--input", "1,3,8,8", "--explain", "fvcore", "torch-meta", "--csv", str(file))
    outcome = convcost(*command)
    assert outcome.code == 0
    # 3·4·9·36 + 144·5 products, once more.
    assert "2 per multiply-accumulate,4608,convention" in file.read_text(encoding="utf-8").splitlines()
    assert "fvcore prints 4,608, torch-meta 9,216." in outcome.out
    assert "2 per multiply-accumulate  +4,608" in outcome.out


def test_a_number_is_held_against_the_formulas(model: str) -> None:
    outcome = convcost("referee", model, "--input", "1,3,8,8", "--against", "9216")
    assert outcome.code == 0
    assert outcome.out.endswith("what 9216 can mean\n  2 per MAC (9,216)\n")
    outcome = convcost("referee", model, "--input", "1,3,8,8", "--against", "9215")
    assert outcome.code == 1
    assert "No reading makes 9215 of" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--counters", "fvcor"], "unknown counter 'fvcor'; did you mean fvcore?"),
        (["--against", "a lot"], "cannot read the number 'a lot'"),
        (["--against", "3M", "--counters", "fvcore"], "leave out --counters, --counter and --explain"),
    ],
)
def test_bad_input_is_one_line(model: str, arguments: list[str], said: str) -> None:
    outcome = convcost("referee", model, "--input", "1,3,8,8", *arguments)
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_missing_counter_is_a_line_in_the_table(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from convcost.trace.counters import Counter

    monkeypatch.setattr(Counter, "version", lambda self: None)
    outcome = convcost("referee", model, "--input", "1,3,8,8", "--counters", "deepspeed")
    assert "deepspeed: not installed: pip install deepspeed." in outcome.out
    assert outcome.code == 2


def test_conventions_name_every_rule_and_fault(tmp_path: Path) -> None:
    page = tmp_path / "conventions.md"
    outcome = convcost("conventions", "--markdown", str(page))
    assert outcome.code == 0
    text = " ".join(page.read_text(encoding="utf-8").split())
    for name, convention in counters().items():
        assert f"## {name} " in text
        assert convention.source.place.replace("_", "\\_") in text or convention.source.place in text
        assert f"| {name}" not in outcome.err
    assert "conv_transpose2d" in convcost("conventions", "thop").out
    assert convcost("conventions", "thopp").code == 2


def test_a_counter_of_the_users_own(model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "counter.py").write_text(COUNTER)
    monkeypatch.chdir(tmp_path)
    arguments = ("referee", "small.py:net", "--input", "1,3,8,8", "--counter")
    outcome = convcost(*arguments, "counter.py:count")
    assert outcome.code == 0
    assert "1 of 1 numbers explained to the last unit." in outcome.out
    outcome = convcost(*arguments, "counter.py:more", "--counters", "fvcore", "--csv", "rows.csv")
    assert outcome.code == 1
    rows = [line.split(",") for line in (tmp_path / "rows.csv").read_text().splitlines()]
    assert [(row[0], row[3], row[7]) for row in rows[1:]] == [("fvcore", "4608", "0"), ("counter.py:more", "4609", "1")]
    outcome = convcost(*arguments, "counter.py:more", "--counter-unit", "flops")
    assert re.search(r"2 per multiply-accumulate +\+4,608", outcome.out)
    assert outcome.code == 1
    outcome = convcost(*arguments, "counter.py:layers")
    assert "Unexplained: 0: 3,889 in place of 3,888; 3: 719 in place of 720." in outcome.out
    assert outcome.out.endswith("Not explained to the last unit: counter.py:layers.\n")
    assert outcome.code == 1
    outcome = convcost(*arguments, "counter.py:nothing")
    assert outcome.code == 2
    assert "'nothing'" in outcome.out
