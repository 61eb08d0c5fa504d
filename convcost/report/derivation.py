"""A derivation on a terminal: formulas, their domain, and their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from convcost.core.errors import MeasurementError
from convcost.core.paper_table import repeated
from convcost.report import text
from convcost.report.sheet import Sheet, Table, write_latex
from convcost.report.table import plain_table
from convcost.symbolic import printer
from convcost.symbolic.derivation import METRICS, Derivation, Subtotal
from convcost.symbolic.form import Form
from convcost.symbolic.function import Function, read_sizes

if TYPE_CHECKING:
    from convcost.trace.derive import Checkable

_MEANING = (
    "Activations are what the operators with multiply-accumulates write, peak activation is what the operator with "
    "the largest sum of both reads and writes, in elements."
)


def print_derivation(
    console: Console, checkable: Checkable, per: str, points: Sequence[Mapping[str, int]], latex: bool
) -> None:
    """Print the formulas of a model, or the MACs' alone or the table's as LaTeX; at points, their values."""
    derived = checkable.derived
    sizes = [_complete(derived, point) for point in points]
    if latex:
        shown = derived.latex() if per == "total" else write_latex(_sheet(derived, per, sizes[:1]), None).rstrip()
        console.print(shown, soft_wrap=True)
        return
    console.print(Text(f"{derived.model}: input {derived.input}", style="bold"))
    calls = f"{len(derived.entries)} operator call{'s' if len(derived.entries) != 1 else ''}"
    console.print(f"Derived from one symbolic trace of the model, {calls}.")
    if derived.note:
        console.print(Text(f"{derived.note[0].upper()}{derived.note[1:]}."))
    console.print(Text(f"Domain: {derived.domain}."))
    _print_own(console, checkable)
    console.print()
    if per == "total":
        _print_total(console, derived)
    else:
        _print_sums(console, derived, per, sizes[:1])
    _print_unknown(console, derived)
    for point in sizes:
        _print_values(console, checkable, point)


def _print_own(console: Console, checkable: Checkable) -> None:
    """What is true of the model's own input where that is outside of the domain."""
    sizes = checkable.own_sizes
    if not sizes or not checkable.derived.broken(sizes):
        return
    try:
        checkable.at(sizes)
    except MeasurementError:
        said = "is not in it, and the formulas do not hold there"
    else:
        said = "is not in it, but a plain trace at this size gives the same"
    console.print(Text(f"The model's own input, {_said(sizes)}, {said}."))


def _said(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{name} = {size}" for name, size in sizes.items()) or "the given input"


def _complete(derived: Derivation, point: Mapping[str, int]) -> dict[str, int]:
    """The point with a batch of 1 where none is given; raises DomainError for what is missing."""
    given = {"B": 1, **point} if "B" in derived.symbols else point
    return read_sizes(derived.symbols, (), given)


def _print_total(console: Console, derived: Derivation) -> None:
    width = max(map(len, METRICS.values())) + 2
    for metric, title in METRICS.items():
        lines = _lines(derived.parts(metric), max(console.width - width, 24))
        for place, line in enumerate(lines):
            console.print(Text(f"{title if place == 0 else '':{width}}{line}"), soft_wrap=True)
    console.print()
    console.print(_MEANING)


def _lines(parts: Sequence[str], width: int) -> list[str]:
    lines = [""]
    for part in parts:
        joined = f"{lines[-1]} {part}" if lines[-1] else part
        if cell_len(joined) > width and lines[-1]:
            lines.append(part)
        else:
            lines[-1] = joined
    return lines


def _sums(derived: Derivation, per: str, points: Sequence[Mapping[str, int]]) -> Table:
    """One row each, with formulas, or with numbers at a point, and the total."""

    def shown(form: Form) -> str:
        if points:
            return text.number(Function("macs", [form], derived.symbols)(**points[0]))
        return printer.plain(form, derived.symbols)

    right = ">" if points else ""
    rows = [
        (row.name, repeated(row.kinds), _macs(row, shown(row.macs)), f"{row.parameters:,}") for row in derived.per(per)
    ]
    total = ("total", "", shown(derived.forms["macs"][0]), f"{derived.parameters:,}")
    return Table((per, "operator", f"{right}MACs", ">params"), rows, [total])


def _print_sums(console: Console, derived: Derivation, per: str, points: Sequence[Mapping[str, int]]) -> None:
    sums = _sums(derived, per, points)
    table = plain_table(*sums.headers)
    for row in (*sums.rows, *sums.totals):
        table.add_row(*map(Text, row))
    console.print(table)


def _sheet(derived: Derivation, per: str, points: Sequence[Mapping[str, int]]) -> Sheet:
    at = f" At {_said(points[0])}." if points else ""
    source = f"Derived from one symbolic trace of the model. Domain: {derived.domain}.{at}"
    return Sheet(f"{derived.model}: input {derived.input}", source, [_sums(derived, per, points)])


def _macs(row: Subtotal, shown: str) -> str:
    return shown if not row.unknown else f"{shown} + ?" if row.macs.terms else "?"


def _print_unknown(console: Console, derived: Derivation) -> None:
    if derived.unknown:
        names = ", ".join(f"{name} {times} time{'s' if times > 1 else ''}" for name, times in derived.unknown.items())
        console.print()
        console.print(Text(f"Without a formula, and in no sum: {names}.", style="magenta"))


def _print_values(console: Console, checkable: Checkable, point: Mapping[str, int]) -> None:
    values, broken = checkable.at(point)
    console.print()
    console.print(Text(f"At {_said(point)}:"))
    table = plain_table("Value", ">")
    for metric, value in values.items():
        table.add_row(METRICS[metric], text.number(value))
    console.print(table)
    if broken:
        console.print(
            Text(f"Outside of the domain ({broken} does not hold), but a plain trace at this size gives the same.")
        )
