"""The one printer of reports on a terminal: it fits tables to a width and never cuts a number.

A column that does not fit is left out whole, the least important first, and a line below the table says which. A
sentence is wrapped between words. A name that is too long for what is left loses its middle, but no digit.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from rich.cells import cell_len

from convcost.report.content import GAP, Block, Column, Content, Formulas, Heading, Sentence, Table
from convcost.report.text import visible

_GAP = 2
_LEAST_WORDS = 14
_LEAST_NAME = 8

Line = list[tuple[str, str]]
"""A printed line: pieces of text, each with its style (empty for none)."""


def content_lines(content: Content, width: int) -> list[Line]:
    """The lines that a terminal of this width shows; none ends in blanks."""
    blocks: list[Block] = [Sentence(content.title, "bold"), Sentence(content.source), *content.blocks]
    lines: list[Line] = []
    for block in blocks:
        if isinstance(block, Sentence):
            if block.text or block is GAP:
                lines += _sentence_lines(block, width)
            continue
        if lines and lines[-1] and not (isinstance(block, Table) and block.close):
            lines.append([])
        if isinstance(block, Heading):
            lines += _sentence_lines(Sentence(block.text, "bold"), width)
            continue
        if isinstance(block, Formulas):
            lines += _formula_lines(block, width)
            continue
        if block.title:
            lines += _sentence_lines(Sentence(block.title), width)
        lines += table_lines(block, width)
    return lines


def plain_text(content: Content, width: int) -> str:
    """The lines without styles."""
    return joined(content_lines(content, width))


def joined(lines: Sequence[Line]) -> str:
    """Printed lines as one text without styles."""
    return "\n".join("".join(piece for piece, _ in line) for line in lines)


def _sentence_lines(sentence: Sentence, width: int) -> list[Line]:
    room = " " * sentence.indent
    return [[(room + line, sentence.style)] if line else [] for line in wrapped(sentence.text, width - sentence.indent)]


# Where a formula can be broken: before a sign, and after the comma between two that are compared.
_TERM = re.compile(r" (?=[+-] )|(?<=,) ")
_LEAST_FORMULA = 24


def _formula_lines(formulas: Formulas, width: int) -> list[Line]:
    """Names and formulas side by side, the formulas broken between their terms."""
    rows = formulas.table.rows
    beside = max(cell_len(name) for name, _ in rows) + _GAP
    lines: list[Line] = []
    for name, formula in rows:
        parts = _filled(_TERM.split(formula), max(width - beside, _LEAST_FORMULA))
        lines += [[(f"{name if place == 0 else '':{beside}}{part}", "")] for place, part in enumerate(parts)]
    return lines


def _filled(terms: Iterable[str], width: int) -> list[str]:
    """Terms in lines of at most `width`; one that is itself longer is broken like a sentence."""
    lines = [""]
    for term in terms:
        joined = f"{lines[-1]} {term}" if lines[-1] else term
        if cell_len(joined) <= width:
            lines[-1] = joined
        else:
            lines += wrapped(term, width)
    return lines if lines[0] else lines[1:]


def fitting(table: Table, width: int) -> list[int]:
    """The places of the columns that fit, the least important ones left out first."""
    rooms = [_room(column, table.cells(place)) for place, column in enumerate(table.columns)]
    kept = list(range(len(rooms)))

    def rank(place: int) -> tuple[int, int]:
        return table.columns[place].rank, place

    while rank(max(kept, key=rank))[0] and _across(rooms[place].needed for place in kept) > width:
        kept.remove(max(kept, key=rank))
    while len(kept) > 1 and _across(rooms[place].least for place in kept) > width:
        kept.remove(max(kept[1:], key=rank))
    return kept


def _across(widths: Iterable[int]) -> int:
    """The width of columns side by side."""
    return sum(width + _GAP for width in widths) - _GAP


class _Room(NamedTuple):
    """The width that a column can be squeezed to, what it needs before others are left out for it, and all it takes."""

    least: int
    needed: int
    widest: int


def _room(column: Column, cells: Sequence[str]) -> _Room:
    texts = [visible(cell) for cell in cells]
    header, widest = cell_len(texts[0]), max(map(cell_len, texts))
    least = widest
    if column.kind == "name":
        least = max(header, *map(cell_len, shortened(texts[1:], _LEAST_NAME).values()), 0)
    elif column.kind == "words":
        least = min(widest, max(header, _LEAST_WORDS))
    squeezed = column.kind == "words" or column.room
    return _Room(least, min(widest, max(column.room, least)) if squeezed else widest, widest)


def table_lines(table: Table, width: int) -> list[Line]:
    """The table in the columns that fit, and a line that says which are left out."""
    kept = fitting(table, width)
    shown = table.only(kept)
    widths = _widths(shown, width)
    lines = _row_lines(shown.columns, [[header] for header in shown.headers], widths, styled=False)
    lines.append([("─" * _across(widths), "")])
    cells = [_cells(column, shown.cells(place)[1:], widths[place]) for place, column in enumerate(shown.columns)]
    for row in zip(*cells, strict=True):
        lines += _row_lines(shown.columns, row, widths)
    left_out = [column.header for place, column in enumerate(table.columns) if place not in kept]
    if left_out:
        said = f"Not shown at this width: {', '.join(left_out)} ({table.everything} has every column)."
        lines += [[(line, "dim")] for line in wrapped(said, width)]
    return lines


def _widths(table: Table, width: int) -> list[int]:
    """The columns' widths: as wide as their cells, the widest that can be squeezed made narrower until all fit."""
    rooms = [_room(column, table.cells(place)) for place, column in enumerate(table.columns)]
    widths = [room.widest for room in rooms]
    for kind in ("words", "name"):
        places = [place for place, column in enumerate(table.columns) if column.kind == kind]
        while _across(widths) > width and (loose := [p for p in places if widths[p] > rooms[p].least]):
            widths[max(loose, key=lambda place: widths[place])] -= 1
    return widths


