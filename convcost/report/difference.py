"""A difference of two networks as data frame, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcost.comparison.difference import Change, Difference
from convcost.report import files, markdown, text
from convcost.report.sheet import Sheet, Shown, Table, write_latex

if TYPE_CHECKING:
    import pandas as pd

HEADERS = ("", "layer", ">MACs before", ">MACs after", ">MACs diff", ">params diff", "what")
MEANING = "+ added, - removed, ~ changed."


@dataclass(frozen=True)
class DifferenceReport(Shown):
    """What `convcost.diff` returns."""

    difference: Difference

    def __repr__(self) -> str:
        return f"<{heading(self)}: {conclusion(self)}>"

    @property
    def same(self) -> bool:
        """Whether every operator is as before."""
        return self.difference.same

    @property
    def changes(self) -> tuple[Change, ...]:
        """The layers that are not as before."""
        return self.difference.changed()

    @property
    def frame(self) -> pd.DataFrame:
        """One row a layer that is not as before, raw integers; unknown counts are <NA>."""
        import pandas as pd

        data: dict[str, list[Any]] = {
            "mark": [c.mark for c in self.changes],
            "layer": [c.layer.path for c in self.changes],
            "operator": [c.layer.name for c in self.changes],
        }
        for side in ("before", "after"):
            for count in ("macs", "parameters"):
                data[f"{count}_{side}"] = [c.count(side, count) for c in self.changes]
        data["what"] = [what(c) for c in self.changes]
        counts = [name for name in data if name.endswith(("_before", "_after"))]
        return pd.DataFrame(data).astype(dict.fromkeys(counts, "Int64"))

    def to_markdown(self, path: str | Path | None = None, all_operators: bool = False) -> str:
        """A Markdown page for a pull request; written to `path` if given, whole or not at all."""
        parts = [f"### {markdown.escaped(heading(self))}", conclusion(self)]
        changes = self.difference.changed(all_operators)
        parts.append(markdown.table(["total", ">before", ">after", ">difference", ">relative"], total_rows(self)))
        if changes:
            parts += [markdown.table(HEADERS, rows(changes)), markdown.escaped(MEANING)]
        content = "\n\n".join(part.strip("\n") for part in parts) + "\n"
        if path is not None:
            files.write(Path(path), content)
        return content

    def sheet(self, all_operators: bool = False) -> Sheet:
        """The layers that are not as before, and the totals of both networks."""
        changes = self.difference.changed(all_operators)
        tables = [Table(HEADERS, rows(changes), title="layers that are not as before")] if changes else []
        totals = Table(("total", ">before", ">after", ">difference", ">relative"), total_rows(self))
        return Sheet(heading(self), "Counts are the formulas'.", [*tables, totals], [MEANING, conclusion(self)])

    def latex(self, path: str | Path | None = None, all_operators: bool = False) -> str:
        """Its tables for a paper (booktabs); written to `path` if given, whole or not at all."""
        return write_latex(self.sheet(all_operators), path)


def heading(report: DifferenceReport) -> str:
    """mobilenet_v1 --alpha 1 → mobilenet_v1 --alpha 0.75."""
    return f"{report.difference.before.title} → {report.difference.after.title}"


def conclusion(report: DifferenceReport) -> str:
    """How many layers were added, removed and changed."""
    difference = report.difference
    if difference.same:
        return "No operator changed."
    changes = difference.changed()
    marks = [change.mark for change in changes]
    words = {"+": "added", "-": "removed", "~": "changed"}
    counted = [f"{marks.count(mark)} {word}" for mark, word in words.items() if mark in marks]
    others = len(difference.changed(all_operators=True)) - len(changes)
    if others:
        counted.append(f"{others} other operator{'s' if others > 1 else ''} added, removed or changed")
    same = [c for c in difference.changes if not c.mark and c.layer.is_product]
    renamed = sum(c.renamed for c in same)
    note = f" ({renamed} under another name)" if renamed else ""
    return f"Layers: {', '.join([*counted, f'{len(same)} as before'])}{note}."


def rows(changes: Sequence[Change]) -> list[list[str]]:
    """Cells of a table, in the order of `HEADERS`."""
    return [
        [
            change.mark,
            change.layer.path,
            _shown(change, "before"),
            _shown(change, "after"),
            text.signed(change.difference("macs")),
            text.signed(change.difference("parameters")),
            what(change),
        ]
        for change in changes
    ]


def what(change: Change) -> str:
    """Stride 2 → 1, out channels 32 → 24; of one side's layer, what it is."""
    if change.before is None or change.after is None:
        return change.layer.kind
    return ", ".join(f"{name.replace('_', ' ')} {_value(a)} → {_value(b)}" for name, a, b in change.settings)


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return text.compact(value) if len(set(map(str, value))) == 1 else text.shape(value)
    return str(value)


def _shown(change: Change, side: str) -> str:
    return "" if getattr(change, side) is None else text.number(change.count(side, "macs"))


def total_rows(report: DifferenceReport) -> list[list[str]]:
    """MACs and parameters of both, absolute and relative."""
    before, after = report.difference.before, report.difference.after
    pairs = {"MACs": (before.macs, after.macs), "parameters": (before.parameters, after.parameters)}
    return [
        [name, text.number(a), text.number(b), text.signed(b - a), _percent(Fraction(b - a, a)) if a else ""]
        for name, (a, b) in pairs.items()
    ]


def _percent(value: Fraction) -> str:
    return f"{'+' if value > 0 else ''}{text.percent(value)}"
