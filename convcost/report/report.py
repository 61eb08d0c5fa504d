"""What every report is: it supplies its content once, and is printed and written in every format from that."""

from __future__ import annotations

import json
import math
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcost.core.errors import ConvcostError
from convcost.report import files
from convcost.report.content import Content
from convcost.report.table import Line, content_lines, joined

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Records:
    """The columns of a data frame; `counts` are those that hold whole numbers, and None for what is unknown."""

    columns: Mapping[str, Sequence[object]]
    counts: Collection[str] = ()

    @classmethod
    def of(cls, names: Sequence[str], rows: Iterable[Sequence[object]], counts: Collection[str] = ()) -> Records:
        """The columns of these rows."""
        found = list(rows)
        return cls({name: [row[place] for row in found] for place, name in enumerate(names)}, counts)

    @property
    def frame(self) -> pd.DataFrame:
        """The data frame: counts as nullable integers, as Python's own where one has over 64 bits."""
        import pandas as pd

        data: dict[str, Any] = dict(self.columns)
        for name in self.counts:
            if all(abs(value or 0) < 2**63 for value in data[name]):
                data[name] = pd.array(data[name], dtype="Int64")
        return pd.DataFrame(data)


class Report(ABC):
    """What a public function returns: printed as its command prints it, and written as what a file's name ends in."""

    __slots__ = ()

    @abstractmethod
    def content(self) -> Content:
        """What the report says in a document."""

    def screen(self) -> Content:
        """What the report says on a terminal."""
        return self.content()

    @abstractmethod
    def records(self) -> Records:
        """What the report's data frame holds."""

    @property
    def ok(self) -> bool:
        """Whether there is nothing to complain of."""
        return True

    @property
    def exit_code(self) -> int:
        """What the report's command exits with: 0 if it is ok, 1 if not, 2 where something could not be run."""
        return 0 if self.ok else 1

    @property
    def frame(self) -> pd.DataFrame:
        """The report as a data frame: whole numbers as they are, <NA> for what is unknown."""
        return self.records().frame

    def data(self) -> dict[str, object]:
        """The report as JSON has it."""
        content, frame = self.content(), self.frame
        rows = [
            {str(name): plain_data(value) for name, value in row.items()} for row in frame.to_dict(orient="records")
        ]
        return {"title": content.title, "source": content.source, "rows": rows, "notes": content.sentences}

    def lines(self, width: int) -> list[Line]:
        """What the command prints on a terminal of this width, line by line, with styles."""
        return content_lines(self.screen(), width)

    def text(self, width: int | None = None) -> str:
        """What the command prints, without colours; in the terminal's own width where none is given."""
        columns = shutil.get_terminal_size((80, 24)).columns if width is None else width
        return joined(self.lines(columns))

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<{self.content().title}>"

    def to_csv(self, path: str | Path | None = None) -> str:
        """CSV, whole numbers as they are; written to `path` if given, whole or not at all."""
        return files.deliver(files.csv_text(self.frame), path)

    def to_markdown(self, path: str | Path | None = None) -> str:
        """Markdown; written to `path` if given, whole or not at all."""
        from convcost.report import markdown

        return files.deliver(markdown.page(self.content()), path)

    def to_latex(self, path: str | Path | None = None) -> str:
        """A part of a paper (its first line names the packages); written to `path` if given, whole or not at all.

        Raises ConvcostError for more rows than a paper could hold.
        """
        from convcost.report import latex

        return files.deliver(latex.document_part(self.content()), path)

    def to_html(self, path: str | Path | None = None) -> str:
        """A page of HTML; written to `path` if given, whole or not at all."""
        from convcost.report import html

        return files.deliver(html.page(self.content()), path)

    def to_json(self, path: str | Path | None = None) -> str:
        """JSON, whole numbers as they are; written to `path` if given, whole or not at all."""
        return files.deliver(json.dumps(self.data(), indent=2, ensure_ascii=False) + "\n", path)

    def formats(self) -> dict[str, Callable[[Path], object]]:
        """What writes the report, by the ending of a file's name."""
        return {
            ".csv": self.to_csv,
            ".md": self.to_markdown,
            ".tex": self.to_latex,
            ".html": self.to_html,
            ".json": self.to_json,
        }

    def save(self, path: str | Path) -> None:
        """Write the report as what the file's name ends in, whole or not at all.

        Raises ConvcostError for an ending that this report is not written as, and where it cannot be written.
        """
        place, formats = Path(path), self.formats()
        write = formats.get(place.suffix.lower())
        if write is None:
            ending = f"{place.suffix} is no format of this report" if place.suffix else "the name has no ending"
            raise ConvcostError(f"cannot save {path}: {ending}; use {', '.join(formats)}")
        write(place)

    def _repr_html_(self) -> str:
        from convcost.report import html

        return html.fragment(self.content())

    def _repr_latex_(self) -> str | None:
        from convcost.report import latex

        return latex.display(self.content()) or None

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


class PlottedReport(Report):
    """A report that has a picture too."""

    __slots__ = ()

    @abstractmethod
    def to_plot(self, path: str | Path) -> None:
        """Draw the report, as .svg, .pdf or .png, whole or not at all. Needs the extra `plot`."""

    def formats(self) -> dict[str, Callable[[Path], object]]:
        """Tables, and the picture."""
        return {**super().formats(), **dict.fromkeys((".svg", ".pdf", ".png"), self.to_plot)}


def plain_data(value: object) -> object:
    """A value as JSON has it: whole numbers whole, other numbers as exact text, null for what is missing."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain_data(inner) for name, inner in value.items()}
    if isinstance(value, Sequence):
        return [plain_data(inner) for inner in value]
    if hasattr(value, "__index__"):
        return value.__index__()
    if isinstance(value, Decimal | Fraction):
        return str(value)
    return value if isinstance(value, float) and not math.isnan(value) else None
