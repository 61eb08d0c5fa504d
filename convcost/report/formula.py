"""A formula on a terminal: what it means, where it holds, where it is from, and what it gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from rich.console import Console
from rich.text import Text

from convcost.core.architecture import Architecture
from convcost.core.cost import NAMES, PRIMITIVES, Cost
from convcost.core.errors import DomainError
from convcost.core.record import Formula
from convcost.core.registry import lookup
from convcost.report import text
from convcost.report.table import plain_table

_NUMBER = re.compile(r"\d{1,12}(\.\d{1,12})?")


def print_formula(console: Console, name: str, values: Mapping[str, str], latex: bool) -> None:
    """Print a record of the book, or its closed form alone as LaTeX."""
    record = lookup(name)
    if isinstance(record, Architecture):
        from convcost.report.network import print_network

        print_network(console, record, values, latex)
        return
    numbers = read_values(record, values)
    if latex:
        from convcost.symbolic.closed_form import closed_form
        from convcost.symbolic.expressions import latex_parts
        from convcost.symbolic.latex import broken

        order = [symbol.name for symbol in record.symbols]
        console.print(broken(latex_parts(closed_form(record, numbers).macs, order)), soft_wrap=True)
        return
    against = lookup(record.against) if record.against else None
    columns = [against, record] if isinstance(against, Formula) else [record]
    known = all(s.name in numbers or s.default is not None for s in record.symbols)
    costs = [column.evaluate(column.complete_values(numbers)) for column in columns] if known else []
    _print_head(console, record)
    _print_closed(console, columns, {} if known else numbers)
    if known:
        _print_values(console, columns, numbers, costs)


def read_values(record: Formula, values: Mapping[str, str]) -> dict[str, Any]:
    """Exact numbers for the symbols that were given; raises DomainError for what is none."""
    symbols = {symbol.name: symbol for symbol in record.symbols}
    numbers: dict[str, Any] = {}
    for name, value in values.items():
        if name not in symbols:
            raise DomainError(f"{record.name} has no symbol {name!r}; it has {', '.join(symbols)}")
        decimal = symbols[name].unit == "factor"
        if not _NUMBER.fullmatch(value) or ("." in value and not decimal):
            raise DomainError(f"{name} is {value!r}, but must be a {'decimal' if decimal else 'whole'} number")
        numbers[name] = Fraction(value) if decimal else int(value)
    return numbers


def _print_head(console: Console, record: Formula) -> None:
    console.print(Text(f"{record.name}: {record.title}", style="bold"))
    console.print(Text(f"Source: {record.source}"))
    console.print()
    table = plain_table("Symbol", "meaning", "unit", "default")
    for symbol in record.symbols:
        default = "" if symbol.default is None else str(symbol.default)
        table.add_row(Text(symbol.name), symbol.meaning, symbol.unit, default)
    console.print(table)
    if record.domain:
        console.print()
        console.print(Text(f"Domain: {'; '.join(c.sentence for c in record.domain)}."))


def _print_closed(console: Console, columns: list[Formula], numbers: Mapping[str, Any]) -> None:
    from convcost.symbolic import expressions as symbolic
    from convcost.symbolic.closed_form import closed_form, ratio

    order = [symbol.name for symbol in columns[-1].symbols]
    costs = [closed_form(record, numbers) for record in columns]
    console.print()
    table = plain_table("Closed form", *(record.name for record in columns))
    for primitive in PRIMITIVES:
        forms = [getattr(cost, primitive) for cost in costs]
        if any(form != 0 for form in forms):
            table.add_row(NAMES[primitive], *(Text(symbolic.line(form, order)) for form in forms))
    console.print(table)
    if len(costs) == 2:
        console.print()
        for primitive in ("macs", "parameters"):
            form = symbolic.line(ratio(getattr(costs[1], primitive), getattr(costs[0], primitive)), order[::-1])
            console.print(Text(f"Ratio of {NAMES[primitive]}, {columns[1].name} to {columns[0].name}: {form}"))


def _print_values(console: Console, columns: list[Formula], numbers: Mapping[str, Any], costs: list[Cost]) -> None:
    given = ", ".join(f"{name} = {text.plain(value)}" for name, value in numbers.items())
    console.print()
    console.print(Text(f"At {given or 'the defaults'}:"))
    table = plain_table("Value", *(f">{record.name}" for record in columns))
    for primitive in PRIMITIVES:
        counts = [getattr(cost, primitive) for cost in costs]
        if any(counts):
            table.add_row(NAMES[primitive], *(_exact(count) for count in counts))
    console.print(table)
    if len(costs) == 2:
        _print_ratios(console, costs)


def _exact(count: Any) -> str:
    value = Fraction(count)
    if value.denominator == 1:
        return text.number(int(value))
    whole, point, rest = text.plain(value).partition(".")
    return f"{int(whole):,}{point}{rest}" if point else whole


def _print_ratios(console: Console, costs: list[Cost]) -> None:
    console.print()
    for primitive in ("macs", "parameters"):
        below, above = (Fraction(getattr(cost, primitive)) for cost in costs)
        if below and above:
            fewer = above <= below
            times = text.decimal(below / above if fewer else above / below, 3)
            said = f"{times} times {'fewer' if fewer else 'as many'}"
            console.print(Text(f"Ratio of {NAMES[primitive]}: {text.decimal(above / below, 6)}, that is {said}"))
