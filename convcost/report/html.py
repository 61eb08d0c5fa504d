"""Reports as HTML: a page, or a fragment of one, as a notebook shows it."""

from collections.abc import Sequence
from html import escape

from convcost.report.content import Content, Formulas, Heading, Sentence, Table
from convcost.symbolic import notebook

_MOST = 200  # rows in a notebook; data frames have them all


def page(content: Content) -> str:
    """A page of its own, with every row."""
    title = escape(content.title)
    return f'<!DOCTYPE html>\n<meta charset="utf-8">\n<title>{title}</title>\n{fragment(content, None)}'


def fragment(content: Content, most: int | None = _MOST) -> str:
    """The report as a piece of a page: its title and source, the first `most` rows of each table, and sentences."""
    parts = []
    for block in (Heading(content.title), Sentence(content.source), *content.blocks):
        if isinstance(block, Table):
            parts.append(_table(block, most))
        elif isinstance(block, Formulas):
            parts.append(notebook.as_html(block.equations, "").strip())
        elif not block.text:
            continue
        elif isinstance(block, Heading):
            parts.append(f"<p><strong>{escape(block.text)}</strong></p>")
        else:
            parts.append(f"<p>{escape(block.text)}</p>")
    return "\n".join(parts) + "\n"


def _table(table: Table, most: int | None) -> str:
    sides = ["right" if column.right else "left" for column in table.columns]
    body = [_row(cells, sides, "td") for cells in table.rows[:most]]
    if most is not None and len(table.rows) > most:
        body.append(f'<tr><td colspan="{len(sides)}">… {len(table.rows) - most:,} more rows</td></tr>')
    head = _row(table.headers, sides, "th")
    foot = ["<tfoot>", *(_row(cells, sides, "th") for cells in table.totals), "</tfoot>"] if table.totals else []
    caption = [f"<caption>{escape(table.title)}</caption>"] if table.title else []
    lines = ["<table>", *caption, "<thead>", head, "</thead>", "<tbody>", *body, "</tbody>", *foot, "</table>"]
    return "\n".join(lines)


def _row(cells: Sequence[str], sides: Sequence[str], tag: str) -> str:
    shown = (
        f'<{tag} style="text-align: {side}">{escape(text)}</{tag}>' for text, side in zip(cells, sides, strict=True)
    )
    return f"<tr>{''.join(shown)}</tr>"
