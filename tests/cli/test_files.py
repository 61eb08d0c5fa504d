"""Every command writes its report in every format, and where one of them goes to standard output, nothing else does."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer.main

from convcost.cli.console import show
from convcost.cli.main import app
from convcost.report.report import Report
from tests.cli.project import MACS, project
from tests.shell import convcost

FORMATS = ("csv", "markdown", "latex", "html", "json")
APP: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]

MODEL = ("net.py:Net", "--input", "1,3,12,12")
LINES = {
    "compare": MODEL,
    "count": MODEL,
    "summary": MODEL,
    "audit": ("models.txt", "--jobs", "1"),
    "referee": (*MODEL, "--counters", "fvcore"),
    "derive": ("net.py:Net", "--input", "B,3,12,12"),
    "prove": ("alexnet",),
    "show": ("mobilenet_v1", "--per", "block"),
    "formula": ("depthwise_separable",),
    "sweep": ("mobilenet_v1", "--alpha", "0.5,1"),
    "solve": ("mobilenet_v1", "--max-macs", "150M", "--resolution", "160"),
    "page": ("mobilenet_v1 --alpha 0.25 --resolution 32",),
    "diff": ("mobilenet_v1", "mobilenet_v1 --alpha 0.5"),
    "check": (".",),
    "conventions": ("thop",),
    "claims": ("xception",),
    "list": ("networks",),
}
OTHER_LINES = {
    "referee --against": ("referee", *MODEL, "--against", str(MACS)),
    "referee of nothing": ("referee", *MODEL, "--against", "7"),
    "referee --explain": ("referee", *MODEL, "--explain", "fvcore", "torch"),
    "derive --over": ("derive", "mobilenet_v1", "--over", "alpha"),
    "derive --per": ("derive", "net.py:Net", "--input", "B,3,12,12", "--per", "layer", "--at", "B=2"),
    "formula of a network": ("formula", "mobilenet_v1"),
    "sweep --verify": ("sweep", "mobilenet_v1", "--alpha", "0.25", "--resolution", "32,64", "--verify", "1"),
    "solve of nothing": ("solve", "mobilenet_v1", "--max-macs", "1", "--resolution", "160"),
    "list": ("list",),
    "conventions": ("conventions",),
}
ALL_LINES = {**{name: (name, *rest) for name, rest in LINES.items()}, **OTHER_LINES}


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Report]:
    """The reports that a command shows, in a folder that has what the lines name."""
    project(tmp_path, small='macs = "<= 1M"')
    (tmp_path / "models.txt").write_text(" ".join(MODEL), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found: list[Report] = []

    def kept(report: Report, given: Mapping[str, Path]) -> None:
        found.append(report)
        show(report, given)

    monkeypatch.setattr("convcost.cli.files.show", kept)
    return found


def test_there_is_a_line_of_every_command() -> None:
    assert set(LINES) == set(APP)


@pytest.mark.parametrize("command", APP)
def test_every_command_has_the_five_file_options(command: str) -> None:
    options = {option.opts[0]: option for option in APP[command].params if option.param_type_name == "option"}
    assert [options[f"--{name}"].metavar for name in FORMATS] == ["FILE"] * 5


@pytest.mark.parametrize("name", ALL_LINES)
def test_every_command_writes_every_format(name: str, shown: list[Report]) -> None:
    paths = {kind: Path(f"written.{kind}") for kind in FORMATS}
    plain = convcost(*ALL_LINES[name], *(word for kind in paths for word in (f"--{kind}", str(paths[kind]))))
    (report,) = shown
    assert plain.out == f"{report}\n"
    assert plain.code == name.endswith("of nothing")
    assert report.content().title
    texts = {kind: path.read_text(encoding="utf-8") for kind, path in paths.items()}
    assert texts == {kind: getattr(report, f"to_{kind}")() for kind in FORMATS}
    assert len(list(csv.DictReader(texts["csv"].splitlines()))) == len(report.frame) >= 1 - plain.code
    assert isinstance(json.loads(texts["json"]), dict)
    assert texts["html"].startswith("<!DOCTYPE html>")
    assert all(text.strip() for text in texts.values())


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", [name for name in ALL_LINES if name != "audit"])
def test_a_dash_prints_this_format_alone(name: str, kind: str, shown: list[Report]) -> None:
    required = ["--html", "page.html"] if ALL_LINES[name][0] == "page" and kind != "html" else []
    outcome = convcost(*ALL_LINES[name], *required, f"--{kind}", "-")
    (report,) = shown
    assert outcome.out == getattr(report, f"to_{kind}")()
    assert (outcome.code, outcome.err) == (name.endswith("of nothing"), "")


def test_a_file_that_the_line_reads_is_not_replaced(shown: list[Report], tmp_path: Path) -> None:
    before = (tmp_path / "pyproject.toml").read_bytes()
    outcome = convcost("check", "pyproject.toml", "--csv", "./pyproject.toml")
    assert (outcome.code, outcome.out, shown) == (2, "", [])
    assert outcome.err == "error: --csv would replace pyproject.toml, which this line names twice; give another file\n"
    assert (tmp_path / "pyproject.toml").read_bytes() == before


@pytest.mark.parametrize("line", [("derive", "mobilenet_v1"), ("formula", "mobilenet_v1")])
def test_latex_needs_a_file(line: tuple[str, ...], shown: list[Report]) -> None:
    outcome = convcost(*line, "--latex")
    assert (outcome.code, outcome.out, outcome.err, shown) == (
        2,
        "",
        "error: Option '--latex' requires an argument.\n",
        [],
    )


def test_a_file_is_checked_before_the_work(shown: list[Report], monkeypatch: pytest.MonkeyPatch) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("convcost.api.models.count", work)
    outcome = convcost("count", *MODEL, "--html", "no/such/folder/file.html")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "there is no folder" in outcome.err
