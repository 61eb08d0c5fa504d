"""`convcost sweep` on a terminal and in files."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

import convcost as package
from convcost.report.sweep import SweepReport
from tests.shell import convcost

GRID = ("sweep", "mobilenet_v1", "--alpha", "0.25:0.75:0.25", "--resolution", "32,64")


def test_every_point_has_a_row() -> None:
    outcome = convcost(*GRID, "--classes", "10")
    assert (outcome.code, outcome.err) == (0, "")
    assert "MobileNet V1: 3 α × 2 R, 6 points; K = 10" in outcome.out
    cost = package.cost("mobilenet_v1", alpha="0.75", resolution=64, classes=10)
    row = next(line.split() for line in outcome.out.splitlines() if line.split()[:2] == ["0.75", "64"])
    # The last is fvcore's ActivationCountAnalysis of the model at these settings.
    assert row[2:] == [f"{cost.macs:,}", f"{cost.parameters:,}", "308,746"]


@pytest.mark.parametrize("columns", ["40", "80"])
def test_narrow_terminals(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    out = convcost("sweep", "mobilenet_v1", "--alpha", "0.25:1.4:0.05", "--resolution", "96:288:32").out
    assert max(len(line.rstrip()) for line in out.splitlines()) <= int(columns)
    assert "… and 150 more points" in " ".join(out.split())
    assert ("Not shown at this width: activations" in " ".join(out.split())) is (columns == "40")
    assert "1,808,129,738" in out


def test_csv_is_raw_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    assert convcost(*GRID, "--csv", str(path)).code == 0
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert [(row["alpha"], row["resolution"]) for row in rows[:3]] == [("0.25", "32"), ("0.25", "64"), ("0.5", "32")]
    cost = package.cost("mobilenet_v1", alpha="0.25", resolution=64)
    assert (rows[1]["macs"], rows[1]["parameters"], rows[1]["variant"]) == (
        str(cost.macs),
        str(cost.parameters),
        "paper",
    )


def test_parquet_keeps_numbers_that_no_machine_word_holds(tmp_path: Path) -> None:
    path = tmp_path / "grid.parquet"
    large = ("--batch", "1,65536", "--resolution", "65536", "--alpha", "0.1,16", "--classes", "1000000")
    assert convcost("sweep", "mobilenet_v1", *large, "--parquet", str(path)).code == 0
    frame = pd.read_parquet(path)
    assert [Decimal(value) for value in frame["alpha"]] == [Decimal("0.1")] * 2 + [Decimal(16)] * 2
    cost = package.cost("mobilenet_v1", alpha=16, batch=65_536, resolution=65_536, classes=1_000_000)
    assert int(frame["macs"].iloc[-1]) == cost.macs > 2**63


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_pictures_are_the_same_each_time(ending: str, tmp_path: Path) -> None:
    pictures = [tmp_path / f"{number}.{ending}" for number in (1, 2)]
    for picture in pictures:
        assert convcost(*GRID, "--plot", str(picture)).code == 0
    first, second = (picture.read_bytes() for picture in pictures)
    assert first == second
    if ending == "svg":
        assert b'id="heat-map"' in first
        assert first.count(b'id="line-') == 3


def test_a_picture_of_one_option_and_of_three(tmp_path: Path) -> None:
    for number, extra in enumerate((("--alpha", "0.5,1"), ("--alpha", "0.5,1", "--batch", "1,2", "--classes", "5,6"))):
        path = tmp_path / f"{number}.svg"
        assert convcost("sweep", "mobilenet_v1", "--resolution", "32", *extra, "--plot", str(path)).code == 0
        assert b"heat-map" not in path.read_bytes()


def test_points_that_were_traced_agree() -> None:
    outcome = convcost(*GRID, "--verify", "2")
    assert (outcome.code, outcome.err) == (0, "")
    assert "Traced 2 points picked at random: all agree with fvcore and the model." in outcome.out
    assert convcost(*GRID, "--verify", "2").out == outcome.out


def test_a_wrong_sweep_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    right = package.sweep("mobilenet_v1", alpha="0.5,0.75", resolution=32)
    counts = {**right.sweep.counts, "macs": right.sweep.counts["macs"] + 1}
    wrong = SweepReport(replace(right.sweep, counts=counts))
    assert not any(point.ok for point in package.verify(wrong, 2))
    monkeypatch.setattr("convcost.api.formulas.sweep", lambda *_, **__: wrong)
    outcome = convcost("sweep", "mobilenet_v1", "--verify", "5")
    assert outcome.code == 1
    macs = package.cost("mobilenet_v1", alpha="0.75", resolution=32).macs
    row = next(line.split() for line in outcome.out.splitlines() if line.split()[:2] == ["0.75", "macs"])
    assert row[2:] == [f"{macs + 1:,}", f"{macs:,}"]


def test_points_that_are_left_out_are_said() -> None:
    out = convcost("sweep", "nasnet_mobile", "--penultimate-filters", "1056,1060", "--resolution", "32").out
    text = " ".join(out.split())
    assert "1 point is left out, where the net cannot be built. First: nasnet: penultimate_filters must be" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--alpha", "1:2"), "START:STOP:STEP"),
        (("--alpha", "0.5,1", "--verify", "0"), "--verify: '0' is not a whole number from 1"),
        (("--alpha", "0.5,1", "--verify", "x"), "--verify"),
        (("--alpha", "0.5,1", "--plot", "grid.txt"), ".svg, .pdf or .png"),
        (("--csv", "no/such/folder.csv"), "there is no folder"),
        (("--csv", "same", "--parquet", "same"), "--csv and --parquet would both write same"),
        (("--plot", "one.svg"), "nothing to plot"),
    ],
)
def test_bad_input_is_one_line_and_no_file(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = convcost("sweep", "mobilenet_v1", *arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert said in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_parquet_without_pyarrow_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    outcome = convcost(*GRID, "--parquet", str(tmp_path / "grid.parquet"))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "error: Parquet needs pyarrow: pip install pyarrow\n"
    assert list(tmp_path.iterdir()) == []


def test_notebooks_and_repr() -> None:
    report = package.sweep("mobilenet_v1", alpha="0.5,0.75", resolution=32)
    assert repr(report) == "<MobileNet V1: 2 α, 2 points; R = 32>"
    assert repr(package.sweep("resnet", depth="18,34")) == "<ResNet: 2 values of depth, 2 points; R = 224>"
    assert "<table" in report._repr_html_()
