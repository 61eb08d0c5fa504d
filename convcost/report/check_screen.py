"""A check of budgets on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from convcost.budgeting.checking import BudgetOutcome
from convcost.report import check_text
from convcost.report.check import CheckReport
from convcost.report.table import plain_table


def print_check(console: Console, report: CheckReport) -> None:
    """Every count with its limit, what changed since the baseline, and why a budget does not hold."""
    rows = check_text.rows(report.outcomes)
    kept, left_out = _fitting(rows, console.width)
    table = plain_table(*(check_text.HEADERS[place] for place in kept))
    for column in table.columns[1:]:
        column.no_wrap = True  # a long name is folded, a number never
    for row in rows:
        cells = [Text(row[place]) for place in kept]
        cells[-1].stylize(check_text.STYLES[row[-1]])
        table.add_row(*cells)
    console.print(table)
    if left_out:
        console.print(f"Not shown at this width: {', '.join(left_out)} (--markdown has every column).", style="dim")
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


_NAME = 8
_GAP = 2


def _fitting(rows: Sequence[Sequence[str]], width: int) -> tuple[list[int], list[str]]:
    """The columns that fit beside a folded name, and the names of those left out: margin first, then the limit."""
    headers = [header.removeprefix(">") for header in check_text.HEADERS]
    widths = [max(map(cell_len, column)) + _GAP for column in zip(headers, *rows, strict=True)]
    widths[0] = min(widths[0], _NAME + _GAP)
    kept, left_out = list(range(len(headers))), []
    for place in (headers.index("margin"), headers.index("limit")):
        if sum(widths[i] for i in kept) - _GAP > width:
            kept.remove(place)
            left_out.append(headers[place])
    return kept, left_out


def print_failure(console: Console, outcome: BudgetOutcome) -> None:
    """Why a budget does not hold, and the layers that cost most of what is too much."""
    console.print(Text(f"{outcome.budget.name}: {outcome.budget.model}", style="bold"))
    for sentence in check_text.complaints(outcome):
        console.print(Text(f"{sentence}."))
    name = check_text.blamed(outcome)
    if name and outcome.costs is not None:
        table = plain_table("Most expensive", "", f">{check_text.NAMES[name]}", ">share")
        for row in check_text.expensive(outcome.costs, name):
            table.add_row(*map(Text, row))
        console.print(table)
