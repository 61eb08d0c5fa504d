"""A solution of a budget on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from convcost.explore.sweep import COUNTS
from convcost.report.solution import (
    NAMES,
    SolutionReport,
    assignments,
    heading,
    largest_rows,
    lattice,
    notes,
    rows,
    smallest,
    symbol,
)
from convcost.report.table import print_fitting


def print_solution(console: Console, report: SolutionReport, frontier: bool) -> None:
    """Print what fits, its neighbours, the unrounded solutions, and all largest settings if wanted."""
    solution = report.solution
    console.print(Text(heading(report), style="bold"))
    console.print(Text(f"Lattice: {lattice(solution)}."))
    console.print(Text(f"Formula: {solution.sweep.architecture.source}."))
    console.print()
    if solution.best is None:
        console.print(Text("Nothing fits.", style="bold red"))
        for line in smallest(solution):
            console.print(Text(line))
        return
    headers, cells = rows(report)
    print_fitting(console, [headers[0], *(f">{header}" for header in headers[1:])], cells, "convcost.solve(…).frame")
    for note in notes(report):
        console.print(Text(note))
    if frontier:
        console.print()
        count = len(solution.largest)
        console.print(Text(f"{count} largest setting{'s' if count != 1 else ''}: nothing larger fits.", style="bold"))
        names = [symbol(axis.option) for axis in solution.sweep.axes]
        headers = [f">{header}" for header in (*names, *(NAMES[name] for name in COUNTS))]
        print_fitting(console, headers, largest_rows(solution.largest, solution), "convcost.solve(…).frame")
    console.print(Text(f"Largest that fits: {', '.join(assignments(solution, solution.best))}.", style="bold green"))
