"""Reports as LaTeX: tables (booktabs), text and formulas for a paper, and formulas for notebooks (MathJax)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from convcost.core.errors import ConvcostError
from convcost.report.content import Block, Content, Formulas, Heading, Sentence, Table
from convcost.symbolic import notebook
from convcost.symbolic.latex import escaped, in_math

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
    """The report in its order: a `table` per table, of at most a page each, sentences as paragraphs, and formulas.

    The first caption has the settings and the source. Raises ConvcostError for more rows than a paper could hold.
    """
    number = sum(len(table.rows) for table in content.tables)
    if number > _MOST_ROWS:
        raise ConvcostError(f"more than {_MOST_ROWS:,} rows are too many for LaTeX; write CSV instead")
    parts = [_preamble(content)]
    if not content.tables:
        parts.append(_text(f"{_stop(content.title)} {content.source}".strip()))
    floats = 0
    for items, blocks in groupby(content.blocks, lambda block: isinstance(block, Sentence) and block.item):
        if items:
            parts.append(_list(blocks))
            continue
        for block in blocks:
            if not isinstance(block, Table):
                parts.append(_block(block))
                continue
            title = _stop(": ".join(filter(None, (content.title.removesuffix("."), block.title))))
            for one in _floats(block, title if floats else f"{title} {content.source}".strip()):
                parts += ["\\clearpage", one] if floats and floats % _FLOATS == 0 else [one]
                floats += 1
    return re.sub(r"\n{3,}", "\n\n", "\n".join(filter(None, parts))).strip("\n") + "\n"


def _preamble(content: Content) -> str:
    """What has to be in the preamble, as a comment."""
    amsmath = any(isinstance(block, Formulas) for block in content.blocks)
    packages = [name for name, used in (("amsmath", amsmath), ("booktabs", content.tables)) if used]
    return f"% \\usepackage{{{', '.join(packages)}}} in the preamble" if packages else ""


def _stop(text: str) -> str:
    """A caption with its full stop."""
    return f"{text}." if text and not text.endswith((".", ":")) else text


def _text(text: str) -> str:
    return f"\n{escaped(text)}\n" if text else ""


def _list(sentences: Iterable[Block]) -> str:
    items = (f"  \\item {escaped(one.text)}" for one in sentences if isinstance(one, Sentence))
    return "\n".join(["\\begin{itemize}", *items, "\\end{itemize}"])


def _block(block: Sentence | Heading | Formulas) -> str:
    if isinstance(block, Heading):
        return f"\n\\paragraph{{{escaped(block.text)}}}"
    if isinstance(block, Formulas):
        return f"\\[\n{notebook.as_latex(block.equations)}\n\\]"
    return _text(block.text)


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
    """Tables and formulas as displayed formulas that LaTeX (with amsmath) and MathJax read alike; the first rows."""
    shown = []
    for block in content.blocks:
        if isinstance(block, Table):
            shown.append(_array(block, most))
        elif isinstance(block, Formulas):
            shown.append(f"$$\n{notebook.as_latex(block.equations)}\n$$")
    return "\n\n".join(shown)


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
