"""Differences of two networks, layer by layer, in every format."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from convcost.comparison.difference import Change, Difference
from convcost.report import text
from convcost.report.content import Block, Column, Content, Sentence, Table, numbers
from convcost.report.report import Records, Report

_COLUMNS = [
    *(Column(""), Column("layer", "name"), Column("MACs before", "number", 3), Column("MACs after", "number", 2)),
    *(Column("MACs diff", "number"), Column("params diff", "number", 4), Column("what", "text", 5)),
]
_MEANING = "+ added, - removed, ~ changed."


@dataclass(frozen=True)
class DifferenceReport(Report):
    """What `convcost.diff` returns; `all_operators`: whether norms, activations and pooling have rows too."""

    difference: Difference
    all_operators: bool = False

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

    def view(self, all_operators: bool = False) -> DifferenceReport:
        """The same difference with or without the operators that do not multiply."""
        return replace(self, all_operators=all_operators)

    def records(self) -> Records:
        """One row per layer that is not as before, whole numbers as they are; unknown counts are <NA>."""
        changes = self.difference.changed(self.all_operators)
        data: dict[str, list[object]] = {
            "mark": [c.mark for c in changes],
            "layer": [c.layer.path for c in changes],
            "operator": [c.layer.name for c in changes],
        }
        for side in ("before", "after"):
            for count in ("macs", "parameters"):
                data[f"{count}_{side}"] = [c.count(side, count) for c in changes]
        data["what"] = [what(c) for c in changes]
        return Records(data, [name for name in data if name.endswith(("_before", "_after"))])

    def content(self) -> Content:
        """How many layers changed, the totals of both networks, and the layers that are not as before."""
        changes = self._changes()
        blocks: list[Block] = [self._totals("total"), *changes, *([Sentence(_MEANING)] if changes else [])]
        return Content(heading(self), conclusion(self), blocks, level=3)

    def screen(self) -> Content:
        """The same, the layers first."""
        changes: list[Block] = [*self._changes(), Sentence(_MEANING, "dim")] if self._changes() else []
        return Content(heading(self), "", [*changes, self._totals("Total"), Sentence(conclusion(self))])

    def _changes(self) -> list[Table]:
        changes = self.difference.changed(self.all_operators)
        return [Table(_COLUMNS, [*map(_cells, changes)], everything="--markdown")] if changes else []

    def _totals(self, name: str) -> Table:
        before, after = self.difference.before, self.difference.after
        pairs = {"MACs": (before.macs, after.macs), "parameters": (before.parameters, after.parameters)}
        rows = [
            [count, *map(text.number, (a, b)), text.signed(b - a), text.signed_percent(Fraction(b - a, a)) if a else ""]
            for count, (a, b) in pairs.items()
        ]
        return Table([Column(name), *numbers("before", "after", "difference", "relative", rank=1)], rows)


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
    said = [f"{marks.count(mark)} {word}" for mark, word in words.items() if mark in marks]
    others = len(difference.changed(all_operators=True)) - len(changes)
    if others:
        said.append(f"{text.plural(others, 'other operator')} added, removed or changed")
    same = [c for c in difference.changes if not c.mark and c.layer.is_product]
    renamed = sum(c.renamed for c in same)
    note = f" ({renamed} under another name)" if renamed else ""
    return f"Layers: {', '.join([*said, f'{len(same)} as before'])}{note}."


def _cells(change: Change) -> list[str]:
    differences = (text.signed(change.difference(count)) for count in ("macs", "parameters"))
    before, after = (_shown(change, side) for side in ("before", "after"))
    return [change.mark, change.layer.path, before, after, *differences, what(change)]


def what(change: Change) -> str:
    """Stride 2 → 1, out channels 32 → 24; of one side's layer, what it is."""
    if change.before is None or change.after is None:
        return change.layer.kind
    return ", ".join(f"{name.replace('_', ' ')} {_value(a)} → {_value(b)}" for name, a, b in change.settings)


def _value(value: object) -> str:
    return "none" if value is None else text.compact(value)


def _shown(change: Change, side: str) -> str:
    return "" if getattr(change, side) is None else text.number(change.count(side, "macs"))
