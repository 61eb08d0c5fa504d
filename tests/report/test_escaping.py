"""Names of layers do nothing: in Markdown, CSV and on a terminal (test_latex and test_notebook have the others)."""

from __future__ import annotations

import ast
import csv
import io
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
from markdown_it import MarkdownIt

import convcost
from convcost.auditing.row import AuditRow
from convcost.report import files, markdown
from convcost.report.audit import AuditReport, read
from tests.report import odd
from tests.report.odd import INPUT, MACS, NAMES, reports
from tests.report.page import Page
from tests.shell import convcost as shell

REFERENCE = f"{odd.__file__}:Odd"
SIZES = ("--input", ",".join(map(str, INPUT)))
# What spreadsheets take for the start of a formula.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
COMMANDS = {
    "compare": ("compare", REFERENCE, *SIZES),
    "diff": ("diff", shlex.quote(REFERENCE), f"{shlex.quote(REFERENCE)} --arg extra=2", *SIZES),
    "referee": ("referee", REFERENCE, *SIZES, "--counters", "torch", "--per", "layer"),
    "derive": ("derive", REFERENCE, "--input", "B,1,H,W", "--per", "layer"),
}


def page(text: str) -> Page:
    reader = MarkdownIt("commonmark").enable("table").enable("strikethrough")
    return Page.of(re.sub(r"<(hr|br) ?/>", "", reader.render(text)))


@pytest.mark.parametrize("name", ["compare", "diff", "referee"])
def test_markdown(name: str) -> None:
    found = page(reports()[name].to_markdown())
    assert found.tags <= {"h1", "h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"}
    if name != "referee":
        cells = [cell for row in found.rows for cell in row]
        assert [cell for cell in cells if cell in {" ".join(n.split()) for n in NAMES}] == [
            " ".join(n.split()) for n in NAMES
        ]


@pytest.mark.parametrize("text", [*NAMES, "# no head", "- no item", "1. no item", "mobilenet_v1 of net_a_b", "_a_"])
def test_a_sentence_stays_a_paragraph(text: str) -> None:
    rendered = MarkdownIt("commonmark").enable("strikethrough").render(markdown.sentence(text))
    assert re.sub(r"<.?p>|\n", "", rendered) == (
        " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    )


def test_csv_does_nothing_and_pandas_reads_it_back() -> None:
    text = reports()["compare"].to_csv()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert not [cell for row in rows for cell in row.values() if cell.startswith(STARTS)]
    assert [files.csv_raw(row["layer"]) for row in rows] == list(NAMES)
    frame = pd.read_csv(io.StringIO(text))
    assert frame["macs_formula"].tolist() == MACS
    assert frame["macs_formula"].dtype == "int64"
    assert reports()["compare"].frame["layer"].tolist() == list(NAMES)


def test_numbers_stay_numbers() -> None:
    frame = pd.DataFrame(
        {
            "small": [-5, 7],
            "large": [-(2**70), 2**70],
            "text": ["-5.25", "-5+cmd()"],
            "formula": ["=1", "'=1"],
            "missing": pd.array([None, -1], dtype="Int64"),
        }
    )
    text = files.csv_text(frame)
    assert text.splitlines()[1:] == [
        f"-5,-{2**70},-5.25,'=1,",
        f"7,{2**70},'-5+cmd(),''=1,-1",
    ]
    assert [files.csv_raw(cell) for cell in ("'=1", "''=1", "'quoted'")] == ["=1", "'=1", "'quoted'"]
    assert frame["text"].tolist() == ["-5.25", "-5+cmd()"]


def test_an_audit_is_read_back(tmp_path: Path) -> None:
    rows = tuple(AuditRow(name, "error", error=f"{name} failed") for name in NAMES)
    path = tmp_path / "rows.csv"
    path.write_text(AuditReport(rows).to_csv(), encoding="utf-8", newline="")
    assert [row.name for row in read(path)] == [name.replace("\r", "\n") for name in NAMES]
    raw = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert not [cell for row in raw for cell in row if cell.startswith(STARTS)]


def test_there_is_one_place_that_writes_csv() -> None:
    folder = Path(convcost.__file__).parent
    calls = [
        file.name
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "to_csv"
    ]
    assert calls == ["files.py"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("width", ["80", "200"])
def test_a_terminal_obeys_nothing(command: str, width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    outcome = shell(*COMMANDS[command])
    assert outcome.err == ""
    assert not set(outcome.out) & {"\x1b", "\r", "\t", "\u202e"}
    if width == "200":  # where no name is folded
        assert "[red]r[/red]" in outcome.out
        assert "line␊Verdict: agree" in outcome.out
    assert not re.search(r"^Verdict: agree$", outcome.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("command", "formats"),
    [
        ("compare", ("csv", "markdown", "latex", "json")),
        ("diff", ("markdown", "latex")),
        ("referee", ("csv", "markdown", "latex", "html", "json")),
    ],
)
def test_files_that_commands_write(command: str, formats: tuple[str, ...], tmp_path: Path) -> None:
    options = [word for name in formats for word in (f"--{name}", str(tmp_path / name))]
    assert shell(*COMMANDS[command], *options).err == ""
    written = {name: (tmp_path / name).read_bytes().decode() for name in formats}
    assert "<script" not in written.get("html", "") + written["markdown"]
    if "csv" in written:
        rows = list(csv.reader(io.StringIO(written["csv"])))
        texts = [cell for row in rows for cell in row if not re.fullmatch(r"[+-]?\d+", cell)]
        assert not [cell for cell in texts if cell.startswith(STARTS)]


def test_an_error_is_one_line_without_colour() -> None:
    outcome = shell("compare", "mobilenet_v1", "--csv", "nowhere\x1b[31m\nerror: fine/rows.csv")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "nowhere␛[31m" in outcome.err  # escape sequences are left out for pipes alone, not on a terminal
