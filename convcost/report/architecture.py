"""An architecture on a terminal, as its paper's table would have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from convcost.core import paper_table
from convcost.core.architecture import Architecture, Network
from convcost.core.numeric import Count, Shape
from convcost.core.paper_table import TableRow
from convcost.core.registry import find
from convcost.report import text
from convcost.report.table import plain_table


def print_architecture(console: Console, name: str, options: Mapping[str, object], per: str, symbolic: bool) -> None:
    """Print the table of a network at some options, then the options that it has."""
    architecture = find(Architecture, name, "network")
    network = _open(architecture, options) if symbolic else architecture.network(architecture.settings(options))
    stages = paper_table.per_block(network) if per == "block" else paper_table.per_layer(network)
    widths: dict[Any, Any] = {}
    write = _symbols(widths) if symbolic else _numbers
    console.print(Text(f"{architecture.name}: {architecture.title}", style="bold"))
    console.print(Text(f"Source: {architecture.source}"))
    console.print(Text(f"Input: {_sizes(network.input_shape, write)}"))
    console.print()
    _print_stages(console, stages, write)
    total = network.cost
    console.print()
    console.print(Text(f"Total: {write(total.macs)} MACs, {write(total.parameters)} parameters."))
    if widths:
        console.print(Text(f"where {definitions(widths)}"))
    print_options(console, architecture)


def print_options(console: Console, architecture: Architecture) -> None:
    """The options of a network with their meaning, domain and default."""
    console.print()
    table = plain_table("Option", "symbol", "meaning", "domain", "default")
    for option in architecture.options:
        default = "" if option.default is None else text.plain(option.default)
        cells = (f"--{option.name.replace('_', '-')}", option.symbol, option.meaning, option.domain, default)
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)


def _open(architecture: Architecture, options: Mapping[str, object]) -> Network:
    from convcost.symbolic.closed_form import open_network

    return open_network(architecture, options)


def _numbers(count: Count) -> str:
    return text.number(int(count))


def _symbols(widths: dict[Any, Any]) -> Callable[[Count], str]:
    from convcost.symbolic import closed_form as closed
    from convcost.symbolic import expressions as symbolic

    def write(count: Count) -> str:
        named = closed.name_widths(symbolic.plain_rounding(symbolic.expression(count)), widths)
        return symbolic.line(named, ("B", "R", *map(str, widths.values())))

    return write


def definitions(widths: Mapping[Any, Any]) -> str:
    """c32 = max(⌊32·α⌋, 8), in the order of the widths; `widths` has the rounding as key, its name as value."""
    from convcost.symbolic import closed_form as closed
    from convcost.symbolic import expressions as symbolic

    ordered = sorted(widths.items(), key=lambda item: closed.at_one(item[0]))
    return ", ".join(f"{name} = {symbolic.line(form)}" for form, name in ordered)


def _sizes(shape: Shape, write: Callable[[Count], str]) -> str:
    return "×".join(write(size).replace(",", "") for size in shape)


@dataclass(frozen=True)
class _Column:
    """A column; `rank` 0 is always shown, the higher the sooner it is left out. The operators' may be folded."""

    header: str
    cell: Callable[[TableRow], str]
    rank: int = 0
    folds: bool = False


_LEAST_OPERATOR = 14


def _columns(stages: list[TableRow], write: Callable[[Count], str]) -> list[_Column]:
    columns = [
        _Column("name", lambda s: s.name),
        _Column("operator", lambda s: paper_table.repeated(s.operators), folds=True),
        _Column("t", lambda s: "" if s.expansion is None else text.plain(s.expansion), 2),
        _Column("c", lambda s: write(s.channels).replace(",", "")),
        _Column("n", lambda s: str(s.repeats), 1),
        _Column("s", lambda s: text.compact(s.stride) if s.stride else "", 3),
        _Column("output", lambda s: _sizes(s.output[2:], write) or "1", 4),
        _Column("sees", lambda s: text.compact(s.field) if s.field else "", 5),
        _Column(">MACs", lambda s: write(s.cost.macs)),
        _Column(">params", lambda s: write(s.cost.parameters)),
    ]
    unused = {"t": all(s.expansion is None for s in stages), "n": all(s.repeats == 1 for s in stages)}
    return [column for column in columns if not unused.get(column.header, False)]


def _print_stages(console: Console, stages: list[TableRow], write: Callable[[Count], str]) -> None:
    columns = _columns(stages, write)
    numeric = write is _numbers

    def needed(column: _Column) -> int:
        widest = max(cell_len(cell) for cell in [column.header, *map(column.cell, stages)])
        return (_LEAST_OPERATOR if column.folds else widest) + 2

    while numeric and sum(map(needed, columns)) > console.width and any(column.rank for column in columns):
        columns.remove(max(columns, key=lambda column: column.rank))
    table = plain_table(*(column.header for column in columns))
    for shown, column in zip(table.columns, columns, strict=True):
        shown.no_wrap = numeric and not column.folds  # an expression may be folded, a number never
    for stage in stages:
        table.add_row(*(Text(column.cell(stage)) for column in columns))
    console.print(table)
    console.print()
    console.print(
        Text(
            "t expansion, c output channels, n repeats, s stride of the first; sees: the receptive field's side in "
            "pixels. Norms and activations are counted with their layer."
        )
    )
