"""Where output goes: links, devices, full disks, readers that leave, terminals that cannot print."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import convcost as package
from convcost.cli import console
from tests.shell import convcost

SMALL = ("compare", "mobilenet_v1", "--alpha", "0.25", "--resolution", "32")
COMMAND = (sys.executable, "-m", "convcost")


def test_a_link_stays_a_link_and_its_target_is_written(tmp_path: Path) -> None:
    target, link = tmp_path / "rows.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    assert convcost(*SMALL, "--csv", str(link)).code == 0
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("layer,")


def test_a_pipe_gets_the_bytes_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen([sys.executable, "-c", f"print(len(open({str(pipe)!r}).read()))"], stdout=subprocess.PIPE)
    assert convcost(*SMALL, "--csv", str(pipe)).code == 0
    out, _ = reader.communicate()
    assert int(out) > 1000
    assert pipe.is_fifo()


def test_two_outputs_of_one_name_are_refused(tmp_path: Path) -> None:
    outcome = convcost(*SMALL, "--csv", str(tmp_path / "f"), "--json", str(tmp_path / "." / "f"))
    assert (outcome.code, outcome.err.count("\n"), list(tmp_path.iterdir())) == (2, 1, [])


TALKING = """
from torch import nn


class Net(nn.Linear):
    def __init__(self):
        print("built")
        super().__init__(3, 2)

    def forward(self, x):
        print("run")
        return super().forward(x)
