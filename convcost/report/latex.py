"""Tables as LaTeX: booktabs for a paper, and one array for notebooks (MathJax)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from convcost.report.sheet import Sheet, Table
from convcost.theory.errors import ConvcostError
from convcost.theory.latex import escaped, in_math

_PACKAGES = "% \\usepackage{booktabs} in the preamble"
_PAGE = 45  # rows that fit on a page
_MOST_ROWS = 2000
_LONG = 36  # characters of a cell from which on its column is set as a paragraph
# Characters that a line of 345 pt holds in each size, measured on digits; the space between columns counts as two.
_SIZES = (("", 64), ("\\small", 72), ("\\footnotesize", 81), ("\\scriptsize", 93), ("\\tiny", 128))
_NUMBER = re.compile(r"([+-])(\d[\d,.]*.*)")


def cell(text: str) -> str:
    """A cell's text; a number's sign is a minus, not a hyphen."""
    match = _NUMBER.fullmatch(" ".join(text.split()))
    return f"${match[1]}${escaped(match[2])}" if match else escaped(text)


def document_part(sheet: Sheet) -> str:
    """One `table` a table, of at most a page each; the caption has the settings and the source.

    Raises ConvcostError for more rows than a paper could hold.
    """
    number = sum(len(table.rows) for table in sheet.tables)
    if number > _MOST_ROWS:
        raise ConvcostError(f"{number:,} rows are too many for LaTeX, which takes {_MOST_ROWS:,}; write CSV instead")
    parts = [_PACKAGES]
    for place, table in enumerate(sheet.tables):
        parts += _floats(table, _caption(sheet, table, place))
    return "\n".join([*parts, *(f"% {' '.join(note.split())}" for note in sheet.notes)]) + "\n"


def _caption(sheet: Sheet, table: Table, place: int) -> str:
    title = f"{sheet.title}: {table.title}." if table.title else f"{sheet.title}."
    return escaped(f"{title} {sheet.source}" if place == 0 else title)


def _floats(table: Table, caption: str) -> Iterable[str]:
    pieces = [table.rows[start : start + _PAGE] for start in range(0, max(len(table.rows), 1), _PAGE)]
    for place, rows in enumerate(pieces):
        which = f" ({place + 1} of {len(pieces)})" if len(pieces) > 1 else ""
        totals = table.totals if rows is pieces[-1] else ()
        yield _float(Table(table.headers, rows, totals), caption + which, _layout(table))


def _float(table: Table, caption: str, layout: tuple[str, str, Sequence[bool]]) -> str:
    size, columns, long = layout
    lines = [
        *("\\begin{table}[htbp]", "  \\centering", f"  \\caption{{{caption}}}"),
        *([f"  {size}\\setlength{{\\tabcolsep}}{{3pt}}"] if size else []),
        *(f"  \\begin{{tabular}}{{{columns}}}", "    \\toprule"),
        _row([header.removeprefix(">") for header in table.headers], [False] * len(long)),
        "    \\midrule",
        *(_row(row, long) for row in table.rows),
        *(["    \\midrule"] if table.totals and table.rows else []),
        *(_row(row, long) for row in table.totals),
        *("    \\bottomrule", "  \\end{tabular}", "\\end{table}"),
    ]
    return "\n".join(lines)


def _row(cells: Sequence[str], long: Sequence[bool]) -> str:
    texts = [
        f"{{\\raggedright {cell(text)}\\par}}" if paragraph and text else cell(text)
        for text, paragraph in zip(cells, long, strict=True)
    ]
    return f"    {' & '.join(texts)} \\\\"


def _layout(table: Table) -> tuple[str, str, Sequence[bool]]:
    """The size of letters that fits, the columns' alignments, and which of them are paragraphs."""
    columns = list(zip(table.headers, *table.rows, *table.totals, strict=True))
    widths = [max(len(text.removeprefix(">")) for text in column) for column in columns]
    long = [width > _LONG and not column[0].startswith(">") for width, column in zip(widths, columns, strict=True)]
    fixed = sum(width + 2 for width, paragraph in zip(widths, long, strict=True) if not paragraph)
    wanted = fixed + sum(24 for paragraph in long if paragraph)
    size, room = next(((size, room) for size, room in _SIZES if room >= wanted), _SIZES[-1])
    share = max(room - fixed, 12 * sum(long)) / max(room * sum(long), 1)
    letters = [
        f"p{{{share * 0.92:.2f}\\linewidth}}" if paragraph else "r" if column[0].startswith(">") else "l"
        for column, paragraph in zip(columns, long, strict=True)
    ]
    return size, "".join(letters), long


def display(sheet: Sheet, most: int = 50) -> str:
    """The tables as displayed formulas that LaTeX (with amsmath) and MathJax read alike; the first `most` rows."""
    return "\n\n".join(_array(table, most) for table in sheet.tables)


def _array(table: Table, most: int) -> str:
    columns = "".join("r" if header.startswith(">") else "l" for header in table.headers)
    rows = list(table.rows[:most])
    if len(table.rows) > most:
        rows.append([f"… {len(table.rows) - most:,} more", *[""] * (len(columns) - 1)])
    head = _math_row([header.removeprefix(">") for header in table.headers])
    body = " \\\\\n".join(map(_math_row, rows))
    totals = "".join(f" \\\\\n\\hline\n{_math_row(row)}" for row in table.totals)
    return f"$$\n\\begin{{array}}{{{columns}}}\n{head} \\\\\n\\hline\n{body}{totals}\n\\end{{array}}\n$$"


def _math_row(cells: Sequence[str]) -> str:
    return " & ".join(in_math(text) for text in cells)
