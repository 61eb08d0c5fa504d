"""An audit from its first row to its last, over as many starts as it takes."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Callable, Sequence, Sized
from pathlib import Path

from convcost.auditing import journal, parallel
from convcost.auditing.journal import Journal
from convcost.auditing.row import AuditRow
from convcost.auditing.supervisor import Settings
from convcost.core.errors import ConvcostError
from convcost.core.parsing import LIBRARIES, ModelReference

Progress = Callable[[int, int], None]
"""Is told how many models are done, and of how many."""


def audited(
    tasks: Sequence[ModelReference],
    *,
    seconds: float,
    gibibytes: float,
    jobs: int | None = None,
    dask: str | None = None,
    out: Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> list[AuditRow]:
    """The rows of all models, in the order of the tasks.

    With `out`, each row is appended to a journal beside that file as soon as it is there, which is left in place
    for the caller to delete when the file is written; `resume` takes what the journal holds as done.
    """
    for name, value in (("time limit", seconds), ("memory limit", gibibytes), ("number of jobs", jobs)):
        if value is not None and not 0 < value <= _MOST:  # nor is NaN
            raise ConvcostError(f"the {name} is {value}, but must be above 0 and at most {_MOST:,}")
    if jobs is not None and dask is not None:
        raise ConvcostError("--jobs is for this machine; a cluster has as many workers as it has")
    if resume and out is None:
        raise ConvcostError("--resume goes on with the journal beside the output: give --out too")
    if resume and out is not None and out.exists() and not journal.place(out).exists():
        raise ConvcostError(f"{out} is whole, so there is nothing to go on with; leave out --resume to audit anew")
    kept = None
    if out is not None:
        kept = Journal(journal.place(out), journal.header(tasks, seconds, gibibytes), resume)
    done = {row.name: row for row in kept.rows} if kept else {}
    try:
        left = [task for task in tasks if str(task) not in done]
        _report(progress, done, tasks)
        settings = Settings(seconds, gibibytes, _libraries(left), os.getcwd(), uuid.uuid4().hex)
        with contextlib.closing(parallel.rows(left, settings, min(jobs or _cores(), len(left)), dask)) as rows:
            for row in rows if left else ():
                if kept is not None:
                    kept.add(row)
                done[row.name] = row
                _report(progress, done, tasks)
    finally:
        if kept is not None:
            kept.close(keep=bool(done))
    return [done[str(task)] for task in tasks]


_MOST = 10**6


def _report(progress: Progress | None, done: Sized, tasks: Sized) -> None:
    if progress is not None:
        progress(len(done), len(tasks))


def _libraries(tasks: Sequence[ModelReference]) -> tuple[str, ...]:
    places = {task.place for task in tasks}
    return tuple(name for name in LIBRARIES if name in places)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
