"""The one printer of reports on a terminal: it fits tables to a width and never cuts a number.

A column that does not fit is left out whole, the least important first, and a line below the table says which. A
sentence is wrapped between words. A name that is too long for what is left loses its middle, but no digit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len

from convcost.report.content import GAP, Block, Column, Content, Heading, Sentence, Table
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


def fitting(table: Table, width: int) -> list[int]:
    """The places of the columns that fit, the least important ones left out first."""
    needed = [_needed(column, table.cells(place)) for place, column in enumerate(table.columns)]
    least = [_least(column, table.cells(place)) for place, column in enumerate(table.columns)]
    kept = list(range(len(table.columns)))

    def leave_out_while(widths: Sequence[int], ranked: bool) -> None:
        while len(kept) > 1 and sum(widths[place] + _GAP for place in kept) - _GAP > width:
            out = max(kept[1:] if not ranked else kept, key=lambda place: (table.columns[place].rank, place))
            if ranked and not table.columns[out].rank:
                return
            kept.remove(out)

    leave_out_while(needed, ranked=True)
    leave_out_while(least, ranked=False)
    return kept


def _needed(column: Column, cells: Sequence[str]) -> int:
    """The width that a column needs before others are left out for it."""
    widest = max(cell_len(visible(cell)) for cell in cells)
    if column.kind == "words" or column.room:
        return min(widest, max(column.room, _least(column, cells)))
    return widest


def _least(column: Column, cells: Sequence[str]) -> int:
    """The width below which a column cannot be squeezed."""
    texts = [visible(cell) for cell in cells]
    widest = max(map(cell_len, texts))
    if column.kind == "name":
        return max(cell_len(texts[0]), *(cell_len(shortened(text, _LEAST_NAME)) for text in texts[1:] or [""]))
    if column.kind == "words":
        return min(widest, max(cell_len(texts[0]), _LEAST_WORDS))
    return widest


def table_lines(table: Table, width: int) -> list[Line]:
    """The table in the columns that fit, and a line that says which are left out."""
    kept = fitting(table, width)
    shown = table.only(kept)
    widths = _widths(shown, width)
    lines = _row_lines(shown, shown.headers, widths, styled=False)
    lines.append([("─" * (sum(widths) + _GAP * (len(widths) - 1)), "")])
    for row in (*shown.rows, *shown.totals):
        lines += _row_lines(shown, row, widths)
    left_out = [column.header for place, column in enumerate(table.columns) if place not in kept]
    if left_out:
        said = f"Not shown at this width: {', '.join(left_out)} ({table.everything} has every column)."
        lines += [[(line, "dim")] for line in wrapped(said, width)]
    return lines


def _widths(table: Table, width: int) -> list[int]:
    """The columns' widths: as wide as their cells, the widest that can be squeezed made narrower until all fit."""
    cells = [table.cells(place) for place in range(len(table.columns))]
    widths = [max(cell_len(visible(cell)) for cell in column) for column in cells]
    least = [_least(column, texts) for column, texts in zip(table.columns, cells, strict=True)]
    for kind in ("words", "name"):
        places = [place for place, column in enumerate(table.columns) if column.kind == kind]
        while sum(widths) + _GAP * (len(widths) - 1) > width:
            loose = [place for place in places if widths[place] > least[place]]
            if not loose:
                break
            widths[max(loose, key=lambda place: widths[place])] -= 1
    return widths


def _row_lines(table: Table, row: Sequence[str], widths: Sequence[int], styled: bool = True) -> list[Line]:
    """One row, of as many lines as its longest cell of words takes."""
    cells: list[list[str]] = []
    for text, column, width in zip(row, table.columns, widths, strict=True):
        if column.kind == "words":
            cells.append(wrapped(text, width))
        else:
            cells.append([shortened(visible(text), width) if column.kind == "name" else visible(text)])
    lines = []
    for number in range(max(map(len, cells))):
        line: Line = []
        for place, (column, parts, width) in enumerate(zip(table.columns, cells, widths, strict=True)):
            part = parts[number] if number < len(parts) else ""
            room = " " * (width - cell_len(part))
            style = column.styles.get(row[place], "") if styled else ""
            line += [(" " * _GAP if place else "", ""), (room, "") if column.right else ("", ""), (part, style)]
            line.append(("", "") if column.right else (room, ""))
        lines.append(_stripped(line))
    return lines


def _stripped(line: Line) -> Line:
    """The line without blanks at its end."""
    while line and not line[-1][0].strip():
        line = line[:-1]
    return [*line[:-1], (line[-1][0].rstrip(), line[-1][1])] if line else []


# A number with what follows it, a word with what follows it, or one sign.
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
    for found in _PIECE.findall(word):
        # A run of letters that is itself too long can be broken anywhere.
        for piece in [found] if found[0].isdecimal() or cell_len(found) <= width else found:
            if lines[-1] and cell_len(lines[-1] + piece) > width:
                lines.append("")
            lines[-1] += piece
    return lines


_TOKEN = re.compile(r"\d+|[^\W\d_]+|[\W_]")


def shortened(name: str, width: int) -> str:
    """A name in at most `width`, as far as that goes: both ends and all digits stay, an … is for what is left out.

    encoder.layers.encoder_layer_11.self_attention is encoder…layer_11.self_attention in 31.
    """
    if cell_len(name) <= width:
        return name
    tokens = _TOKEN.findall(name)
    runs = [(first, last) for first, last in _runs(tokens) if cell_len("".join(tokens[first:last])) > 1]
    fits = [run for run in runs if cell_len(_without(tokens, run)) <= width]
    if fits:
        return _without(tokens, min(fits, key=lambda run: (cell_len("".join(tokens[slice(*run)])), run[0])))
    if runs:
        longest = max(runs, key=lambda run: (cell_len("".join(tokens[slice(*run)])), -run[0]))
        shorter = _without(tokens, longest)
        return shortened(shorter, width) if cell_len(shorter) < cell_len(name) else shorter
    return _middle_out(name, width)


def _runs(tokens: Sequence[str]) -> list[tuple[int, int]]:
    """Where tokens between the first and the last stand together without a digit and without an … among them."""
    found = []
    for first in range(1, len(tokens) - 1):
        for last in range(first + 1, len(tokens)):
            if tokens[last - 1].isdecimal() or tokens[last - 1] == "…":
                break
            found.append((first, last))
    return found


def _without(tokens: Sequence[str], run: tuple[int, int]) -> str:
    return "".join([*tokens[: run[0]], "…", *tokens[run[1] :]]).replace("……", "…")


_LETTERS = re.compile(r"[^\d…]{4,}")


def _middle_out(name: str, width: int) -> str:
    """The name with the middle of its longest words left out."""
    while cell_len(name) > width and (found := _LETTERS.findall(name)):
        word = max(found, key=cell_len)
        keep = max(len(word) - 1 - (cell_len(name) - width), 2)
        name = name.replace(word, f"{word[: keep - keep // 2]}…{word[len(word) - keep // 2 :]}", 1)
    return name
