"""One point of a sweep, and what the traced model says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convcost.report import text
from convcost.report.sheet import Sheet, Shown, Table


@dataclass(frozen=True)
class Verified(Shown):
    """The formula's and the measured count by name at one point; `verdict` is the comparison's of every layer."""

    options: Mapping[str, Any]
    formula: Mapping[str, int]
    measured: Mapping[str, int]
    layers_agree: bool

    def sheet(self) -> Sheet:
        """The counts at this point."""
        return _sheet([self])

    @property
    def differing(self) -> tuple[tuple[str, int, int], ...]:
        """Name, formula and measurement of the counts that differ."""
        return tuple(
            (n, self.formula[n], self.measured[n]) for n in self.measured if self.formula[n] != self.measured[n]
        )

    @property
    def agrees(self) -> bool:
        """Whether all counts and all layers agree."""
        return self.layers_agree and not self.differing


class VerifiedPoints(Shown, list[Verified]):
    """Several points, which a notebook shows in one table."""

    def sheet(self) -> Sheet:
        """A row a point and count."""
        return _sheet(self)


def _sheet(points: Sequence[Verified]) -> Sheet:
    names = list(points[0].options) if points else []
    headers = [*(f">{name}" for name in names), "count", ">formula", ">measured", ">difference"]
    rows = [
        [
            *(text.plain(value) for value in point.options.values()),
            *(name, text.number(point.formula[name]), text.number(count)),
            text.signed(count - point.formula[name]),
        ]
        for point in points
        for name, count in point.measured.items()
    ]
    agreeing = sum(point.agrees for point in points)
    title = f"{agreeing} of {len(points)} point{'' if len(points) == 1 else 's'} agree with fvcore and the model"
    return Sheet(title, "", [Table(headers, rows)])
