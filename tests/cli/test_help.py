"""Help texts: every command has one, with an example that runs."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import typer.main

from convcost.cli.main import app
from tests.cli.project import project
from tests.shell import convcost

_KNOWN = typer.main.get_command(app).commands  # type: ignore[attr-defined]
COMMANDS = sorted(name for name, command in _KNOWN.items() if not command.hidden)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_that_runs(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = convcost(command, "--help")
    assert outcome.code == 0
    assert max(len(line) for line in outcome.out.splitlines()) <= 80
    # Help folds long lines; an example may go on in the next one.
    example = " ".join(outcome.out.split("Example:")[1].split()).removeprefix("convcost ")
    assert example.split()[0] == command
    project(tmp_path, small='macs = "<= 1M"')  # what convcost check is about
    monkeypatch.chdir(tmp_path)
    ran = convcost(*shlex.split(example))
    assert (ran.code, ran.err) == (0, "")


def test_no_argument_is_help() -> None:
    outcome = convcost()
    assert "Usage: convcost" in outcome.out + outcome.err
    assert all(command in outcome.out + outcome.err for command in COMMANDS)


def test_version() -> None:
    assert convcost("--version").out == "convcost 0.1.0\n"


def test_unknown_command_is_one_line() -> None:
    outcome = convcost("compair")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
