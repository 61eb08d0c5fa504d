"""An audit on a terminal: a summary, never a row a model."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from convcost.report import audit_findings as findings
from convcost.report import text
from convcost.report.audit import AuditReport
from convcost.report.table import plain_table

_MOST = 10


def print_audit(console: Console, report: AuditReport) -> None:
    """How many models agree, what fvcore leaves out of how many, the disagreements by reason, what went wrong."""
    rows = report.rows
    _print(console, findings.verdicts(rows))
    headers, left_out = findings.left_out(rows)
    if left_out:
        console.print()
        # The reason is a sentence: it stands below its line's numbers.
        _print(console, (("uncounted by fvcore", *headers[2:]), [(cells[0], *cells[2:]) for cells in left_out]))
        console.print(Text("Shares are of a model's own MACs."))
        for reason in dict.fromkeys(cells[1] for cells in left_out[:_MOST]):
            console.print(Text(f"Note: {reason}."))
    for table in (findings.disagreements(rows), findings.missing(rows), findings.errors(rows)):
        if table[1]:
            console.print()
            _print(console, table)
    console.print(Text(f"{text.number(len(rows))} model{'' if len(rows) == 1 else 's'} audited."))


def _print(console: Console, table: findings.Table) -> None:
    headers, rows = table
    shown = plain_table(*headers)
    for cells in rows[:_MOST]:
        shown.add_row(*map(Text, cells))
    console.print(shown)
    if len(rows) > _MOST:
        console.print(f"… and {len(rows) - _MOST} more (--out has them).")
