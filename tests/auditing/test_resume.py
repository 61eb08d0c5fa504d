"""kill -9 and Ctrl-C lose at most the model in hand, and a resumed audit gives the same file, byte for byte."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.auditing.zoo import line
from tests.shell import convcost

MODELS, FREE = 7, 3
LIMITS = ("--jobs", "1", "--time-limit", "3600")


class Place:
    """A folder with a list of models that note in a file that they were built; the last wait until `gate` is there."""

    def __init__(self, folder: Path) -> None:
        self.list, self.out, self.log = folder / "list.txt", folder / "rows.csv", folder / "log"
        self.journal = folder / "rows.csv.partial"
        self.built, self.gate = folder / "built", folder / "gate"
        self.list.write_text("\n".join(self._line(width) for width in range(1, MODELS + 1)) + "\n")

    def _line(self, width: int) -> str:
        gate = f" --arg gate={self.gate}" if width > FREE else ""
        return line("Small", f"--arg width={width} --arg log={self.built}{gate}")

    @property
    def arguments(self) -> tuple[str, ...]:
        return ("audit", str(self.list), *LIMITS, "--out", str(self.out))

    def start(self) -> subprocess.Popen[str]:
        # A test run in the background ignores Ctrl-C, and so would what it starts.
        heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
        code = f"{heeding}; from convcost.cli.main import main; main()"
        command = [sys.executable, "-c", code, *self.arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def rows(self) -> int:
        """Finished rows in the journal, whose first line is no row."""
        return max(self.journal.read_bytes().count(b"\n") - 1, 0) if self.journal.exists() else 0

    def wait_for_rows(self, least: int, process: subprocess.Popen[str]) -> None:
        while self.rows() < least:
            assert process.poll() is None
            time.sleep(0.01)

    def widths_built(self) -> list[int]:
        return [int(width) for width in self.built.read_text().split()]


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, bytes]:
    """The place of an audit that ran through, and its file."""
    place = Place(tmp_path_factory.mktemp("audit"))
    place.gate.touch()
    outcome = convcost(*place.arguments)
    assert (outcome.code, outcome.err) == (0, "")
    assert not place.journal.exists()
    assert place.widths_built() == list(range(1, MODELS + 1))
    return place, place.out.read_bytes()


@pytest.fixture
def place(straight: tuple[Place, bytes]) -> Iterator[Place]:
    place, _ = straight
    for path in (place.out, place.journal, place.built, place.gate):
        path.unlink(missing_ok=True)
    yield place
    place.journal.unlink(missing_ok=True)


def test_kill_9_half_way(place: Place, straight: tuple[Place, bytes]) -> None:
    process = place.start()
    place.wait_for_rows(FREE, process)
    workers = psutil.Process(process.pid).children()
    process.kill()
    process.communicate()
    done = place.rows()
    assert done == FREE
    assert not place.out.exists()
    gone, alive = psutil.wait_procs(workers)
    assert (len(gone), alive) == (len(workers), [])
    with place.journal.open("ab") as file:
        file.write(b'{"name": "torn in the mid')
    place.gate.touch()
    outcome = convcost(*place.arguments, "--resume")
    assert (outcome.code, outcome.err) == (0, "")
    assert place.out.read_bytes() == straight[1]
    assert not place.journal.exists()
    # Only the model in hand, if any, was built twice.
    every = list(range(1, MODELS + 1))
    assert sorted(place.widths_built()) in (every, sorted([*every, done + 1]))


def test_ctrl_c_half_way(place: Place, straight: tuple[Place, bytes]) -> None:
    process = place.start()
    place.wait_for_rows(2, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert err == "stopped; what is done is saved: the same command with --resume continues\nerror: interrupted\n"
    assert 2 <= place.rows() <= FREE
    place.gate.touch()
    assert convcost(*place.arguments, "--resume").code == 0
    assert place.out.read_bytes() == straight[1]


def test_without_resume_a_journal_is_not_overwritten(place: Place) -> None:
    place.journal.write_text('{"convcost": "0"}\n')
    outcome = convcost(*place.arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert "go on with --resume, or delete it" in outcome.err
    assert place.journal.read_text() == '{"convcost": "0"}\n'


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"torch": "1.0"}, "torch was 1.0, now it is "),
        ({"code of convcost": "other"}, "code of convcost was other"),
        ({"--time-limit": 5}, "--time-limit was 5, now it is 3600.0"),
        ({"list of models": "none"}, "list of models was none"),
        ({"of a later version": 1}, "of a later version was 1, now it is None"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_journal_of_something_else_is_refused(place: Place, change: dict[str, object], said: str) -> None:
    from convcost.auditing import journal
    from convcost.auditing.run import read_models

    header = {**journal.header(read_models(place.list), 3600.0, 8.0), **change}
    place.journal.write_text(json.dumps(header) + "\n")
    outcome = convcost(*place.arguments, "--resume")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert said in outcome.err


@pytest.mark.parametrize("content", ["name,verdict\n", "[]\n", "3\n", '{"a": 1}\n[2]\n'])
def test_what_is_no_journal_is_refused(place: Place, content: str) -> None:
    place.journal.write_text(content)
    outcome = convcost(*place.arguments, "--resume")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "cannot resume" in outcome.err
    assert place.journal.read_text() == content


def test_resume_without_a_journal_starts_and_nothing_done_leaves_none(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convcost.auditing.run._SECONDS_TO_CONNECT", 0.5)
    outcome = convcost(*place.arguments[:2], "--out", str(place.out), "--resume", "--dask", "tcp://127.0.0.1:1")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "cannot reach a Dask scheduler at tcp://127.0.0.1:1" in outcome.err
    assert not place.journal.exists()


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_what_ran_through_is_not_audited_again(tmp_path: Path, name: str) -> None:
    place = Place(tmp_path)
    place.gate.touch()
    arguments = (*place.arguments[:-1], str(tmp_path / name))
    first = convcost(*arguments)
    content = (tmp_path / name).read_bytes()
    again = convcost(*arguments, "--resume")
    assert (again.code, again.err, again.out) == (0, "", first.out)
    assert (tmp_path / name).read_bytes() == content
    assert place.widths_built() == list(range(1, MODELS + 1))
    other = convcost(*arguments, "--resume", "--filter", "*width=1 *")
    assert (other.code, other.out, other.err.count("\n")) == (2, "", 1)
    assert "has the rows of other models; leave out --resume to replace them" in other.err
    (tmp_path / name).write_bytes(b"whole")
    broken = convcost(*arguments, "--resume")
    assert (broken.code, broken.out, broken.err.count("\n")) == (2, "", 1)
    assert (tmp_path / name).read_bytes() == b"whole"


def test_a_finished_audit_keeps_its_verdict(tmp_path: Path) -> None:
    models = tmp_path / "list.txt"
    models.write_text(line("broken") + "\n")
    arguments = ("audit", str(models), "--out", str(tmp_path / "rows.csv"))
    assert convcost(*arguments).code == convcost(*arguments, "--resume").code == 2


def test_two_audits_of_one_file_are_refused(place: Place) -> None:
    process = place.start()
    place.wait_for_rows(1, process)
    outcome = convcost(*place.arguments, "--resume")
    process.kill()
    process.communicate()
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "another audit is writing" in outcome.err


def test_a_terminal_has_a_bar(place: Place) -> None:
    leader, follower = os.openpty()
    command = [sys.executable, "-m", "convcost", "audit", str(place.list), "--filter", "*width=1 *"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=follower, text=True)
    os.close(follower)
    shown = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while chunk := os.read(leader, 2**16):
            shown += chunk
    os.close(leader)
    out, _ = process.communicate()
    assert all(part in shown.decode() for part in ("1/1", "models, time left"))
    assert (process.returncode, out.splitlines()[-1]) == (0, "1 model audited.")
