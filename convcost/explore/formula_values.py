"""A formula of the registry evaluated: closed forms in the symbols that are open, and values where none is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from convcost.core.cost import PRIMITIVES, Cost, OutputGeometry
from convcost.core.errors import DomainError
from convcost.core.numeric import Count
from convcost.core.record import Formula
from convcost.core.registry import lookup
from convcost.symbolic.closed_form import closed_form, closed_geometry, ratio

_NUMBER = re.compile(r"\d{1,12}(\.\d{1,12})?")
COMPARED = ("macs", "parameters")
"""The primitives of which a formula's ratio to the one beside it is given."""


@dataclass(frozen=True)
class FormulaValues:
    """A formula, with the one that it is compared with before it if there is one.

    given            the numbers of the symbols that have one
    forms            the closed forms of each, in all symbols, or in the open ones where some have a number
    ratios           the ratio of the last form to the first, by primitive
    costs            the values of each; empty while a symbol is open
    closed_geometry  the closed forms of the output's sides and of the receptive field; None where there is neither
    geometry         their values, None while a symbol is open
    """

    formulas: tuple[Formula, ...]
    given: Mapping[str, int | Fraction]
    forms: tuple[Cost, ...]
    ratios: Mapping[str, Count]
    costs: tuple[Cost, ...]
    closed_geometry: OutputGeometry | None = None
    geometry: OutputGeometry | None = None

    @property
    def record(self) -> Formula:
        """The formula itself."""
        return self.formulas[-1]


def formula_values(record: Formula, values: Mapping[str, str]) -> FormulaValues:
    """Evaluate a formula at some values of its symbols; raises DomainError for a value that a symbol cannot have."""
    given = read_values(record, values)
    against = lookup(record.against) if record.against else None
    formulas = (against, record) if isinstance(against, Formula) else (record,)
    known = all(symbol.name in given or symbol.default is not None for symbol in record.symbols)
    full = record.complete_values(given)  # defaults of its own go for the other too
    costs = tuple(one.evaluate(one.complete_values(full)) for one in formulas) if known else ()
    forms = tuple(closed_form(one, {} if known else given) for one in formulas)
    pairs = {name: (getattr(forms[-1], name), getattr(forms[0], name)) for name in COMPARED}
    ratios = {name: ratio(above, below) for name, (above, below) in pairs.items()} if len(forms) == 2 else {}
    closed = closed_geometry(record, {} if known else given)
    geometry = OutputGeometry.of(record.derive(full)) if known else None
    return FormulaValues(formulas, given, forms, ratios, costs, closed, geometry)


def read_values(record: Formula, values: Mapping[str, str]) -> dict[str, int | Fraction]:
    """Read exact numbers for the symbols that were given; raises DomainError for what is none."""
    symbols = {symbol.name: symbol for symbol in record.symbols}
    numbers: dict[str, int | Fraction] = {}
    for name, value in values.items():
        if name not in symbols:
            raise DomainError(f"{record.name} has no symbol {name!r}; it has {', '.join(symbols)}")
        decimal = symbols[name].unit == "factor"
        if not _NUMBER.fullmatch(value) or ("." in value and not decimal):
            wanted = "a decimal such as 0.75" if decimal else "a whole number"
            raise DomainError(f"{name} is {value!r}, but must be {wanted}, without a sign and of at most 12 digits")
        numbers[name] = Fraction(value) if decimal else int(value)
    return numbers


def present(costs: tuple[Cost, ...]) -> list[str]:
    """Return the primitives that are not 0 in all of these costs."""
    return [name for name in PRIMITIVES if any(getattr(cost, name) != 0 for cost in costs)]
