"""What can be asked for, by kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from convcost.explore.listing import ListedName
from convcost.report import text
from convcost.report.content import GAP, Block, Column, Content, Sentence, Table, numbers
from convcost.report.report import Records, Report

_HINTS = {
    "models": "Any other model: torchvision:NAME, timm:NAME, transformers:NAME, package.module:factory, "
    "path/to/file.py:factory.",
}


@dataclass(frozen=True)
class ListReport(Report):
    """The names of each kind, in alphabetical order."""

    kinds: Mapping[str, Sequence[ListedName]]

    def __repr__(self) -> str:
        return f"<{text.plural(sum(map(len, self.kinds.values())), 'name')}>"

    def records(self) -> Records:
        """One row per name."""
        rows = [
            (kind, one.name, one.title, one.year, one.paper, one.macs, one.parameters)
            for kind, found in self.kinds.items()
            for one in found
        ]
        names = ("kind", "name", "title", "year", "paper", "macs", "parameters")
        return Records.of(names, rows, ("year", "macs", "parameters"))

    def content(self) -> Content:
        """One table per kind."""
        blocks: list[Block] = []
        for kind, found in self.kinds.items():
            blocks += [_table(kind, found), *([Sentence(_HINTS[kind])] if kind in _HINTS else []), GAP]
        return Content(", ".join(self.kinds).capitalize(), "", blocks[:-1])

    def screen(self) -> Content:
        """The tables alone."""
        return replace(self.content(), title="")


def _table(kind: str, found: Sequence[ListedName]) -> Table:
    if any(one.macs is None for one in found):
        return Table([Column(kind), Column("what", "words")], [[one.name, one.title] for one in found])
    columns = [
        *(Column(kind), Column("what", "words", 2), Column("year", "number", 1), Column("paper", "words", 4)),
        *numbers("MACs", "params"),
    ]
    rows = [
        [one.name, one.title, str(one.year or ""), one.paper, text.number(one.macs), text.number(one.parameters)]
        for one in found
    ]
    return Table(columns, rows)
