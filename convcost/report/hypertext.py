"""Tables as HTML for notebooks; cells cannot break out of them."""

from __future__ import annotations

import html
from collections.abc import Sequence

from convcost.report.sheet import Sheet, Table

_MOST = 200  # rows; data frames have them all


def fragment(sheet: Sheet, most: int = _MOST) -> str:
    """The sheet as a piece of a page: its title, tables (the first `most` rows), and sentences."""
    said = [f"<p>{html.escape(sentence)}</p>" for sentence in (sheet.source, *sheet.notes) if sentence]
    parts = [f"<p><strong>{html.escape(sheet.title)}</strong></p>", *said[:1]]
    parts += [_table(table, most) for table in sheet.tables]
    return "\n".join([*parts, *said[1:]]) + "\n"


def _table(table: Table, most: int) -> str:
    sides = ["right" if header.startswith(">") else "left" for header in table.headers]
    head = _row([header.removeprefix(">") for header in table.headers], sides, "th")
    body = [_row(cells, sides, "td") for cells in table.rows[:most]]
    if len(table.rows) > most:
        body.append(f'<tr><td colspan="{len(sides)}">… {len(table.rows) - most:,} more rows</td></tr>')
    foot = ["<tfoot>", *(_row(cells, sides, "th") for cells in table.totals), "</tfoot>"] if table.totals else []
    caption = [f"<caption>{html.escape(table.title)}</caption>"] if table.title else []
    lines = ["<table>", *caption, "<thead>", head, "</thead>", "<tbody>", *body, "</tbody>", *foot, "</table>"]
    return "\n".join(lines)


def _row(cells: Sequence[str], sides: Sequence[str], tag: str) -> str:
    shown = (
        f'<{tag} style="text-align: {side}">{html.escape(text)}</{tag}>'
        for text, side in zip(cells, sides, strict=True)
    )
    return f"<tr>{''.join(shown)}</tr>"
