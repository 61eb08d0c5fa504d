"""Proofs on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from convcost.report.proof import HEADERS, Case, ProofReport, heading, source, stages, statements
from convcost.report.table import plain_table


def print_proof(console: Console, report: ProofReport) -> None:
    """The statements of every case, the stages of one, and the verdict."""
    console.print(Text(heading(report), style="bold"))
    console.print(Text(source(report)))
    for case in report.cases:
        _print_case(console, case, stages_too=len(report.cases) == 1 or bool(case.proof.residuals))
    console.print()
    console.print(Text(report.conclusion, style="green" if report.proved else "bold red"))


def _print_case(console: Console, case: Case, stages_too: bool) -> None:
    console.print()
    if case.name:
        console.print(Text(f"At {case.name}:"))
    for sentence, details in statements(case.proof):
        console.print(Text(sentence))
        for line in details:
            console.print(Padding(Text(line), (0, 0, 0, 2), expand=False))
    if not stages_too:
        return
    console.print()
    table = plain_table(*HEADERS)
    for row in stages(case.proof):
        cells = [Text(cell) for cell in row]
        for cell in cells[1:]:
            cell.stylize("green" if str(cell) == "proved" else "bold red")
        table.add_row(*cells)
    console.print(table)
