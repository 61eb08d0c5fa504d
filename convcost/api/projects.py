"""Questions about many models: those of a library, those of a project's budgets, and those on a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from convcost.core.architecture import Architecture
from convcost.core.errors import ConvcostError, DomainError
from convcost.core.kinds import INPUT_TEXTS, LINE, TEXTS, checked
from convcost.core.parsing import parse_arguments, parse_model
from convcost.core.prints import silent
from convcost.core.registry import find

if TYPE_CHECKING:
    from convcost.report.audit import AuditReport
    from convcost.report.check import CheckReport
    from convcost.report.page.document import PageReport, PageSection

Progress = Callable[[int, int], None]
"""Is told how many are done, and of how many."""


@checked()
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
    resume        continue the journal of an audit that was stopped; the rows of a finished one are read from `out`
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
    wanted = read_models(models, filter)
    if resume and place is not None and place.exists() and not journal.place(place).exists():
        return _finished(place, [str(model) for model in wanted])
    rows = run_audit(
        wanted,
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


def _finished(place: Path, models: Sequence[str]) -> AuditReport:
    """Return the rows of an audit that needs no resuming, of which nothing is left but its file."""
    from convcost.report.audit import read

    report = read(place)
    if [row.name for row in report] != list(models):
        raise ConvcostError(f"{place} has the rows of other models; leave out --resume to replace them")
    return report


@checked()
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
    outcomes = check_budgets(project, before, update, progress, place)
    if update:
        files.write(place, baseline_text(renewed_baseline(before, outcomes)))
    return CheckReport(project.file, tuple(outcomes), place if update else None)


@checked(model=LINE, inputs=INPUT_TEXTS, arguments=TEXTS.called("texts in a list: ['width=8']"))
def page(
    names: str | Sequence[str],
    *,
    model: str | None = None,
    inputs: Sequence[str] = (),
    arguments: Sequence[str] = (),
    unit: str = "macs",
    **options: object,
) -> PageReport:
    """Return a page with a section for each network, as `compare` has it; `.save(path)` writes it.

    names      one or several, each as on the command line of `convcost compare`: "mobilenet_v1",
               "resnet --depth 50", "torchvision:resnet18" (naming a module of yours runs its code)
    model      a reference of the model to compare every network with; by default convcost's own choice
    inputs     of models whose text gives none: "1,3,224,224"
    arguments  of models' factories: "key=value"
    unit       "macs" or "flops"
    options    of all the networks: alpha, resolution, depth …

    On the page the formula runs for all values of the options that it has a symbol for, not only the measured ones;
    that of a model runs for all sizes of its input that are free (`derive`), and the page says so where none is.
    Raises ConvcostError with one line of text for what is not there or cannot be read, MeasurementError where a
    model cannot be built or run.
    """
    texts = [names] if isinstance(names, str) else list(names)
    if not texts:
        raise DomainError("a page needs a network; give its name")
    common = {"arg": tuple(arguments), "input": tuple(inputs)}
    sections = [_section(text, common, model, unit, options) for text in texts]

    from convcost.report.page.document import PageReport

    return PageReport(tuple(sections))


def _section(
    text: str, common: Mapping[str, tuple[str, ...]], model: str | None, unit: str, options: Mapping[str, object]
) -> PageSection:
    from convcost.api.models import compare

    typed = parse_model(text)
    reference = replace(
        typed,
        settings={**options, **typed.settings},
        arguments=typed.arguments or parse_arguments(common["arg"]),
        inputs=typed.inputs or common["input"],
    )
    lists = {"arg": [f"{name}={value}" for name, value in reference.arguments.items()], "input": list(reference.inputs)}
    more = {"model": [model] if model else [], "unit": [unit] if unit != "macs" else [], **lists}
    found = compare(reference, model=model, unit=unit)

    from convcost.comparison.reference import derive_model
    from convcost.explore.programs import derived_program, measured_program, network_program
    from convcost.report.page.data import command
    from convcost.report.page.document import PageSection
    from convcost.symbolic.closed_form import network_form

    name = reference.text
    if reference.is_network:
        architecture = find(Architecture, name, "network")
        program = network_program(architecture, reference.settings, unit)
        left_free = {slider.name for slider in program.sliders} | {o.name for o in architecture.options if o.scales}
        form = network_form(architecture, {k: v for k, v in reference.settings.items() if k not in left_free})
        return PageSection(found, program, command(name, found, program, more), form)
    try:
        with silent():
            derived = derive_model(reference).derived
        program = derived_program(found.comparison, derived)
    except ConvcostError as error:
        program = measured_program(found.comparison)
        return PageSection(found, program, command(name, found, program, more), note=f"Without sliders: {error}.")
    return PageSection(found, program, command(name, found, program, {**more, "input": []}), derived)