"""


@pytest.mark.parametrize("command", ["count", "compare", "summary", "derive"])
def test_what_a_model_prints_is_no_part_of_the_report(command: str, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(TALKING, encoding="utf-8")
    for options in (["--csv", "-"], ["--json", "-"], []):
        outcome = convcost(command, f"{tmp_path / 'net.py'}:Net", "--input", "2,3", *options)
        assert outcome.code == 0
        assert {"built", "run"} <= set(outcome.err.split())
        assert {"built", "run"}.isdisjoint(outcome.out.split())


def test_a_reader_that_leaves_is_no_disagreement() -> None:
    command = f"{shlex.join(COMMAND)} list | head -1 >/dev/null; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("0", "141")
    assert done.stderr == ""


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("command", "code"), [("list", 0), ("--version", 0), ("show mobilenet_v1", 0), ("nonsense", 2), ("check none", 2)]
)
def test_what_the_caller_closed_takes_nothing_and_is_no_fault(closed: str, command: str, code: int) -> None:
    shell = f"{shlex.join(COMMAND)} {command} {closed}"
    done = subprocess.run(["/bin/bash", "-c", shell], capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert done.stderr.count("\n") == (1 if code and "2>" not in closed else 0)


def test_a_file_does_not_take_the_place_of_a_closed_output(tmp_path: Path) -> None:
    file, other = tmp_path / "rows.csv", tmp_path / "same.csv"
    shell = f"{shlex.join((*COMMAND, *SMALL))} --csv {shlex.quote(str(file))} >&- 2>&-"
    subprocess.run(["/bin/bash", "-c", shell], check=True)
    assert convcost(*SMALL, "--csv", str(other)).code == 0
    assert file.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("environment", [{"PYTHONIOENCODING": "ascii"}], ids=["ascii"])
def test_a_terminal_that_cannot_print_is_one_line(environment: dict[str, str]) -> None:
    command = [*COMMAND, "formula", "depthwise_separable"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("error: cannot print")


@pytest.mark.parametrize(
    "line",
    [
        ("check", "{}"),
        ("count", "mobilenet_v1", "--csv", "{}"),
        ("count", "{}.py:Net"),
        ("list", "--json", "{}/rows.json"),
        ("audit", "models.txt", "--out", "{}.csv"),
    ],
    ids=" ".join,
)
def test_a_name_that_no_file_can_have_is_one_line(line: tuple[str, ...]) -> None:
    outcome = convcost(*(word.format("x" * 300) for word in line))  # a file's name has at most 255 bytes
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert outcome.err.startswith(f"error: cannot use {'x' * 300}")
    assert outcome.err.endswith(": File name too long\n")


def test_a_fault_of_our_own_is_not_a_disagreement(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr("convcost.api.models.compare", broken)
    outcome = convcost(*SMALL)
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "KeyError" in outcome.err


@pytest.mark.parametrize(
    ("name", "alpha"), [("mobilenet_v1", "0.3"), ("mobilenet_v2", "0.35"), ("mobilenet_v2", "1.4")]
)
def test_law_of_widths_that_are_no_whole_channels(name: str, alpha: str) -> None:
    outcome = convcost("compare", name, "--alpha", alpha, "--resolution", "96")
    assert (outcome.code, outcome.err) == (0, "")
    assert "nothing rounded" in outcome.out


def test_interrupted_is_one_line_and_the_shells_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("convcost.api.models.compare", stopped)
    outcome = convcost(*SMALL)
    assert (outcome.code, outcome.out, outcome.err.strip()) == (130, "", "error: interrupted")


def test_repr_is_one_short_line() -> None:
    report = package.compare("mobilenet_v1", alpha="0.25", resolution=32)
    assert repr(report) == "<MobileNet V1, α = 0.25, R = 32: input 1×3×32×32, measured mobilenet_v1: agree>"


@pytest.mark.parametrize("place", ["-", "/dev/stdout"])
@pytest.mark.parametrize("option", ["--csv", "--markdown", "--json", "--latex"])
def test_a_dash_is_standard_output_and_nothing_else_is_printed(place: str, option: str, tmp_path: Path) -> None:
    file = tmp_path / "found"
    assert convcost("count", "mobilenet_v1", option, str(file)).code == 0
    outcome = convcost("count", "mobilenet_v1", option, place)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == file.read_text(encoding="utf-8")


def test_two_outputs_cannot_both_be_standard_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = convcost("count", "mobilenet_v1", "--csv", "-", "--json", "-")
    assert (outcome.code, outcome.out) == (2, "")
    assert "--csv and --json would both write -" in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_a_picture_needs_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = convcost("compare", "mobilenet_v1", "--plot", "-")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert list(tmp_path.iterdir()) == []


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_long_work_is_said_on_a_terminal_until_something_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    said, printed = _Terminal(), io.StringIO()
    monkeypatch.setattr(console, "DELAY", 0)
    monkeypatch.setattr(sys, "stderr", said)
    monkeypatch.setattr(sys, "stdout", printed)
    with console.working("convcost compare net"):
        deadline = threading.Event()
        while "convcost compare net" not in said.getvalue():
            deadline.wait(0.01)
        console.show(package.count("mobilenet_v1"))
        at_the_end = said.getvalue()
    assert "568,740,352" in printed.getvalue()
    assert said.getvalue() == at_the_end


def test_a_pipe_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    monkeypatch.setattr(console, "DELAY", 0)
    monkeypatch.setattr(sys, "stderr", said)
    with console.working("convcost compare net"):
        threading.Event().wait(0.05)
    assert said.getvalue() == ""


def test_long_work_takes_nothing_from_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    said, printed = _Terminal(), io.StringIO()
    monkeypatch.setattr(console, "DELAY", 0)
    monkeypatch.setattr(sys, "stderr", said)
    monkeypatch.setattr(sys, "stdout", printed)
    running, say = threading.Event(), console._say

    def say_while_a_model_runs(*given: Any) -> None:
        running.wait()
        say(*given)

    monkeypatch.setattr(console, "_say", say_while_a_model_runs)
    with console.working("convcost count a[/]b"):
        with contextlib.redirect_stdout(io.StringIO()):
            running.set()
            while "a[/]b" not in said.getvalue():
                threading.Event().wait(0.01)
        console.show(package.count("mobilenet_v1"))
    assert "568,740,352" in printed.getvalue()
    assert sys.stdout is printed
