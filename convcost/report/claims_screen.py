"""Claims on a terminal: columns are left out whole where it is narrow, and sentences then follow the table."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from convcost.comparison.published.verdict import Checked, ClaimVerdict
from convcost.report.claims import ClaimsReport, explanation, printed, shown, summary
from convcost.report.table import plain_table

STYLES = {
    ClaimVerdict.REFUTED: "bold red",
    ClaimVerdict.EXPLAINED: "cyan",
    ClaimVerdict.TRUNCATED: "yellow",
    ClaimVerdict.HOLDS: "green",
    ClaimVerdict.NOT_COMPUTED: "magenta",
}
_GAP = 2
_SENTENCE = "explanation"
# Header, value, and the order of leaving out: 0 never, the higher the sooner.
_COLUMNS: tuple[tuple[str, Callable[[Checked], str], int], ...] = (
    ("claim", lambda c: c.claim.id, 0),
    ("location", lambda c: c.claim.location, 1),
    (">printed", printed, 0),
    (">computed", lambda c: shown(c, c.computed), 0),
    ("verdict", lambda c: str(c.verdict), 0),
    (_SENTENCE, explanation, 2),
)


def print_claims(console: Console, report: ClaimsReport) -> None:
    """The table, one sentence for every claim that is refuted or explained, and how many have which verdict."""
    kept = _fitting(report, console.width)
    table = plain_table(*(header for header, _, _ in kept))
    for checked in report:
        cells = [Text(value(checked)) for _, value, _ in kept]
        cells[[header for header, _, _ in kept].index("verdict")].stylize(STYLES[checked.verdict])
        table.add_row(*cells)
    if len(report):
        console.print(table)
    if _SENTENCE not in [header for header, _, _ in kept]:
        for checked in report:
            if checked.verdict in (ClaimVerdict.REFUTED, ClaimVerdict.EXPLAINED):
                console.print(Text(f"{checked.claim.id}: {explanation(checked)}.", style=STYLES[checked.verdict]))
    console.print(Text(f"{summary(report)}."))


def _fitting(report: ClaimsReport, width: int) -> list[tuple[str, Callable[[Checked], str], int]]:
    def needed(header: str, value: Callable[[Checked], str]) -> int:
        return max(cell_len(cell) for cell in [header, *(value(checked) for checked in report)]) + _GAP

    kept = list(_COLUMNS)
    while sum(needed(header, value) for header, value, _ in kept) > width and any(rank for _, _, rank in kept):
        kept.remove(max(kept, key=lambda column: column[2]))
    return kept
