"""A referee's accounts on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from convcost.comparison.published.verdict import Found
from convcost.comparison.refereeing.against import Against
from convcost.comparison.refereeing.explanation import Between, Explanation
from convcost.report import text
from convcost.report.referee import (
    HEADERS,
    RefereeReport,
    conclusion,
    heading,
    parts,
    source,
    summary,
    where,
)
from convcost.report.table import plain_table

_STYLES = {"convention": "cyan", "fault": "yellow"}


def print_referee(console: Console, report: RefereeReport, per: str = "total") -> None:
    """A row a counter, the terms of each, and whether anything is left."""
    console.print(Text(heading(report), style="bold"))
    console.print(Text(source(report)))
    console.print()
    table = plain_table(*HEADERS)
    for row in summary(report.accounts):
        table.add_row(*map(Text, row))
    console.print(table)
    for account in report.accounts:
        if account.printed is None:
            console.print(Text(f"{account.counter}: {account.failed}.", style="yellow"))
    for account in report.accounts:
        if per == "total":
            _print_terms(console, account)
        else:
            _print_parts(console, account, per)
    console.print()
    console.print(Text(f"{conclusion(report)}.", style="green" if report.ok else "bold red"))


def _print_terms(console: Console, account: Explanation) -> None:
    if not account.terms and account.explained:
        return
    console.print()
    table = plain_table(f"{account.counter} {account.version}".rstrip(), ">amount", ">calls", "kind")
    for term in account.terms:
        cells = [Text(term.label), Text(text.signed(term.amount)), Text(text.number(term.calls)), Text(term.kind)]
        cells[-1].stylize(_STYLES[term.kind])
        table.add_row(*cells)
    if not account.explained:
        table.add_row(Text("unexplained"), Text(text.signed(account.unexplained)), Text(""), Text(""), style="bold red")
    console.print(table)
    for sentence in dict.fromkeys(t.sentence for t in account.terms if t.kind == "fault" and t.sentence != t.label):
        console.print(Padding(Text(f"Fault: {sentence}."), (0, 0, 0, 2), expand=False))
    if not account.explained:
        console.print(Padding(Text(f"Unexplained: {where(account)}.", style="bold red"), (0, 0, 0, 2), expand=False))


def _print_parts(console: Console, account: Explanation, per: str) -> None:
    if not account.calls:
        return
    console.print()
    table = plain_table(f"{account.counter}, {per}", ">calls", ">MACs", ">counted", ">convention", ">fault")
    for _, name, calls, core, expected, convention, fault in parts(account, per):
        if core or expected:
            signed = (text.signed(convention), text.signed(fault))
            table.add_row(*map(Text, (name, f"{calls:,}", f"{core:,}", f"{expected:,}", *signed)))
    console.print(table)


def print_between(console: Console, report: RefereeReport, found: Between) -> None:
    """Two counters' difference, term by term."""
    console.print(Text(heading(report), style="bold"))
    first, second = found.first, found.second
    console.print(Text(f"{first.counter} prints {first.printed:,}, {second.counter} {second.printed:,}."))
    console.print()
    table = plain_table("term", ">amount", "kind")
    for term in found.terms:
        table.add_row(Text(term.label), Text(text.signed(term.amount)), Text(term.kind, style=_STYLES[term.kind]))
    if found.unexplained:
        table.add_row(Text("unexplained"), Text(text.signed(found.unexplained)), Text(""), style="bold red")
    table.add_row(Text("together"), Text(text.signed(found.difference)), Text(""))
    console.print(table)


def print_against(console: Console, name: str, found: Against) -> None:
    """The readings of a printed number, best first, or the nearest one."""
    if not found.explained:
        sentence = f"No reading makes {found.text} of {name}. Nearest: {_reading(found, found.nearest)}."
        console.print(Text(sentence, style="bold red"))
        return
    console.print(Text(f"{name}: {found.text} can mean", style="bold"))
    for one in found.found:
        console.print(Padding(Text(_reading(found, one)), (0, 0, 0, 2), expand=False))


def _reading(against: Against, found: Found) -> str:
    """As fvcore counts (314.193 M)."""
    unit = f" {'KMGT'[against.power - 1]}" if against.power else ""
    printed = len(str(against.number.step.denominator)) - 1
    value = text.decimal(found.value, printed + 3 if against.power else 0)
    return f"{found.reading.sentence or 'multiply-accumulates alone'} ({value}{unit})"
