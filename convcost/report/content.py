"""A report as data: a title, where its numbers are from, tables and sentences, however it is typeset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from convcost.core.equations import Equation, Typeset


@dataclass(frozen=True)
class Column:
    """What a column holds, and how important it is.

    kind    "number" stands to the right and "text" to the left, both whole; "name" is whole if it can be, and else
            loses its middle; "words" is wrapped
    rank    0 is always shown; the higher, the sooner the column is left out of a narrow table
    room    what a name must have before another column is left out for it; 0 for all that it takes
    styles  the style of a cell by its text
    """

    header: str
    kind: Literal["number", "text", "name", "words"] = "text"
    rank: int = 0
    styles: Mapping[str, str] = field(default_factory=dict)
    room: int = 0

    @property
    def right(self) -> bool:
        """Whether the column is aligned to the right."""
        return self.kind == "number"


def numbers(*headers: str, rank: int = 0) -> list[Column]:
    """Columns of numbers, the last one the least important where they have a rank."""
    return [Column(header, "number", rank + place if rank else 0) for place, header in enumerate(headers)]


@dataclass(frozen=True)
class Table:
    """Cells as text; `totals` are rows below a rule in a document, and the last rows on a terminal.

    close       on a terminal, no empty line is before the table
    everything  what has the columns that a narrow terminal leaves out
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    totals: Sequence[Sequence[str]] = ()
    title: str = ""
    close: bool = False
    everything: str = "a wider terminal"

    @property
    def headers(self) -> list[str]:
        """The columns' headers."""
        return [column.header for column in self.columns]

    def only(self, places: Sequence[int]) -> Table:
        """The table with the columns at these places alone."""
        rows, totals = ([[row[place] for place in places] for row in part] for part in (self.rows, self.totals))
        return Table([self.columns[p] for p in places], rows, totals, self.title, self.close, self.everything)

    def cells(self, place: int) -> list[str]:
        """The header and the cells of one column."""
        return [row[place] for row in (self.headers, *self.rows, *self.totals)]


@dataclass(frozen=True)
class Sentence:
    """A sentence of a report: its style and indentation on a terminal, and whether it is an item of a list."""

    text: str
    style: str = ""
    indent: int = 0
    item: bool = False


def not_whole(unseen: Sequence[str]) -> list[Sentence]:
    """What a model does that is in no number, a sentence each."""
    return [Sentence(f"Not counted whole: {work}.", "bold red") for work in unseen]


GAP = Sentence("")
"""An empty line on a terminal."""


@dataclass(frozen=True)
class Heading:
    """The heading of a part of a report."""

    text: str


@dataclass(frozen=True)
class Formulas:
    """Formulas below each other, each typeset where that can be; `header` is over their names where it cannot."""

    equations: Sequence[Equation]
    header: str

    @property
    def table(self) -> Table:
        """The formulas as lines of text."""
        rows = [[equation.left, line_of(equation)] for equation in self.equations]
        return Table([Column(self.header), Column("formula", "words")], rows)


def line_of(equation: Equation) -> str:
    """The right side of an equation as one line of text."""
    return equation.right.text if isinstance(equation.right, Typeset) else str(equation.right)


Block = Sentence | Heading | Table | Formulas


@dataclass(frozen=True)
class Content:
    """What a report says, however it is typeset.

    title   the exact settings
    source  where formula and measurement are from, in sentences
    blocks  tables and sentences, in order
    level   of the title's heading in Markdown
    """

    title: str
    source: str
    blocks: Sequence[Block]
    level: int = 1

    @property
    def tables(self) -> list[Table]:
        """The tables alone."""
        return [block for block in self.blocks if isinstance(block, Table)]

    @property
    def sentences(self) -> list[str]:
        """The sentences alone."""
        return [block.text for block in self.blocks if isinstance(block, Sentence) and block.text]
