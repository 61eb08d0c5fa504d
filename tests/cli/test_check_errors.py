"""`convcost check`: what cannot be read, and what cannot be run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.project import project
from tests.shell import convcost


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('model = "net.py:Net"\nmax = "<= 3"', "key of [tool.convcost.budgets.bad] 'max'"),
        ('model = "net.py:Net"\nmac = "<= 3"', "unknown key of [tool.convcost.budgets.bad] 'mac'; did you mean macs?"),
        ('macs = "<= 3" # model', "[tool.convcost.budgets.bad] model is missing"),
        ("model = 3", "[tool.convcost.budgets.bad] model is 3"),
        ("macs = 300", "[tool.convcost.budgets.bad] macs is 300, but must be a limit"),
        ('macs = "=< 300"', "[tool.convcost.budgets.bad] macs is '=< 300', and '=<' is not a comparison"),
        ('params = "<= many"', "[tool.convcost.budgets.bad] params is 'many'"),
        ('uncounted = "some"', "[tool.convcost.budgets.bad] uncounted is 'some'"),
        ("uncounted = true", "[tool.convcost.budgets.bad] uncounted is True"),
        ('model = "net.py:Net"\ninput = [1, 3, 12, 12]', "[tool.convcost.budgets.bad] input is [1, 3, 12, 12]"),
    ],
)
def test_tables_that_cannot_be_read_are_one_line(tmp_path: Path, table: str, said: str) -> None:
    outcome = convcost("check", str(project(tmp_path, good='macs = "<= 1M"', bad=table)))
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert said in outcome.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "has no budget"),
        ("[tool.convcost]\nbudgets = 3", "has no budget"),
        ('[tool.convcost.budgets]\nmacs = "<= 3"', "[tool.convcost.budgets] macs is '<= 3', but must be a table"),
        ("[tool", "cannot read pyproject.toml"),
        (None, "there is no pyproject.toml in "),
        (None, "write pyproject.toml with a table [tool.convcost.budgets.NAME] that has a model and a limit"),
    ],
)
def test_files_that_cannot_be_read_are_one_line(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "pyproject.toml").write_text(content)
    outcome = convcost("check", str(tmp_path))
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert said in outcome.err


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('model = "gone.py:Net"\nmacs = "<= 3"', "[tool.convcost.budgets.bad] gone.py:Net: there is no file gone.py"),
        ('model = "net.py:Nut"\nmacs = "<= 3"', "did you mean Net?"),
        ('model = "net.py:Net"\nmacs = "<= 3"', "[tool.convcost.budgets.bad] net.py:Net: "),
        ('model = "net.py:Net"\ninput = "1,4,12,12"\nmacs = "<= 3"', "cannot run on an input of 1×4×12×12"),
        ('model = "net.py:Net"\ninput = "one"\nmacs = "<= 3"', "cannot read the input 'one'"),
        ('model = "mobilenet_v1 --unit flops"\nmacs = "<= 3"', "unit"),
    ],
)
def test_one_that_cannot_run_is_told_and_the_others_are_checked(tmp_path: Path, lines: str, said: str) -> None:
    folder = project(tmp_path, bad=lines, broken='macs = "<= 1"', good='macs = "<= 1M"')
    outcome = convcost("check", str(folder))
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert said in outcome.err
    assert "21,679 over" in outcome.out
    assert outcome.out.endswith("3 budgets: 1 ok, 1 broken, 1 not run.\n")
