"""An audit from its first row to its last, over as many starts as it takes: many models at once, by joblib."""

from __future__ import annotations

import contextlib
import logging
import os
import uuid
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence, Sized
from pathlib import Path

from convcost.auditing import journal, supervisor
from convcost.auditing.journal import Journal
from convcost.auditing.row import AuditRow
from convcost.auditing.supervisor import WorkerSettings
from convcost.core.errors import ConvcostError
from convcost.core.parsing import LIBRARIES, ModelReference

ModelsDone = Callable[[int, int], None]
"""Is told how many models are done, and of how many."""

_MOST = 10**6
_SECONDS_TO_CONNECT = 10


def run_audit(
    models: Sequence[ModelReference],
    *,
    time_limit: float,
    memory_limit: float,
    jobs: int | None = None,
    dask: str | None = None,
    out: Path | None = None,
    resume: bool = False,
    progress: ModelsDone | None = None,
) -> list[AuditRow]:
    """Return the rows of all models, in the order of `models`.

    With `out`, each row is appended to a journal beside that file as soon as it is there. The journal is left in place
    for the caller to delete when the file is written; `resume` takes what it holds as done.
    """
    limits = {"--time-limit": time_limit, "--memory-limit": memory_limit, "--jobs": jobs}
    for name, value in limits.items():
        if value is not None and not 0 < value <= _MOST:  # nor is NaN
            raise ConvcostError(f"{name} is {value}, but must be above 0 and at most {_MOST:,}")
    if jobs is not None and dask is not None:
        raise ConvcostError("--jobs is for this machine; leave it out, as a cluster runs as many as it has workers")
    if resume and out is None:
        raise ConvcostError("--resume goes on with the journal beside the output: give --out too")
    if resume and out is not None and out.exists() and not journal.place(out).exists():
        raise ConvcostError(f"{out} is complete, so there is nothing to resume; leave out --resume to audit anew")
    kept = None
    if out is not None:
        kept = Journal(journal.place(out), journal.header(models, time_limit, memory_limit), resume)
    done = {row.name: row for row in kept.rows} if kept else {}
    try:
        left = [model for model in models if str(model) not in done]
        _report(progress, done, models)
        settings = WorkerSettings(time_limit, memory_limit, _libraries(left), os.getcwd(), uuid.uuid4().hex)
        with contextlib.closing(_rows(left, settings, min(jobs or _cores(), len(left)), dask)) as rows:
            for row in rows if left else ():
                if kept is not None:
                    kept.add(row)
                done[row.name] = row
                _report(progress, done, models)
    finally:
        if kept is not None:
            kept.close(keep=bool(done))
    return [done[str(model)] for model in models]


def _report(progress: ModelsDone | None, done: Sized, models: Sized) -> None:
    if progress is not None:
        progress(len(done), len(models))


def _libraries(models: Sequence[ModelReference]) -> tuple[str, ...]:
    places = {model.place for model in models}
    return tuple(name for name in LIBRARIES if name in places)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _rows(
    models: Sequence[ModelReference], settings: WorkerSettings, jobs: int, dask: str | None
) -> Generator[AuditRow]:
    """Yield the rows as they finish, in no order.

    On this machine each of `jobs` threads supervises a process. With the address of a Dask scheduler (tcp://…) the
    threads of its workers do. Closing the iterator ends the processes of this machine. Raises ConvcostError where the
    cluster cannot be reached.
    """
    import joblib

    with _cluster(dask) as backend:
        with joblib.parallel_config(**backend):
            parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)
        finished = parallel(joblib.delayed(supervisor.supervised)(str(model), settings) for model in models)
        try:
            for row in finished:
                yield AuditRow.from_json(row)
        except ConvcostError:
            raise
        except Exception as error:
            if dask is None:
                raise
            said = " ".join(f"{type(error).__name__}: {error}".split())
            raise ConvcostError(f"the Dask cluster gave up: {said}") from error
        finally:
            supervisor.stop(settings)  # before joblib waits for its threads
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # joblib says that some tasks were not done, which is known
                finished.close()


@contextlib.contextmanager
def _cluster(dask: str | None) -> Iterator[dict[str, object]]:
    """Yield the backend as joblib takes it."""
    if dask is None:
        yield {"backend": "threading"}
        return
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise ConvcostError("--dask needs Dask: pip install 'convcost[distributed]'") from error
    try:
        client = Client(dask, timeout=_SECONDS_TO_CONNECT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ConvcostError(f"cannot reach a Dask scheduler at {dask}; is it running?") from error
    with _silent("distributed.client"), client:  # our one line says what it would log
        yield {"backend": "dask", "client": client}


@contextlib.contextmanager
def _silent(name: str) -> Iterator[None]:
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
