"""Tables as LaTeX: booktabs for a paper, and one array for notebooks (MathJax)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from convcost.core.errors import ConvcostError
from convcost.report.content import Content, Table
from convcost.report.text import visible
from convcost.symbolic.latex import escaped, in_math

_PACKAGES = "% \\usepackage{booktabs} in the preamble"
_MOST_ROWS = 2000
_FLOATS = 12  # LaTeX loses its way with many tables that wait for a page
_LONG = 36  # characters of a cell from which on its column is set as a paragraph
_NUMBER = re.compile(r"([+-])(\d[\d,.]*( %)?)")
_WORD = re.compile(r"\S{13,}")
_BREAK = re.compile(r"(?<=[/_,=:|.\]-])(?=\w)")


@dataclass(frozen=True)
class _Size:
    """A size of letters: the digits in a line of 345 pt, and the lines of a page below a caption of five."""

    command: str
    digits: int
    lines: int


_SIZES = (
    _Size("", 66, 40),
    _Size("\\small", 74, 44),
    _Size("\\footnotesize", 80, 50),
    _Size("\\scriptsize", 85, 60),
    _Size("\\tiny", 100, 80),
)


@dataclass(frozen=True)
class _Layout:
    """The size, the columns' letters, and how many characters each line of a paragraph has (0: no paragraph)."""

    size: _Size
    letters: str
    paragraphs: Sequence[int]

    def height(self, row: Sequence[str]) -> int:
        """Lines that a row takes."""
        return max(-(-len(text) // room) if room else 1 for text, room in zip(row, self.paragraphs, strict=True)) or 1


def cell(text: str) -> str:
    """A cell's text; a number's sign is a minus, not a hyphen."""
    match = _NUMBER.fullmatch(" ".join(text.split()))
    return f"${match[1]}${escaped(match[2])}" if match else escaped(text)


def _paragraph(text: str) -> str:
    """A cell that may be broken, long words too."""
    words = (_BREAK.split(word) if _WORD.fullmatch(word) else [word] for word in text.split())
    return "\\raggedright " + " ".join("\\allowbreak{}".join(map(escaped, parts)) for parts in words)


def document_part(content: Content) -> str:
    """One `table` a table, of at most a page each; the caption has the settings and the source.

    Raises ConvcostError for more rows than a paper could hold.
    """
    number = sum(len(table.rows) for table in content.tables)
    if number > _MOST_ROWS:
        raise ConvcostError(f"more than {_MOST_ROWS:,} rows are too many for LaTeX; write CSV instead")
    parts, floats = [_PACKAGES, *([] if content.tables else [f"% {visible(content.title)}"])], 0
    for place, table in enumerate(content.tables):
        title = f"{content.title}: {table.title}." if table.title else f"{content.title}."
        for one in _floats(table, f"{title} {content.source}" if place == 0 else title):
            parts += ["\\clearpage", one] if floats and floats % _FLOATS == 0 else [one]
            floats += 1
    return "\n".join([*parts, *(f"% {visible(note)}" for note in content.sentences)]) + "\n"


def _floats(table: Table, caption: str) -> Iterable[str]:
    layout = _layout(table)
    pieces: list[list[Sequence[str]]] = [[]]
    left = layout.size.lines
    for row in table.rows:
        left -= layout.height(row)
        if left < 0 and pieces[-1]:
            pieces.append([])
            left = layout.size.lines - layout.height(row)
        pieces[-1].append(row)
    for place, rows in enumerate(pieces):
        which = f" ({place + 1} of {len(pieces)})" if len(pieces) > 1 else ""
        totals = table.totals if rows is pieces[-1] else ()
        yield _float(Table(table.columns, rows, totals), escaped(caption + which), layout)


def _float(table: Table, caption: str, layout: _Layout) -> str:
    # Within \raggedright, \\ would not end a row.
    end = "\\tabularnewline" if any(layout.paragraphs) else "\\\\"
    head = " & ".join(map(cell, table.headers))
    size = layout.size.command
    lines = [
        *("\\begin{table}[htbp]", "  \\centering", f"  \\caption{{{caption}}}"),
        *([f"  {size}\\setlength{{\\tabcolsep}}{{3pt}}"] if size else []),
        *(f"  \\begin{{tabular}}{{{layout.letters}}}", "    \\toprule", f"    {head} {end}", "    \\midrule"),
        *(f"    {_row(row, layout)} {end}" for row in table.rows),
        *(["    \\midrule"] if table.totals and table.rows else []),
        *(f"    {_row(row, layout)} {end}" for row in table.totals),
        *("    \\bottomrule", "  \\end{tabular}", "\\end{table}"),
    ]
    return "\n".join(lines)


def _row(cells: Sequence[str], layout: _Layout) -> str:
    pairs = zip(cells, layout.paragraphs, strict=True)
    return " & ".join(_paragraph(text) if room and text else cell(text) for text, room in pairs)


def _layout(table: Table) -> _Layout:
    widths = [max(map(len, table.cells(place))) for place in range(len(table.columns))]
    long = [width > _LONG and not column.right for width, column in zip(widths, table.columns, strict=True)]
    fixed = sum(2 if paragraph else width + 2 for width, paragraph in zip(widths, long, strict=True))
    paragraphs = sum(long)
    wanted = fixed + 24 * paragraphs
    size = next((size for size in _SIZES if size.digits >= wanted), _SIZES[-1])
    room = max((size.digits - fixed) // max(paragraphs, 1), 12)
    letters = [
        f"p{{{room / size.digits:.2f}\\linewidth}}" if paragraph else "r" if column.right else "l"
        for column, paragraph in zip(table.columns, long, strict=True)
    ]
    return _Layout(size, "".join(letters), [room if paragraph else 0 for paragraph in long])


def display(content: Content, most: int = 50) -> str:
    """The tables as displayed formulas that LaTeX (with amsmath) and MathJax read alike; the first `most` rows."""
    return "\n\n".join(_array(table, most) for table in content.tables)


def _array(table: Table, most: int) -> str:
    columns = "".join("r" if column.right else "l" for column in table.columns)
    rows = list(table.rows[:most])
    if len(table.rows) > most:
        rows.append([f"… {len(table.rows) - most:,} more", *[""] * (len(columns) - 1)])
    head = _math_row(table.headers)
    body = " \\\\\n".join(map(_math_row, rows))
    totals = "".join(f" \\\\\n\\hline\n{_math_row(row)}" for row in table.totals)
    return f"$$\n\\begin{{array}}{{{columns}}}\n{head} \\\\\n\\hline\n{body}{totals}\n\\end{{array}}\n$$"


def _math_row(cells: Sequence[str]) -> str:
    return " & ".join(in_math(text) for text in cells)
