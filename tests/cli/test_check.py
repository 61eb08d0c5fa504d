"""`convcost check`: budgets that hold, that are broken, that cannot be checked."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import convcost as package
from tests.cli.project import ACTIVATIONS, MACS, PARAMS, project, rewrite
from tests.shell import convcost

EXACT = f'macs = "== {MACS}"\nparams = "== {PARAMS}"\nactivations = "== {ACTIVATIONS}"\nuncounted = "none"'
SORTED = 'model = "net.py:Sorted"\ninput = "1,3,12,12"\n'
UNKNOWN = "unknown, as nobody counts aten::i0"


def test_budgets_that_hold(tmp_path: Path) -> None:
    folder = project(tmp_path / "deep", exact=EXACT, room='macs = "<= 22K"')
    # The model's path begins where pyproject.toml is, not where one stands.
    for place in (folder, folder / "pyproject.toml"):
        outcome = convcost("check", str(place))
        assert (outcome.code, outcome.err) == (0, "")
    lines = [line.split() for line in outcome.out.splitlines()]
    assert ["exact", "MACs", f"{MACS:,}", "==", str(MACS), "0", "ok"] in lines
    assert ["room", "MACs", f"{MACS:,}", "<=", "22K", "320", "ok"] in lines
    assert lines[-1] == ["2", "budgets:", "2", "ok."]


@pytest.mark.parametrize(
    ("budget", "said", "state"),
    [
        ('macs = "<= 21,679"', "MACs: 21,680, and the limit is <= 21,679: 1 over.", "broken"),
        ('macs = "< 21,680"', "MACs: 21,680, and the limit is < 21,680: 1 over.", "broken"),
        ('params = "== 307"', "parameters: 306, and the limit is == 307: 1 under.", "broken"),
        ('activations = "> 1K"', "activations: 810, and the limit is > 1K: 191 under.", "broken"),
        (SORTED + 'uncounted = "none"', "nobody counts aten::i0 1 time.", "broken"),
        # It might multiply: no upper limit can be said to hold, and one that is passed is passed.
        (SORTED + 'macs = "<= 22K"', f"MACs: ≥ 21,680, and the limit is <= 22K: {UNKNOWN}", "unknown"),
        (SORTED + 'macs = "<= 20K"', "MACs: ≥ 21,680, and the limit is <= 20K: 1,680 over.", "broken"),
        # An operator that is not among those that may be left out breaks the budget, whatever else is unknown.
        (SORTED + 'uncounted = ["aten::special_i1"]\nmacs = "<= 22K"', f"{UNKNOWN} 1 time.", "broken"),
    ],
)
def test_budgets_that_are_broken(tmp_path: Path, budget: str, said: str, state: str) -> None:
    folder = project(tmp_path, small=budget, other='macs = "<= 1M"')
    outcome = convcost("check", str(folder))
    assert (outcome.code, outcome.err) == (1, "")
    assert said in " ".join(outcome.out.split())
    assert outcome.out.endswith(f"2 budgets: 1 ok, 1 {state}.\n")


@pytest.mark.parametrize(
    "budget",
    [
        SORTED + f'params = "== {PARAMS}"',
        SORTED + f'macs = ">= {MACS}"',
        SORTED + f'uncounted = ["aten::i0"]\nmacs = "== {MACS}"',
    ],
    ids=["parameters are known", "what is unknown only adds", "left out by name"],
)
def test_what_nobody_counts_and_cannot_matter(tmp_path: Path, budget: str) -> None:
    assert convcost("check", str(project(tmp_path, sorted=budget))).code == 0


def test_work_that_is_not_seen_is_unknown_with_its_place_whatever_the_limits(tmp_path: Path) -> None:
    in_numpy = 'model = "net.py:InNumPy"\ninput = "1,3,12,12"\n'
    for limit in (f'params = "== {PARAMS}"', 'macs = "<= 22K"', f'macs = ">= {MACS}"'):
        outcome = convcost("check", str(project(tmp_path, unseen=in_numpy + limit)))
        assert (outcome.code, outcome.err) == (1, "")
        said = " ".join(outcome.out.split())
        assert (
            "not counted whole: the model computes outside PyTorch, where numbers go by Tensor.numpy (net.py:" in said
        )
    excused = in_numpy + f'macs = "== {MACS}"\nuncounted = ["unseen work"]'
    assert convcost("check", str(project(tmp_path, unseen=excused))).code == 0


def test_what_orders_elements_breaks_no_budget(tmp_path: Path) -> None:
    ordered = f'model = "net.py:Ordered"\ninput = "1,3,12,12"\nmacs = "== {MACS}"\nuncounted = "none"'
    assert convcost("check", str(project(tmp_path, ordered=ordered))).code == 0


def test_what_the_budget_leaves_out_is_told(tmp_path: Path) -> None:
    excused = 'uncounted = ["aten::i0", "aten::special_i1"]'
    out = convcost("check", str(project(tmp_path, sorted=SORTED + excused))).out
    said = " ".join(out.split())
    assert "uncounted 0 none but aten::i0, aten::special_i1 ok" in said
    assert "sorted: not in these numbers, as the budget allows: aten::i0 1 time" in said
    assert "as the budget allows" not in convcost("check", str(project(tmp_path, plain='macs = "<= 1M"'))).out


def test_unknown_is_neither_ok_nor_broken(tmp_path: Path) -> None:
    tables = {"unknown": SORTED + 'macs = "<= 22K"', "broken": 'macs = "<= 1K"', "held": 'macs = "<= 1M"'}
    report = package.check(project(tmp_path, **tables))
    assert [outcome.budget.name for outcome in report.unknown] == ["unknown"]
    assert [outcome.budget.name for outcome in report.broken] == ["broken"]
    assert "3 budgets: 1 ok, 1 broken, 1 unknown" in repr(report)
    assert not report.ok


def test_the_most_expensive_layers_stand_below(tmp_path: Path) -> None:
    out = convcost("check", str(project(tmp_path, small='macs = "<= 1K"'))).out
    below = [line.split() for line in out[out.index("most expensive") :].splitlines()]
    # 21,600 of 21,680 are 99.631 %, 80 are 0.369 %.
    assert below[2] == ["stem", "conv", "3×3", "21,600", "99.63", "%"]
    assert below[3] == ["head", "fully", "connected", "80", "0.37", "%"]


def test_networks_of_the_book_and_of_libraries_have_inputs_of_their_own(tmp_path: Path) -> None:
    # Sandler et al. print 300 M and 3.4 M in Table 4; the exact numbers are those of the README's table of it.
    paper = 'model = "mobilenet_v2 --batch 2"\nmacs = "== 601,548,544"\nparams = "== 3504872"'
    # torchvision prints 11,689,512 parameters and 1.81 G for it (its weights' metadata). Elements that convolutions
    # and the classifier write: the stem, 4 + 4 + 1 + … convolutions of each stage, 1,000 scores.
    written = 64 * 112**2 + 4 * 64 * 56**2 + 5 * (128 * 28**2 + 256 * 14**2 + 512 * 7**2) + 1000
    library = (
        'model = "torchvision:resnet18"\nparams = "== 11689512"\nmacs = "< 1.82G"\nuncounted = "none"\n'
        f'activations = "== {written}"'
    )
    assert convcost("check", str(project(tmp_path, paper=paper, library=library))).code == 0


def test_markdown_for_a_job_summary(tmp_path: Path) -> None:
    folder = project(tmp_path, small='macs = "<= 1K"', fine='macs = "<= 1M"')
    written, printed = tmp_path / "summary.md", convcost("check", str(folder), "--markdown", "-")
    assert convcost("check", str(folder), "--markdown", str(written)).code == printed.code == 1
    page = written.read_text(encoding="utf-8")
    assert page == printed.out
    assert page.startswith("### pyproject.toml: 2 budgets: 1 ok, 1 broken.\n")
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:1] == "|"]
    assert ["small", "MACs", "21,680", "&lt;= 1K", "-20,680", "broken"] in cells
    assert ["stem", "conv 3×3", "21,600", "99.63 %"] in cells


def test_markdown_cannot_be_broken_out_of(tmp_path: Path) -> None:
    folder = project(tmp_path, **{'"a|b<script>"': 'macs = "<= 1K"'})
    assert "<script>" not in package.check(folder).to_markdown()
    assert "<script>" not in package.check(folder)._repr_html_()


@pytest.mark.parametrize("width", ["80", "200"])
def test_output_fits(tmp_path: Path, width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = project(tmp_path, **{"a-very-long-name-" * 6: 'macs = "<= 1K"', "s": SORTED + 'macs = "<= 300,000,000"'})
    monkeypatch.setenv("COLUMNS", width)
    lines = convcost("check", str(folder)).out.splitlines()
    assert max(map(len, lines)) <= int(width)
    assert any(line.split()[-5:] == ["21,680", "<=", "1K", "-20,680", "broken"] for line in lines)


@pytest.mark.parametrize(("width", "left_out"), [("40", "limit, margin"), ("64", "margin")])
def test_narrow_terminals_leave_columns_out_and_cut_no_number(
    tmp_path: Path, width: str, left_out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project(tmp_path, **{"a-long-name": 'macs = "<= 1,000,000,000,000"', "small": 'macs = "<= 1K"'})
    monkeypatch.setenv("COLUMNS", width)
    outcome = convcost("check", str(folder))
    lines = [line.split() for line in outcome.out.splitlines()]
    assert max(map(len, outcome.out.splitlines())) <= int(width)
    assert sum("21,680" in words and words[-1] in ("ok", "broken") for words in lines) == 2
    assert f"Not shown at this width: {left_out} (--markdown has every column)." in " ".join(outcome.out.split())


@pytest.mark.parametrize("colours", [True, False], ids=["colours", "NO_COLOR"])
def test_colours(tmp_path: Path, colours: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = project(tmp_path, small='macs = "<= 1K"')
    monkeypatch.setenv("FORCE_COLOR", "1")
    if not colours:
        monkeypatch.setenv("NO_COLOR", "1")
    # Bold is no colour; 31 is red.
    assert ("31m" in convcost("check", str(folder)).out) is colours
    assert "\x1b" not in package.check(folder).text()


def test_from_python(tmp_path: Path) -> None:
    folder = project(
        tmp_path, small=f'macs = "<= 1K"\nparams = "== {PARAMS}"', gone='model = "gone.py:Net"\nmacs = "> 1"'
    )
    told: list[tuple[int, int]] = []
    report = package.check(folder, progress=lambda done, of: told.append((done, of)))
    assert not report.ok
    assert [outcome.budget.name for outcome in report.broken] == ["small"]
    assert [error.split(":")[0] for error in report.errors] == ["[tool.convcost.budgets.gone] gone.py"]
    assert repr(report) == "<pyproject.toml, 2 budgets: 1 broken, 1 not run>"
    frame = report.frame
    assert [frame[name].iloc[0] for name in ("budget", "count")] == ["small", "macs"]
    assert [frame[name].iloc[0] for name in ("number", "bound", "margin")] == [MACS, 1000, 1000 - MACS]
    assert frame["verdict"].tolist() == ["broken", "ok", "no limit", "not run"]
    assert "<table" in report._repr_html_()
    assert told[0] == (0, 2)
    assert report.text().splitlines() == [line.rstrip() for line in convcost("check", str(folder)).out.splitlines()]


def test_a_bar_on_a_terminal_only(tmp_path: Path) -> None:
    folder = project(tmp_path, small='macs = "<= 1M"')
    command = [sys.executable, "-m", "convcost", "check", str(folder)]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    plain = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert plain.stderr == ""
    ours, theirs = os.openpty()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, text=True, env=environment)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the terminal is gone with the last who writes to it
        while part := os.read(ours, 4096):
            shown += part
    out, _ = child.communicate()
    os.close(ours)
    assert "budgets, time left" in shown.decode()
    assert (child.returncode, out) == (0, plain.stdout)


def test_nothing_changes_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, elsewhere = project(tmp_path / "project", gone='model = "gone.py:Net"\nmacs = "< 1"'), tmp_path / "here"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert convcost("check", str(folder)).code == 2
    assert Path.cwd() == elsewhere
    assert convcost("check", "../project", "--markdown", "summary.md").code == 2
    assert [path.name for path in elsewhere.iterdir()] == ["summary.md"]
    rewrite(folder, module='model = "net:Net"\ninput = "1,3,12,12"\nmacs = "== 21680"')
    code = f"from convcost.cli.main import run; raise SystemExit(run(['check', {str(folder)!r}]))"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=elsewhere).returncode == 0
