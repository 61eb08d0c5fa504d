"""Supervises the processes that compare models: one that hangs, dies or takes too much memory is replaced.

Memory is the resident set that the system reports every few milliseconds: a limit on the address space would forbid
what PyTorch reserves and never touches.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import psutil

from convcost.auditing.row import ERROR, AuditRow
from convcost.auditing.worker import IDLE, READY
from convcost.core.errors import ConvcostError


@dataclass(frozen=True)
class WorkerSettings:
    """What a model may take, and where its process works.

    `time_limit` is in seconds, `memory_limit` in GiB; `libraries` are imported before the first model; `folder` is
    where relative paths start; `run` tells one audit from the next.
    """

    time_limit: float
    memory_limit: float
    libraries: tuple[str, ...]
    folder: str
    run: str


_WATCH = 0.02  # seconds between two looks
_START = 120  # seconds that imports may take


class _NoAnswer(Exception):  # noqa: N818
    """The process ended before its answer, or exceeded a limit and is still there; the text says which."""


class _Process:
    def __init__(self, settings: WorkerSettings) -> None:
        threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # the processes are the parallelism
        try:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", "-m", "convcost.auditing.worker", *settings.libraries],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=settings.folder,
                env={**os.environ, **threads},
                start_new_session=True,  # Ctrl-C is for the supervisor
            )
        except OSError as error:  # a cluster's machine may not have the folder
            raise ConvcostError(f"a worker process does not start in {settings.folder}: {error.strerror}") from error
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._watched = psutil.Process(self._process.pid)
        self._buffer = b""
        self.peak = 0
        self.used = time.monotonic()
        self.started = False

    def start(self) -> None:
        """Wait for the imports; raises ConvcostError if they fail."""
        try:
            self.started = self.receive(_START, None) == READY
        except _NoAnswer as error:
            text = f"a worker process does not start, {error}; python -P -m convcost.auditing.worker says why"
            raise ConvcostError(text) from error

    def send(self, value: object) -> None:
        self.peak = 0
        self._look()
        with contextlib.suppress(BrokenPipeError):  # then there is no answer either
            self._stdin.write(json.dumps(value).encode() + b"\n")
            self._stdin.flush()

    def receive(self, time_limit: float, memory_limit: float | None) -> object:
        """Return the next answer; raises _NoAnswer."""
        deadline = time.monotonic() + time_limit
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                ready = selector.select(_WATCH)
                self._look()
                late = time.monotonic() > deadline
                chunk = os.read(self._stdout.fileno(), 2**16) if ready else b""
                if chunk:
                    self._buffer += chunk
                elif late:  # its own alarm may have been first
                    raise _NoAnswer(f"no result within {time_limit:g} seconds (--time-limit)")
                elif ready:
                    raise _NoAnswer(self._how())
                elif memory_limit is not None and self.peak > memory_limit * 2**30:
                    raise _NoAnswer(f"it takes more than {memory_limit:g} GiB of memory (--memory-limit)")
        line, _, self._buffer = self._buffer.partition(b"\n")
        self.used = time.monotonic()
        answer: object = json.loads(line)
        return answer

    def _look(self) -> None:
        with contextlib.suppress(psutil.Error):
            self.peak = max(self.peak, self._watched.memory_info().rss)

    def _how(self) -> str:
        code = self._process.wait()
        if code < 0:
            return f"its process was ended by {signal.Signals(-code).name}"
        return f"its process ended by itself with exit code {code}"

    @property
    def fresh(self) -> bool:
        """Whether it is still waiting for a request, and will be for long enough to send one."""
        return self.started and self._process.poll() is None and time.monotonic() - self.used < IDLE / 2

    def end(self) -> None:
        """Kill the process; a thread that waits for its answer sees the end."""
        self.started = False
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Kill the process and close its pipes; nobody else may be using them."""
        self.end()
        for pipe in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):
                pipe.close()


_lock = threading.Lock()
_idle: dict[WorkerSettings, list[_Process]] = {}  # those of an audit
_busy: dict[_Process, WorkerSettings] = {}
_stopped: set[str] = set()


def supervised(line: str, settings: WorkerSettings) -> dict[str, object]:
    """Return the row of a model as plain data, compared in a process of its own; no failure of the model raises.

    Raises ConvcostError where no process can be started, and after `stop`.
    """
    process = _leased(settings)
    began = time.monotonic()
    try:
        process.send((line, settings.time_limit))
        row = AuditRow.from_json(process.receive(settings.time_limit, settings.memory_limit))
    except _NoAnswer as error:
        row = AuditRow(line, ERROR, error=str(error))
        process.end()
    except BaseException:
        process.end()  # its answer would be taken for the next model's
        raise
    finally:
        _returned(process, settings)
    return row.timed(time.monotonic() - began, process.peak).as_json()


def _leased(settings: WorkerSettings) -> _Process:
    """Return a process that waits for a request."""
    with _lock:
        waiting = _idle.get(settings)
        process = waiting.pop() if waiting else None
    if process is not None and not process.fresh:
        process.close()
        process = None
    with _lock:
        process = process or _Process(settings)
        _busy[process] = settings
        stopped = settings.run in _stopped
    try:
        if stopped:
            raise ConvcostError("this audit was stopped")
        if not process.started:
            process.start()
    except BaseException:
        process.end()
        _returned(process, settings)
        raise
    return process


def _returned(process: _Process, settings: WorkerSettings) -> None:
    with _lock:
        _busy.pop(process)
        if process.fresh and settings.run not in _stopped:
            _idle.setdefault(settings, []).append(process)
            return
    process.close()


def stop(settings: WorkerSettings) -> None:
    """End every process of an audit, busy or not; it starts no other."""
    with _lock:
        _stopped.add(settings.run)
        for process, belongs in _busy.items():
            if belongs == settings:
                process.end()
        for process in _idle.pop(settings, ()):
            process.close()
