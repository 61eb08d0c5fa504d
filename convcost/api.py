"""What a user calls from Python: names in, comparisons out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convcost.theory.architecture import Architecture
from convcost.theory.book import find, lookup
from convcost.theory.cost import Cost
from convcost.theory.errors import DomainError
from convcost.theory.record import Formula

if TYPE_CHECKING:
    from torch import nn

    from convcost.report.claims import ClaimsReport
    from convcost.report.comparison import ComparisonReport


def compare(
    name: str, *, model: nn.Module | str | None = None, unit: str = "macs", **options: object
) -> ComparisonReport:
    """Hold the paper's formula of a network against fvcore's count of the real model, layer by layer.

    name     an architecture of the book ("mobilenet_v1")
    model    the model to measure, in evaluation mode: a module, "torchvision:NAME" or "timm:NAME" (built with
             the same number of classes); by default the book's own choice, built at the same settings
    unit     "macs", or "flops" (two per multiply-accumulate, and every other operation once)
    options  the architecture's own: alpha, rho or resolution, batch, classes, variant …

    Raises ConvcostError (a ValueError) with one line of text for a name, an option or a value that is not
    there, and MeasurementError where the model cannot be built or run.
    """
    architecture = find(Architecture, name, "network")
    settings = architecture.settings(options)
    drawing = architecture.draw(settings)

    from convcost import models
    from convcost.comparison.result import compare as compare_witnesses
    from convcost.measure.calls import capture
    from convcost.measure.fvcore import trace
    from convcost.report.comparison import ComparisonReport

    reference = name if model is None else model if isinstance(model, str) else type(model).__name__
    wanted = name if model is None else model
    real = models.build(wanted, settings) if isinstance(wanted, str) else wanted
    comparison = compare_witnesses(drawing, capture(real, drawing.input_shape), trace(real, drawing.input_shape), unit)
    return ComparisonReport(comparison, options, reference)


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
