"""Models that hang, die, take too much or cannot be built: a row with the reason each, and the rest goes on."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from typing import Any

import psutil
import pytest

import convcost
from convcost.auditing.row import AuditRow
from convcost.report.audit import AuditReport
from tests.auditing.zoo import HERE, line

# A machine may be as slow as it likes: what hangs reaches any limit of time, and nothing else comes near an hour.
LIMITS: dict[str, Any] = {"time_limit": 3600, "memory_limit": 1}
GOOD = [line("Small"), line("Small", "--arg width=5", "--input 1,3,9,9"), line("Chatty")]
ERRORS = {
    "dies": "its process ended by itself with exit code 3",
    "faults": "its process was ended by SIGSEGV",
    "hog": "it takes more than 1 GiB of memory (--memory-limit)",
    "broken": f"{HERE}:broken cannot be built: ValueError: no such width",
    "leaves": f"{HERE}:leaves cannot be built: SystemExit: enough",
    "interrupts": "its code raises KeyboardInterrupt",
    "no_input": f"{HERE}:no_input declares no input: give --input 1,3,224,224, or --input int64:1,77 for whole "
    "numbers (from Python inputs=(1, 3, 224, 224))",
}
LINES = [GOOD[0], *map(line, ERRORS), GOOD[1], line("huge", "--input 1,10000000"), GOOD[2]]
HANGING = [line("hangs"), line("hangs_in_c")]


@pytest.fixture(scope="module")
def report() -> AuditReport:
    return convcost.audit(LINES, jobs=2, **LIMITS)


@pytest.fixture(scope="module")
def hanging() -> AuditReport:
    return convcost.audit(HANGING, jobs=2, time_limit=1)


def test_every_model_has_its_row_in_the_order_of_the_list(report: AuditReport, hanging: AuditReport) -> None:
    assert [row.name for row in report] == LINES
    assert [row.name for row in hanging] == HANGING


@pytest.mark.parametrize("factory", ERRORS)
def test_what_goes_wrong_is_the_models_own_row(factory: str, report: AuditReport) -> None:
    row = next(row for row in report if row.name == line(factory))
    said = re.sub(r" \((?:tests/auditing/)?zoo\.py:\d+\)$", "", row.error)  # where it was raised
    assert (row.verdict, said, row.macs_formula) == ("error", ERRORS[factory], None)


def test_what_hangs_is_ended_at_the_limit_of_time(hanging: AuditReport) -> None:
    said = "no result within 1 seconds (--time-limit)"
    assert [(row.verdict, row.error, row.macs_formula) for row in hanging] == [("error", said, None)] * 2
    assert all(row.seconds >= 1 for row in hanging)


def test_a_process_that_its_own_alarm_ends_was_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcost.auditing.supervisor._WATCH", 3600)  # the supervisor looks when the process is gone
    (row,) = convcost.audit(HANGING[:1], jobs=1, time_limit=1)
    assert row.error == "no result within 1 seconds (--time-limit)"


def test_the_rest_is_counted(report: AuditReport) -> None:
    small, other, huge, chatty = (row for row in report if not row.error)
    assert (small.parameters, small.macs_formula, small.input) == (27 * 2, 27 * 2 * 36, "1×3×8×8")
    assert (other.parameters, other.macs_formula, other.input) == (27 * 5, 27 * 5 * 49, "1×3×9×9")
    assert (huge.parameters, huge.macs_formula) == (10**14 + 10**7, 10**14)
    assert chatty.macs_formula == small.macs_formula


def test_time_and_memory_are_measured(report: AuditReport) -> None:
    assert all(row.seconds > 0 for row in report)
    by_name = {row.name: row for row in report}
    assert by_name[line("hog")].peak_mib > 1024
    # A process that has imported PyTorch takes more than this, and a model without weights adds little.
    assert all(100 < row.peak_mib < 1024 for row in report if row.name not in (line("hog"), line("dies")))


def test_no_process_is_left(report: AuditReport, hanging: AuditReport) -> None:
    assert len(report) + len(hanging) == len(LINES + HANGING)
    assert [worker for worker in psutil.Process().children() if "convcost.auditing.worker" in worker.cmdline()] == []


def bare(report: AuditReport) -> list[AuditRow]:
    """Rows without what varies from run to run."""
    return [row.timed(0, 0) for row in report]


def test_one_process_gives_the_same_rows(report: AuditReport) -> None:
    few = [line("Small"), line("dies"), *GOOD[1:], line("broken")]
    alone = convcost.audit(few, jobs=1, **LIMITS)
    assert bare(alone) == [row for name in few for row in bare(report) if row.name == name]


def test_a_process_that_was_idle_too_long_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcost.auditing.supervisor.IDLE", -1)
    report = convcost.audit(GOOD[:2], jobs=1)
    assert [row.error for row in report] == ["", ""]


def test_a_worker_that_cannot_start_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcost.auditing.supervisor.sys.executable", "/bin/false")
    with pytest.raises(convcost.ConvcostError, match="a worker process does not start, its process ended by itself"):
        convcost.audit(GOOD)


def test_a_process_whose_supervisor_is_gone_ends_though_python_is_busy() -> None:
    command = [sys.executable, "-P", "-m", "convcost.auditing.worker"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(json.dumps([line("hangs_in_c"), 0]).encode() + b"\n")
    process.stdin.flush()
    assert process.wait() == -signal.SIGALRM
    process.communicate()


def test_ctrl_c_in_the_supervisor_ends_its_processes() -> None:
    def interrupt(done: int, _: int) -> None:
        if done == 1:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    try:
        with pytest.raises(KeyboardInterrupt):
            convcost.audit([GOOD[0], *HANGING], jobs=2, time_limit=3600, progress=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    assert [worker for worker in psutil.Process().children() if "convcost.auditing.worker" in worker.cmdline()] == []
