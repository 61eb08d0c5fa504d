"""A report as data: a title, where its numbers are from, tables and sentences; and how it is shown anywhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Table:
    """Cells as text. A header that starts with > is aligned to the right; `totals` are rows below a rule."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    totals: Sequence[Sequence[str]] = ()
    title: str = ""


@dataclass(frozen=True)
class Sheet:
    """What a report says, however it is typeset.

    title   the exact settings
    source  where formula and measurement are from, in sentences
    notes   sentences below the tables
    """

    title: str
    source: str
    tables: Sequence[Table]
    notes: Sequence[str] = ()


class Shown(ABC):
    """A report that has a sheet: it is written as LaTeX, and a notebook shows it."""

    __slots__ = ()

    @abstractmethod
    def sheet(self) -> Sheet:
        """The report as data."""

    def latex(self, path: str | Path | None = None) -> str:
        """Its tables for a paper (booktabs, no other package); written to `path` if given, whole or not at all."""
        return write_latex(self.sheet(), path)

    def _repr_html_(self) -> str:
        from convcost.report import hypertext

        return hypertext.fragment(self.sheet())

    def _repr_latex_(self) -> str:
        from convcost.report import latex

        return latex.display(self.sheet())


def write_latex(sheet: Sheet, path: str | Path | None) -> str:
    """The sheet as LaTeX; written to `path` if given, whole or not at all."""
    from convcost.report import files, latex

    content = latex.document_part(sheet)
    if path is not None:
        files.write(Path(path), content)
    return content
