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
    model    the model to measure: a module, "torchvision:NAME" or "timm:NAME"; by default the book's own
             choice, built at the same settings
    unit     "macs", or "flops" (two per multiply-accumulate, and every other operation once)
    options  the architecture's own: alpha, rho or resolution, batch, classes, variant …

    Raises ConvcostError (a ValueError) with one line of text for a name, an option or a value that is not
    there, and MeasurementError where the model cannot be built or run.
    """
    architecture = find(Architecture, name, "architecture")
    settings = architecture.settings(options)
    drawing = architecture.draw(settings)

    from convcost import models
    from convcost.comparison.result import compare as compare_witnesses
    from convcost.measure.calls import capture
    from convcost.measure.fvcore import trace
    from convcost.report.comparison import ComparisonReport

    real = models.build(model or name, settings) if model is None or isinstance(model, str) else model
    comparison = compare_witnesses(drawing, capture(real, drawing.input_shape), trace(real, drawing.input_shape), unit)
    return ComparisonReport(comparison, options)


def cost(name: str, **values: Any) -> Cost:
    """The cost of a formula or a network of the book at these values, exact; values may be ints or arrays.

    Raises UnknownNameError for a name that is not in the book, DomainError for a value outside the domain.
    """
    record = lookup(name)
    if isinstance(record, Architecture):
        return record.draw(record.settings(values)).cost
    return _evaluate(record, values)


def _evaluate(record: Formula, values: Mapping[str, Any]) -> Cost:
    names = [symbol.name for symbol in record.symbols]
    unknown = [name for name in values if name not in names]
    full = record.complete_values(values)
    missing = [name for name in names if name not in full]
    if unknown or missing:
        problem = f"has no symbol {unknown[0]!r}" if unknown else f"needs a value for {', '.join(missing)}"
        raise DomainError(f"{record.name} {problem}; its symbols are {', '.join(names)}")
    return record.evaluate(full)


def closed_form(name: str, **values: Any) -> Cost:
    """The cost of a formula or a network as SymPy expressions in the symbols that `values` leave open.

    A network gives the MACs of its convolutions and linear layers and its parameters.
    """
    from convcost.theory import closed

    record = lookup(name)
    if isinstance(record, Architecture):
        return closed.network_form(record, values).plain
    return closed.closed_form(record, values)


def claims(paper: str | None = None) -> ClaimsReport:
    """The numbers that papers print, recomputed: all of them, or one file's of `formulas/published`.

    Raises UnknownNameError for a paper there is no file of, with the near names.
    """
    from convcost.published.claim import claims as published
    from convcost.published.verdict import check_all
    from convcost.report.claims import ClaimsReport

    return ClaimsReport(tuple(check_all(published(paper))))
