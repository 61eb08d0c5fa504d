"""`pytest --convcost-budgets`: every budget of pyproject.toml is a test."""

from __future__ import annotations

from pathlib import Path

from tests.cli.project import MACS, project, widen
from tests.shell import convcost
from tests.testing.users import ours, run, start

BUDGETS = {"exact": f'macs = "== {MACS}"', "tight": 'macs = "<= 21K"', "gone": 'model = "gone.py:Net"\nmacs = "< 1"'}
FREE = "def test_nothing():\n    pass\n"


def test_budgets_are_tests(tmp_path: Path) -> None:
    folder = project(tmp_path, **BUDGETS)
    (folder / "test_nothing.py").write_text(FREE)
    assert "1 passed" in run(folder)[1]
    code, out = run(folder, "--convcost-budgets")
    assert code == 1
    assert "2 failed, 2 passed" in out
    assert "MACs: 21,680, and the limit is <= 21K: 680 over." in out
    assert "[tool.convcost.budgets.gone] gone.py:Net: there is no file gone.py" in out
    assert "Traceback" not in out
    assert ours(folder, out) == []
    code, out = run(folder, "--convcost-budgets", "pyproject.toml::exact")
    assert (code, "1 passed" in out) == (0, True), out


def test_budgets_meet_their_baseline(tmp_path: Path) -> None:
    folder = project(tmp_path, only='model = "net.py:Net"\ninput = "1,3,12,12"')
    assert convcost("check", str(folder), "--update").code == 0
    assert run(folder, "--convcost-budgets")[0] == 0
    widen(folder)
    code, out = run(folder, "--convcost-budgets")
    assert (code, "+2,710 MACs" in out) == (1, True)


def test_budgets_in_two_processes(tmp_path: Path) -> None:
    folder = project(tmp_path, **BUDGETS)
    code, out = run(folder, "--convcost-budgets", "-n", "2")
    assert (code, "2 failed, 1 passed" in out) == (1, True), out


def test_budgets_that_cannot_be_read(tmp_path: Path) -> None:
    code, _, err = start(tmp_path, "--convcost-budgets", "--rootdir", ".")
    assert (code, err.splitlines()[0]) == (
        4,
        f"ERROR: --convcost-budgets: there is no pyproject.toml in {tmp_path}; start pytest with --rootdir",
    )
    code, out = run(project(tmp_path, bad="macs = 3"), "--convcost-budgets")
    assert code == 2
    assert "[tool.convcost.budgets.bad] macs is 3, but must be a limit" in " ".join(out.split())
    assert "Traceback" not in out
