"""A difference of two networks on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from convcost.report.difference import HEADERS, MEANING, DifferenceReport, conclusion, heading, rows, total_rows
from convcost.report.table import plain_table, print_fitting


def print_difference(console: Console, report: DifferenceReport, all_operators: bool) -> None:
    """The layers that are not as before, and the totals."""
    console.print(Text(heading(report), style="bold"))
    changes = report.difference.changed(all_operators)
    if changes:
        console.print()
        print_fitting(console, HEADERS, rows(changes), "--markdown")
        console.print(Text(MEANING), style="dim")
    console.print()
    totals = plain_table("Total", ">before", ">after", ">difference", ">relative")
    for cells in total_rows(report):
        totals.add_row(*(Text(cell) for cell in cells))
    console.print(totals)
    console.print(Text(conclusion(report)))
