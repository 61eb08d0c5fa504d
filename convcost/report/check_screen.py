"""A check of budgets on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from convcost.budgeting.outcome import Outcome
from convcost.report import check_text
from convcost.report.check import CheckReport
from convcost.report.table import plain_table


def print_check(console: Console, report: CheckReport) -> None:
    """Every count with its limit, what changed since the baseline, and why a budget does not hold."""
    table = plain_table(*check_text.HEADERS)
    for column in table.columns[1:]:
        column.no_wrap = True  # a long name is folded, a number never
    for row in check_text.rows(report.outcomes):
        cells = [Text(cell) for cell in row]
        cells[-1].stylize(check_text.STYLES[row[-1]])
        table.add_row(*cells)
    console.print(table)
    if changes := check_text.changes(report.outcomes):
        console.print()
        for sentence in changes:
            console.print(Text(sentence))
    for outcome in report.broken:
        console.print()
        print_failure(console, outcome)
    console.print()
    if report.updated is not None:
        console.print(Text(f"Baseline written: {report.updated.name}."))
    console.print(Text(check_text.conclusion(report.outcomes), style="bold green" if report.ok else "bold red"))


def print_failure(console: Console, outcome: Outcome) -> None:
    """Why a budget does not hold, and the layers that cost most of what is too much."""
    console.print(Text(f"{outcome.entry.name}: {outcome.entry.model}", style="bold"))
    for sentence in check_text.complaints(outcome):
        console.print(Text(f"{sentence}."))
    name = check_text.blamed(outcome)
    if name and outcome.costs is not None:
        table = plain_table("Most expensive", "", f">{check_text.NAMES[name]}", ">share")
        for row in check_text.expensive(outcome.costs, name):
            table.add_row(*map(Text, row))
        console.print(table)
