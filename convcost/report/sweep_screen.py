"""A sweep on a terminal: the first and the last rows of a large one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from convcost.explore.sweep import Sweep
from convcost.report import text
from convcost.report.sweep import SweepReport, heading
from convcost.report.table import plain_table, print_fitting
from convcost.report.verified import Verified

HEADERS = ("MACs", "parameters", "activations")
_FIRST, _LAST = 12, 6


def print_sweep(console: Console, report: SweepReport) -> None:
    """The points with their counts, how many are not shown, and which are left out."""
    sweep, number = report.sweep, len(report)
    console.print(Text(heading(report), style="bold"))
    console.print(Text(f"Formula: {sweep.architecture.source}."))
    console.print()
    everything = number <= _FIRST + _LAST + 2
    shown = list(range(number)) if everything else [*range(_FIRST), *range(number - _LAST, number)]
    options = [axis.option.symbol or axis.option.name for axis in sweep.axes]
    rows = [[*given, *map(text.number, counts)] for given, counts in report.rows(shown)]
    if not everything:
        rows.insert(_FIRST, ["…"] * len(rows[0]))
    print_fitting(console, [f">{header}" for header in (*options, *HEADERS)], rows)
    if not everything:
        console.print(f"{number - _FIRST - _LAST:,} more points are not shown (--csv has them all).", style="dim")
    if report.refused:
        points = "1 point is" if report.refused == 1 else f"{report.refused:,} points are"
        console.print(Text(f"{points} left out, where the net cannot be drawn. First: {sweep.reason}."))


def print_verified(console: Console, sweep: Sweep, points: Sequence[Verified]) -> None:
    """What fvcore and the model say at the points that were traced."""
    console.print()
    bad = [point for point in points if not point.agrees]
    if not bad:
        console.print(Text(f"Traced {len(points)} points picked at random: all agree with fvcore and the model."))
        return
    console.print(Text(f"Traced {len(points)} points picked at random: {len(bad)} disagree.", style="bold red"))
    options = [axis.option.symbol or axis.option.name for axis in sweep.axes]
    table = plain_table(*options, "count", ">formula", ">measured")
    for point in bad:
        for name, formula, measured in point.differing:
            given = [text.plain(value) for value in point.options.values()]
            table.add_row(*(Text(cell) for cell in (*given, name, text.number(formula), text.number(measured))))
    console.print(table)
