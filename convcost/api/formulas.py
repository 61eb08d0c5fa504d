"""The book's formulas and networks, by number and by symbol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convcost.core.architecture import Architecture
from convcost.core.cost import Cost
from convcost.core.errors import DomainError
from convcost.core.record import Formula
from convcost.core.registry import lookup

if TYPE_CHECKING:
    from convcost.report.formula import FormulaReport, NetworkFormReport


def cost(name: str, **values: Any) -> Cost:
    """The cost of a formula or a network of the book at these values, exact.

    A formula also takes NumPy arrays, for many values at once.

    Raises UnknownNameError for a name that is not in the book, DomainError for a value outside the domain.
    """
    record = lookup(name)
    if isinstance(record, Architecture):
        return record.network(record.settings(values)).cost
    return _evaluate(record, values)


def closed_form(name: str, **values: Any) -> Cost:
    """The cost of a formula or a network as SymPy expressions in the symbols that `values` leave open.

    A network gives the MACs of its convolutions and linear layers and its parameters.
    """
    from convcost.symbolic import closed_form as closed

    record = lookup(name)
    if isinstance(record, Architecture):
        return closed.network_form(record, values).plain
    _check_names(record, values)
    return closed.closed_form(record, values)


def formula_report(name: str, values: Mapping[str, str]) -> FormulaReport | NetworkFormReport:
    """A formula or a network as `convcost formula` prints it.

    Raises UnknownNameError for a name that is not there, DomainError for a value outside the domain.
    """
    from convcost.explore.formula_values import formula_values
    from convcost.report.formula import FormulaReport, NetworkFormReport
    from convcost.symbolic.closed_form import network_form

    record = lookup(name)
    if isinstance(record, Architecture):
        return NetworkFormReport(record, network_form(record, values))
    return FormulaReport(formula_values(record, values))


def _evaluate(record: Formula, values: Mapping[str, Any]) -> Cost:
    _check_names(record, values)
    full = record.complete_values(values)
    missing = [symbol.name for symbol in record.symbols if symbol.name not in full]
    if missing:
        raise DomainError(f"{record.name} needs a value for {', '.join(missing)}")
    return record.evaluate(full)


def _check_names(record: Formula, values: Mapping[str, Any]) -> None:
    names = [symbol.name for symbol in record.symbols]
    unknown = [name for name in values if name not in names]
    if unknown:
        raise DomainError(f"{record.name} has no symbol {unknown[0]!r}; its symbols are {', '.join(names)}")
    for name, value in values.items():
        if value is None or isinstance(value, str):
            raise DomainError(f"{record.name}: {name} is {value!r}, but must be a number")