def _cells(column: Column, cells: Sequence[str], width: int) -> list[list[str]]:
    """The cells of a column, each in the lines that it takes."""
    if column.kind == "words":
        return [wrapped(cell, width) for cell in cells]
    texts = [visible(cell) for cell in cells]
    short = shortened(texts, width) if column.kind == "name" else {}
    return [[short.get(text, text)] for text in texts]


def _row_lines(
    columns: Sequence[Column], row: Sequence[Sequence[str]], widths: Sequence[int], styled: bool = True
) -> list[Line]:
    """One row, of as many lines as its longest cell of words takes."""
    lines = []
    for parts in zip_longest(*row, fillvalue=""):
        line: Line = []
        for column, cell, part, width in zip(columns, row, parts, widths, strict=True):
            blanks = " " * (width - cell_len(part))
            style = column.styles.get(" ".join(cell), "") if styled else ""
            gap = " " * _GAP if line else ""
            line += [(gap + blanks, ""), (part, style)] if column.right else [(gap, ""), (part, style), (blanks, "")]
        lines.append(_stripped(line))
    return lines


def _stripped(line: Line) -> Line:
    """The line without blanks at its end."""
    while line and not line[-1][0].strip():
        line = line[:-1]
    return [*line[:-1], (line[-1][0].rstrip(), line[-1][1])] if line else []


# Where a word that is longer than a line may be broken: never within a symbol such as c512 or 1,024, if that can be.
_SYMBOL = re.compile(r"\w[\w,.]*[^\w⌊⌈(]*|.")
_PIECE = re.compile(r"\d[\d,.]*[^\w⌊⌈(]*|[^\W\d]+[^\w⌊⌈(]*|.")


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of at most `width`, broken between words; a longer word is broken, but not within a number."""
    lines = [""]
    for word in visible(text).split(" "):
        gap = " " if lines[-1] else ""
        if cell_len(lines[-1] + gap + word) <= width:
            lines[-1] += gap + word
        elif cell_len(word) <= width:
            lines.append(word)
        else:
            lines += _broken(word, width)
    lines = lines if lines[0] or len(lines) == 1 else lines[1:]
    return [line.rstrip() for line in lines]


def _broken(word: str, width: int) -> list[str]:
    """A word that is longer than a line, in lines."""
    lines = [""]
    for piece in _pieces(word, width):
        if lines[-1] and cell_len(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece
    return lines


def _pieces(word: str, width: int) -> Iterator[str]:
    for symbol in _SYMBOL.findall(word):
        if cell_len(symbol) <= width:
            yield symbol
            continue
        for piece in _PIECE.findall(symbol):
            # A run of letters that is itself too long can be broken anywhere.
            yield from [piece] if piece[0].isdecimal() or cell_len(piece) <= width else piece


_TOKEN = re.compile(r"[^\W\d_]+\d+$|\d+|[^\W\d_]+|[\W_]")


def shortened(names: Iterable[str], width: int) -> dict[str, str]:
    """Names in at most `width`, as far as that goes: both ends and all digits stay, an … is for what is left out.

    encoder.layers.encoder_layer_11.self_attention is encoder…layer_11.self_attention in 31. A text that could stand for
    another of the names too is not used.
    """
    found = {name: name for name in names}
    owner: dict[str, str | None] = dict(found)
    left = [name for name in found if cell_len(name) > width]
    while left:
        cuts = {name: _cuts(found[name]) for name in left}
        for name in left:
            for text in cuts[name]:
                owner[text] = name if owner.get(text, name) == name else None
        for name in left:
            own = [text for text in cuts[name] if owner[text] == name]
            fits = [text for text in own if cell_len(text) <= width]
            cuts[name] = own if not fits else []
            if fits:
                found[name] = max(fits, key=cell_len)
            elif own:
                found[name] = min(own, key=cell_len)
            else:
                text = _middle_out(found[name], width)
                found[name] = text if owner.setdefault(text, name) == name else found[name]
        left = [name for name in left if cuts[name] and cell_len(found[name]) > width]
    return found


def _cuts(name: str) -> list[str]:
    """The name with an … for tokens in a row, not the first or the last, no digit and no … among them."""
    tokens = _TOKEN.findall(name)
    found = []
    for first in range(1, len(tokens) - 1):
        for last in range(first + 1, len(tokens)):
            if tokens[last - 1].isdecimal() or tokens[last - 1] == "…":
                break
            if cell_len("".join(tokens[first:last])) > 1:
                found.append("".join([*tokens[:first], "…", *tokens[last:]]).replace("……", "…"))
    return found


_LETTERS = re.compile(r"[^\d…]{4,}")


def _middle_out(name: str, width: int) -> str:
    """The name with the middle of its longest words left out."""
    while cell_len(name) > width and (found := _LETTERS.findall(name)):
        word = max(found, key=cell_len)
        keep = max(len(word) - 1 - (cell_len(name) - width), 2)
        name = name.replace(word, f"{word[: keep - keep // 2]}…{word[len(word) - keep // 2 :]}", 1)
    return name
