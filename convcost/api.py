"""What a user calls from Python: names in, comparisons out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcost.theory.architecture import Architecture
from convcost.theory.book import find, lookup
from convcost.theory.cost import Cost
from convcost.theory.errors import DomainError
from convcost.theory.record import Formula

if TYPE_CHECKING:
    from torch import nn

    from convcost.auditing.session import Progress
    from convcost.measure.symbolic import Checkable
    from convcost.report.audit import AuditReport
    from convcost.report.claims import ClaimsReport
    from convcost.report.comparison import ComparisonReport
    from convcost.report.proof import ProofReport
    from convcost.theory.derivation import Derivation


def compare(
    name: str | nn.Module,
    *,
    model: nn.Module | str | None = None,
    inputs: Any = None,
    arguments: Mapping[str, Any] | None = None,
    unit: str = "macs",
    **options: object,
) -> ComparisonReport:
    """Hold formulas against fvcore's count of a real model, layer by layer.

    name       an architecture of the book ("mobilenet_v1"): the paper's formula against the model; or any model:
               a module, "torchvision:NAME", "timm:NAME", "package.module:factory", "path/to/file.py:factory": the
               formulas of the operators that it calls (naming a module of yours runs its code)
    model      of an architecture: the model to measure, a module or a reference as above (a library's is built with
               the same number of classes); by default the book's own choice, built at the same settings
    inputs     of a model: a shape, a tensor, a tuple of these for several arguments, a dict for keyword arguments;
               a library's model has its own
    arguments  of a model reference: the factory's keyword arguments
    unit       "macs", or "flops" (two per multiply-accumulate, and every other operation once)
    options    the architecture's own: alpha, rho or resolution, batch, classes, variant …

    Raises ConvcostError (a ValueError) with one line of text for a name, an option or a value that is not
    there, and MeasurementError where the model cannot be built or run.
    """
    if not isinstance(name, str) or ":" in name:
        foreign = ["model"] if model is not None else list(options)
        if foreign:
            raise DomainError(f"{foreign[0]} belongs to a network of the book, and {_called(name)} is a model")
        return _compare_model(name, inputs, dict(arguments or {}), unit)
    if name.endswith(".py"):
        raise DomainError(f"{name} names no factory; write {name}:FACTORY, a class, a function or a module")
    architecture = find(Architecture, name, "network")
    if inputs is not None:
        raise DomainError(f"{name} is a network of the book; its options say its input (convcost show {name})")
    settings = architecture.settings(options)
    drawing = architecture.draw(settings)

    from convcost.comparison.paper import compare_paper
    from convcost.measure.calls import capture
    from convcost.measure.fvcore import trace
    from convcost.report.comparison import ComparisonReport

    wanted = name if model is None else model
    real = _real(wanted, settings, arguments) if isinstance(wanted, str) else wanted
    comparison = compare_paper(drawing, capture(real, drawing.input_shape), trace(real, drawing.input_shape), unit)
    return ComparisonReport(comparison, options, _called(wanted))


def _real(reference: str, settings: Mapping[str, Any], arguments: Mapping[str, Any] | None) -> nn.Module:
    """The model to hold a paper's formula against: one of the user's is built as `arguments` say."""
    from convcost.models import build
    from convcost.models.reference import LIBRARIES, load

    place, colon, _ = reference.rpartition(":")
    if colon and place not in LIBRARIES:
        return load(reference, arguments).module
    if arguments:
        raise DomainError(f"arguments belong to a model of yours; {reference} is built at the network's own settings")
    return build(reference, settings)


def _called(model: str | nn.Module) -> str:
    return model if isinstance(model, str) else type(model).__name__


def _compare_model(model: str | nn.Module, inputs: Any, arguments: Mapping[str, Any], unit: str) -> ComparisonReport:
    from convcost.comparison.reference import compare_module, compare_reference
    from convcost.report.comparison import ComparisonReport

    if isinstance(model, str):
        return ComparisonReport(compare_reference(model, arguments, inputs, unit), {}, model)
    if inputs is None:
        raise DomainError(f"{_called(model)} does not say what it takes; give an input's shape, such as 1,3,224,224")
    return ComparisonReport(compare_module(model, inputs, unit), {}, _called(model))


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
        report.write(place)
        journal.place(place).unlink()
    return report


def derive(
    model: str | nn.Module,
    *,
    inputs: Any = None,
    symbols: Sequence[str] | None = None,
    arguments: Mapping[str, Any] | None = None,
    **options: object,
) -> Derivation:
    """What a model costs as a function of its input's sizes, from one symbolic trace of it.

    model      a module, in any mode, or a reference as `compare` takes it (naming a module of yours runs its code)
    inputs     as `compare` takes them; in a shape, a name stands for an open size: ("B", 3, "H", "W")
    symbols    names of the open sizes where `inputs` names none: batch, then spatial axes; the same name twice is
               one size. By default B, H and W of an image, B and L of a sequence
    arguments  of a model reference: the factory's keyword arguments
    options    of a network of the book: alpha, depth …

    The result has `macs`, `activations` and `peak` as SymPy expressions and `parameters`, `domain` in words,
    `latex()`, and `function(metric)`, which is exact and fast on ints and NumPy arrays.

    Raises ConvcostError with one line of text for what is not there; MeasurementError where the model cannot be
    run, or what it does depends on the values of its sizes.
    """
    return derivation(model, inputs=inputs, symbols=symbols, arguments=arguments, **options).derived


def derivation(
    model: str | nn.Module,
    *,
    inputs: Any = None,
    symbols: Sequence[str] | None = None,
    arguments: Mapping[str, Any] | None = None,
    **options: object,
) -> Checkable:
    """The same, with the model at hand for checks at single sizes."""
    from convcost.measure.symbolic import Checkable

    if isinstance(model, str):
        from convcost.models.reference import load

        book = ":" not in model
        foreign = list(arguments or {}) if book else list(options)
        if foreign:
            kind = "a network of the book; it takes options" if book else "a model; it takes arguments"
            raise DomainError(f"{model} is {kind}, so give {foreign[0]} so")
        loaded = load(model, options if book else arguments)
        real, given = loaded.module, loaded.inputs if inputs is None else inputs
    else:
        real, given = model, inputs
    if given is None:
        raise DomainError(f"{_called(model)} does not say what it takes; give an input's shape, such as B,3,H,W")
    return Checkable.of(real, given, symbols, _called(model))


def prove(
    name: str,
    *,
    model: nn.Module | str | None = None,
    arguments: Mapping[str, Any] | None = None,
    **options: object,
) -> ProofReport:
    """Decide whether a paper's formula and a real model are one function of batch size, height and width.

    name       an architecture of the book
    model      the model to trace, as in `compare`; by default the book's own choice
    arguments  of a reference to a model of yours: the factory's keyword arguments
    options    the architecture's own, but for batch and image, which are left open. Where the paper has numbers
               for several width multipliers and `alpha` is not given, there is a proof for each of them.

    Raises ConvcostError for a name, an option or a value that is not there, MeasurementError where the model cannot
    be built or traced, and UndecidableError where an expression is outside the class that can be decided.
    """
    from convcost.theory.image import image_form

    architecture = find(Architecture, name, "network")
    image_form(architecture, options)  # a wrong option is an error before torch is imported

    from convcost.comparison.derived import prove_derived
    from convcost.measure.symbolic import derive
    from convcost.report.proof import Case, ProofReport

    wanted = name if model is None else model
    multipliers = next((o.published for o in architecture.options if o.name == "alpha"), ())
    one = "alpha" in options or not multipliers or not isinstance(wanted, str)
    cases = []
    for given in [options] if one else [{"alpha": alpha, **options} for alpha in multipliers]:
        form = image_form(architecture, given)
        real = _real(wanted, architecture.settings(given), arguments) if isinstance(wanted, str) else wanted
        cases.append(Case(given, prove_derived(form, derive(real, form.input))))
    return ProofReport(architecture, _called(wanted), tuple(cases))


def cost(name: str, **values: Any) -> Cost:
    """The cost of a formula or a network of the book at these values, exact.

    A formula also takes NumPy arrays, for many values at once.

    Raises UnknownNameError for a name that is not in the book, DomainError for a value outside the domain.
    """
    record = lookup(name)
    if isinstance(record, Architecture):
        return record.draw(record.settings(values)).cost
    return _evaluate(record, values)


def _check_names(record: Formula, values: Mapping[str, Any]) -> None:
    names = [symbol.name for symbol in record.symbols]
    unknown = [name for name in values if name not in names]
    if unknown:
        raise DomainError(f"{record.name} has no symbol {unknown[0]!r}; its symbols are {', '.join(names)}")
    for name, value in values.items():
        if value is None or isinstance(value, str):
            raise DomainError(f"{record.name}: {name} is {value!r}, but must be a number")


def _evaluate(record: Formula, values: Mapping[str, Any]) -> Cost:
    _check_names(record, values)
    full = record.complete_values(values)
    missing = [symbol.name for symbol in record.symbols if symbol.name not in full]
    if missing:
        raise DomainError(f"{record.name} needs a value for {', '.join(missing)}")
    return record.evaluate(full)


def closed_form(name: str, **values: Any) -> Cost:
    """The cost of a formula or a network as SymPy expressions in the symbols that `values` leave open.

    A network gives the MACs of its convolutions and linear layers and its parameters.
    """
    from convcost.theory import closed

    record = lookup(name)
    if isinstance(record, Architecture):
        return closed.network_form(record, values).plain
    _check_names(record, values)
    return closed.closed_form(record, values)


def claims(paper: str | None = None) -> ClaimsReport:
    """The numbers that papers print, recomputed: all of them, or one file's of `formulas/published`.

    Raises UnknownNameError for a paper there is no file of, with the near names.
    """
    from convcost.published.claim import claims as published
    from convcost.published.verdict import check_all
    from convcost.report.claims import ClaimsReport

    return ClaimsReport(tuple(check_all(published(paper))))
