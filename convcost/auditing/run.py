"""An audit: the models to compare, and their rows from the first to the last, many at once by joblib."""

import contextlib
import csv
import io
import logging
import os
import uuid
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from convcost.auditing import journal, supervisor
from convcost.auditing.journal import Journal
from convcost.auditing.row import AuditRow
from convcost.auditing.supervisor import WorkerSettings
from convcost.core.errors import ConvcostError
from convcost.core.parsing import LIBRARIES, ModelReference, ReferenceKind, parse_model


def read_models(models: str | Path | Iterable[str], pattern: str | None = None) -> list[ModelReference]:
    """Return the models of a library ("torchvision", …), of a file, or of lines that are given; each once.

    Models of transformers are built small: two layers and 256 words, all widths as by default.

    models   a file is text with one model per line (# starts a comment), or CSV whose first column has the lines
    pattern  keeps the models whose line matches this glob; a glob without a colon is compared with what follows the
             line's colon: resnet* finds torchvision:resnet18

    Raises ConvcostError for a file that is not there or cannot be read, and where no model is left.
    """
    found = _listed(models) if isinstance(models, str | Path) else [parse_model(line) for line in models]
    kept = [reference for reference in dict.fromkeys(found) if pattern is None or _matches(reference, pattern)]
    if not kept:
        place = f"of {models} " if isinstance(models, str | Path) else ""
        raise ConvcostError(f"no model {place}matches {pattern!r}" if found else f"there is no model {place}to audit")
    return kept


def _matches(reference: ModelReference, pattern: str) -> bool:
    bare = reference if ":" in pattern else replace(reference, kind=ReferenceKind.NETWORK, place="", revision="")
    return fnmatchcase(str(bare), pattern)


def _listed(models: str | Path) -> list[ModelReference]:
    if models in LIBRARIES:
        from convcost.models.torchvision_and_timm import library, torchvision_names
        from convcost.models.transformers_library import transformers_names

        if models == "transformers":
            return [parse_model(f"{models}:{name} --arg small=true") for name in transformers_names()]
        names = torchvision_names() if models == "torchvision" else library("timm").list_models()
        return [parse_model(f"{models}:{name}") for name in names]
    path = Path(models)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConvcostError(f"there is no file {path}; give {', '.join(LIBRARIES)}, or a file of models") from error
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConvcostError(f"cannot read {path}: {said}") from error
    lines = _first_column(text) if path.suffix.lower() == ".csv" else text.splitlines()
    found = []
    for number, line in enumerate(lines, start=1):
        bare = line.partition("#")[0].strip()
        if bare:
            try:
                found.append(parse_model(bare))
            except ConvcostError as error:
                raise ConvcostError(f"{path}, line {number}: {error}") from error
    return found


_HEADERS = ("name", "model", "reference")


def _first_column(text: str) -> list[str]:
    cells = [row[0] if row else "" for row in csv.reader(io.StringIO(text))]
    return ["" if number == 0 and cell.strip().lower() in _HEADERS else cell for number, cell in enumerate(cells)]


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
    report = progress or (lambda done, models: None)
    kept = None
    if out is not None:
        kept = Journal(journal.place(out), journal.header(models, time_limit, memory_limit), resume)
    done = {row.name: row for row in kept.rows} if kept else {}
    try:
        left = [model for model in models if str(model) not in done]
        report(len(done), len(models))
        libraries = tuple(name for name in LIBRARIES if name in {model.place for model in left})
        settings = WorkerSettings(time_limit, memory_limit, libraries, os.getcwd(), uuid.uuid4().hex)
        with contextlib.closing(_rows(left, settings, jobs, dask)) as rows:
            for row in rows if left else ():
                if kept is not None:
                    kept.add(row)
                done[row.name] = row
                report(len(done), len(models))
    finally:
        if kept is not None:
            kept.close(keep=bool(done))
    return [done[str(model)] for model in models]


def _rows(
    models: Sequence[ModelReference], settings: WorkerSettings, jobs: int | None, dask: str | None
) -> Generator[AuditRow]:
    """Yield the rows as they finish, in no order.

    On this machine each of `jobs` threads, by default one per core, supervises a process. With the address of a Dask
    scheduler (tcp://…) the threads of its workers do. Closing the iterator ends the processes of this machine. Raises
    ConvcostError where the cluster cannot be reached.
    """
    import joblib

    with _cluster(dask) as backend:
        with joblib.parallel_config(**backend):
            parallel = joblib.Parallel(
                n_jobs=min(jobs or joblib.cpu_count(), len(models)), return_as="generator_unordered", batch_size=1
            )
        finished = parallel(joblib.delayed(supervisor.supervised)(str(model), settings) for model in models)
        try:
            for row in finished:
                yield AuditRow.from_json(row)
        except Exception as error:
            if dask is None or isinstance(error, ConvcostError):
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
        raise ConvcostError("--dask needs Dask: pip install distributed") from error
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
