"""Every model of a library."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from convcost.core.errors import DomainError

if TYPE_CHECKING:
    from convcost.auditing.session import Progress
    from convcost.report.audit import AuditReport


def audit(
    models: str | Path | Iterable[str],
    *,
    filter: str | None = None,
    jobs: int | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    time_limit: float = 600,
    memory_limit: float = 8,
    dask: str | None = None,
    progress: Progress | None = None,
) -> AuditReport:
    """Compare every model of a library, or of a list, at its own input size: a row each.

    models        "torchvision", "timm", a file (a model reference a line, or CSV with these in its first column),
                  or the lines themselves, as for `convcost compare`: "nets.py:Net --input 1,3,32,32"
    filter        keeps the models that this glob matches
    jobs          models at once, each in a process of its own; by default one a core
    out           a .csv or .parquet file for the rows; meanwhile each finished one is in a journal beside it, and
                  seconds and memory of the models are afterwards in a file beside it
    resume        go on with the journal of an audit that did not end
    time_limit    seconds, and
    memory_limit  GiB of resident memory, that one model may take
    dask          the address of a Dask scheduler (tcp://…) whose workers compare the models
    progress      is called with the number of models done, and of all

    What goes wrong with a model is its row's `error`. Raises ConvcostError with one line of text for a list that
    cannot be read, a file that cannot be written, a journal that cannot be gone on with.
    """
    from convcost.auditing import journal
    from convcost.auditing.session import audited
    from convcost.auditing.task import tasks
    from convcost.report.audit import AuditReport, check

    place = None if out is None else Path(out)
    if place is not None:
        check(place)
        if isinstance(models, str | Path) and place.resolve() == Path(models).resolve():
            raise DomainError(f"the rows would replace the list {models}; give another file to write")
    rows = audited(
        tasks(models, filter),
        seconds=time_limit,
        gibibytes=memory_limit,
        jobs=jobs,
        dask=dask,
        out=place,
        resume=resume,
        progress=progress,
    )
    report = AuditReport(tuple(rows))
    if place is not None:
        report.save(place)
        journal.place(place).unlink()
    return report
