"""`convcost show`: architectures in the words of their papers' tables."""

from __future__ import annotations

import pytest

from convcost.core.architecture import Architecture
from convcost.core.registry import records
from tests.shell import convcost


def _rows(out: str) -> list[list[str]]:
    """Cells of the table, folded operators joined; cells are two blanks apart."""
    lines = out.split("─\n")[1].split("\n\n")[0].partition("\nNot shown")[0].splitlines()
    return [[cell for cell in line.split("  ") if cell.strip()] for line in lines if not line.startswith("  ")]


def test_mobilenet_v2_is_table_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    rows = [[cell.strip() for cell in row] for row in _rows(convcost("show", "mobilenet_v2", "--per", "block").out)]
    bottlenecks = [row for row in rows if row[0].startswith("bottleneck")]
    # t, c, n, s of Sandler et al. 2018, Table 2.
    assert [row[2:6] for row in bottlenecks] == [
        ["1", "16", "1", "1"],
        ["6", "24", "2", "2"],
        ["6", "32", "3", "2"],
        ["6", "64", "4", "2"],
        ["6", "96", "3", "1"],
        ["6", "160", "3", "2"],
        ["6", "320", "1", "1"],
    ]


def test_resnet_50_is_table_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    rows = [[cell.strip() for cell in row] for row in _rows(convcost("show", "resnet", "--per", "block").out)]
    stages = [row for row in rows if row[0].endswith("_x") and row[1] != "max pool2d"]
    # Repeats and output sizes of He et al. 2015, Table 1; 483 pixels is the known field of ResNet-50 v1.
    assert [(row[3], row[5]) for row in stages] == [("3", "56×56"), ("4", "28×28"), ("6", "14×14"), ("3", "7×7")]
    assert stages[-1][6] == "483"


@pytest.mark.parametrize("name", sorted(records(Architecture)))
@pytest.mark.parametrize("per", ["layer", "block"])
def test_costs_add_up_to_the_total_at_any_width(name: str, per: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    out = convcost("show", name, "--per", per).out
    costs = [[int(cell.replace(",", "")) for cell in row[-2:]] for row in _rows(out)]
    total = next(line for line in out.splitlines() if line.startswith("Total: "))
    macs, parameters = (sum(column) for column in zip(*costs, strict=True))
    assert total == f"Total: {macs:,} MACs, {parameters:,} parameters."
    monkeypatch.setenv("COLUMNS", "80")
    narrow = convcost("show", name, "--per", per).out
    assert max(len(line) for line in narrow.splitlines()) <= 80
    # A number is never folded: whatever the width, each row ends in its two counts.
    assert [[int(cell.replace(",", "")) for cell in row[-2:]] for row in _rows(narrow)] == costs


def test_symbols_where_options_are_open() -> None:
    out = " ".join(convcost("show", "mobilenet_v1", "--symbolic").out.split())
    assert "Input: B×3×R×R" in out
    assert "c1024 = max(⌊1024·α⌋, 8)" in out
    assert "c32 = " not in " ".join(convcost("show", "mobilenet_v1", "--symbolic", "--alpha", "1").out.split())
    assert "⌈R/32⌉" in out


def test_options_are_listed() -> None:
    out = convcost("show", "hybridsn").out
    assert "--bands" in out
    assert "--window" in out


def test_wrong_option_is_one_line() -> None:
    outcome = convcost("show", "hybridsn", "--alpha", "1")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
