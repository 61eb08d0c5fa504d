"""Many models at once, by joblib: on this machine, or on a Dask cluster."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from convcost.auditing import supervisor
from convcost.auditing.row import AuditRow
from convcost.auditing.supervisor import Settings
from convcost.core.errors import ConvcostError
from convcost.core.parsing import ModelReference


def rows(
    tasks: Sequence[ModelReference], settings: Settings, jobs: int, dask: str | None = None
) -> Generator[AuditRow]:
    """The rows as they finish, in no order.

    On this machine `jobs` threads of this process keep a process each. With the address of a Dask scheduler
    (tcp://…) the threads of its workers do; `jobs` is then theirs. Closing the iterator ends the processes of this
    machine. Raises ConvcostError where the cluster cannot be reached.
    """
    import joblib

    with _cluster(dask) as backend:
        with joblib.parallel_config(**backend):
            parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)
        finished = parallel(joblib.delayed(supervisor.audit)(str(task), settings) for task in tasks)
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
                warnings.simplefilter("ignore")  # that some tasks were not done is known
                finished.close()


@contextlib.contextmanager
def _cluster(dask: str | None) -> Iterator[dict[str, Any]]:
    """The backend as joblib takes it."""
    if dask is None:
        yield {"backend": "threading"}
        return
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise ConvcostError("--dask needs Dask: pip install 'convcost[distributed]'") from error
    try:
        client: Any = Client(dask, timeout=_REACHED, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ConvcostError(f"cannot reach a Dask scheduler at {dask}; is it running?") from error
    with _silent("distributed.client"), client:  # what it would log is in our one line
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


_REACHED = 10  # seconds
