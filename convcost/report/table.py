"""Tables for a terminal of any width: columns are left out whole, never squeezed, and it says which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from convcost.comparison.result import Row
from convcost.report.columns import Shown
from convcost.report.sanitize import seen
from convcost.report.text import visible

STYLES = {
    "agree": "green",
    "convention": "cyan",
    "uncounted": "yellow",
    "no formula": "magenta",
    "not called": "magenta",
    "disagree": "bold red",
}
_GAP = 2


class _Table(Table):
    """No cell is markup, obeyed by a terminal, or more than one line."""

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        super().add_row(*map(seen, cells), **options)


def plain_table(*headers: str) -> Table:
    """A table without frame, two spaces between its columns (one is the box's own)."""
    table = _Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, _GAP - 1, 0, 0), show_edge=False)
    for header in headers:
        table.add_column(
            header.removeprefix(">"), justify="right" if header.startswith(">") else "left", overflow="fold"
        )
    return table


def fitting(columns: Sequence[Shown], rows: Sequence[Row], width: int) -> list[Shown]:
    """The columns that fit, the least needed left out first."""

    def needed(column: Shown) -> int:
        return max(cell_len(visible(cell)) for cell in [column.header, *(column.value(row) for row in rows)]) + _GAP

    kept = list(columns)
    while sum(needed(column) for column in kept) > width and any(column.rank for column in kept):
        kept.remove(max(kept, key=lambda column: column.rank))
    return kept


def print_rows(console: Console, columns: Sequence[Shown], rows: Sequence[Row]) -> None:
    """Print the rows in the columns that fit."""
    kept = fitting(columns, rows, console.width)
    table = plain_table(*((">" if column.right else "") + column.header for column in kept))
    for row in rows:
        cells = [Text(column.value(row)) for column in kept]
        cells[-1].stylize(STYLES[str(row.verdict)])
        table.add_row(*cells)
    console.print(table)
    left_out = [column.header for column in columns if column not in kept]
    if left_out:
        console.print(f"Not shown at this width: {', '.join(left_out)} (--csv has every column).", style="dim")


def print_fitting(
    console: Console, headers: Sequence[str], rows: Sequence[Sequence[str]], everything: str = "--csv"
) -> None:
    """A table whose last columns are left out where the terminal is too narrow; it says which, and what has them."""
    rows = [[visible(cell) for cell in row] for row in rows]
    names = [header.removeprefix(">") for header in headers]
    widths = [max(map(cell_len, column)) + _GAP for column in zip(names, *rows, strict=True)]
    kept = len(headers)
    while sum(widths[:kept]) - 1 > console.width and kept > 2:
        kept -= 1
    table = plain_table(*headers[:kept])
    for row in rows:
        table.add_row(*(Text(cell) for cell in row[:kept]))
    console.print(table)
    if kept < len(headers):
        console.print(
            f"Not shown at this width: {', '.join(names[kept:])} ({everything} has every column).", style="dim"
        )
