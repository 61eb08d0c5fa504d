"""Questions about many models: those of a library, those of a project's budgets, and those on a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from convcost.core.errors import ConvcostError, DomainError

if TYPE_CHECKING:
    from convcost.report.audit import AuditReport
    from convcost.report.check import CheckReport

Progress = Callable[[int, int], None]
"""Is told how many are done, and of how many."""


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
    """Compare every model of a library, or of a list, at its own input size: one row per model.

    models        "torchvision", "timm", a file (one model reference per line, or CSV with these in its first column),
                  or the lines themselves, as for `convcost compare`: "nets.py:Net --input 1,3,32,32"
    filter        keeps the models that this glob matches
    jobs          models at once, each in a process of its own; by default one per core
    out           a .csv or .parquet file for the rows; meanwhile each finished one is in a journal beside it, and
                  seconds and memory of the models are afterwards in a file beside it
    resume        continue the journal of an audit that was stopped
    time_limit    seconds, and
    memory_limit  GiB of resident memory, that one model may take
    dask          the address of a Dask scheduler (tcp://…) whose workers compare the models
    progress      is called with the number of models done, and of all

    What goes wrong with a model is its row's `error`. Raises ConvcostError with one line of text for a list that
    cannot be read, a file that cannot be written, a journal that cannot be continued.
    """
    from convcost.auditing import journal
    from convcost.auditing.run import read_models, run_audit
    from convcost.report.audit import AuditReport
    from convcost.report.audit import check as check_output

    place = None if out is None else Path(out)
    if place is not None:
        check_output(place)
        if isinstance(models, str | Path) and place.resolve() == Path(models).resolve():
            raise DomainError(f"the rows would replace the list {models}; give another file to write")
    rows = run_audit(
        read_models(models, filter),
        time_limit=time_limit,
        memory_limit=memory_limit,
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


def check(
    path: str | Path = ".",
    *,
    update: bool = False,
    baseline: str | Path | None = None,
    progress: Progress | None = None,
) -> CheckReport:
    """Compare every budget of a pyproject.toml with what its model costs.

    path      the file, or its folder; relative model paths begin in this folder, and naming a module runs its code
    update    write the baseline: what the models cost now; limits still apply
    baseline  the baseline's file; by default convcost-baseline.json beside pyproject.toml, if there is one
    progress  is called with the number of budgets done, and of all

    What has an upper limit may grow up to it; what has none may not grow over the baseline. A budget whose model
    cannot be run has this as its `error`. Raises ConvcostError with one line of text for a table or a baseline that
    cannot be read, and for a baseline that cannot be written.
    """
    from convcost.budgeting.checking import check_budgets, renewed_baseline
    from convcost.budgeting.cost import baseline_file, baseline_text, read_baseline
    from convcost.budgeting.project import read_budgets
    from convcost.report import files
    from convcost.report.check import CheckReport

    project = read_budgets(path)
    place = baseline_file(project.folder, baseline)
    if update:
        files.check_writable(place)
    elif baseline is not None and not place.is_file():
        raise ConvcostError(f"there is no baseline {place}; convcost check --update --baseline {place} writes it")
    before = read_baseline(place, update)
    outcomes = check_budgets(project, before, update, progress)
    if update:
        files.write(place, baseline_text(renewed_baseline(before, outcomes)))
    return CheckReport(project.file.name, tuple(outcomes), place if update else None)
