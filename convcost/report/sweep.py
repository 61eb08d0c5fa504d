"""Sweeps of a network's settings, and points of them that were traced, in every format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from convcost.explore.sweep import COUNTS, GridAxis, Sweep, target, typed
from convcost.report import files, text
from convcost.report.content import GAP, Column, Content, Sentence, Table, numbers
from convcost.report.report import PlottedReport, Records, Report

_MOST = 2001  # rows of a document; one more than LaTeX takes, so that it is refused there and not cut off
_FIRST, _LAST = 12, 6  # rows of a large sweep on a terminal


@dataclass(frozen=True, eq=False)
class SweepReport(PlottedReport):
    """What `convcost.sweep` returns: one row per point of the grid, but for points where the net cannot be built.

    verified  the points that were traced, if any were
    """

    sweep: Sweep
    verified: VerifiedReport | None = None

    def __len__(self) -> int:
        return int(self.sweep.refused.size - self.sweep.refused.sum())

    def __repr__(self) -> str:
        return f"<{heading(self)}>"

    @property
    def ok(self) -> bool:
        """Whether all points that were traced agree."""
        return self.verified is None or self.verified.ok

    def with_verified(self, verified: VerifiedReport) -> SweepReport:
        """Return the same with points that were traced."""
        return replace(self, verified=verified)

    @property
    def refused(self) -> int:
        """How many points are left out, since the network cannot be built there."""
        return int(self.sweep.refused.sum())

    def records(self) -> Records:
        """One row per point: its settings and its counts. Counts are whole numbers, multipliers exact decimals."""
        sweep = self.sweep
        kept = ~sweep.refused.ravel()
        columns: dict[str, Any] = {}
        for dimension, axis in enumerate(sweep.axes):
            for name, values in columns_of(sweep, axis).items():
                column = [1] * len(sweep.axes)
                column[dimension] = len(axis)
                columns[name] = np.broadcast_to(values.reshape(column), sweep.shape).ravel()[kept]
        for name, value in sweep.fixed.items():
            if name not in columns:
                columns[name] = np.full(int(kept.sum()), plain(value))
        for name in COUNTS:
            columns[name] = sweep.counts[name].ravel()[kept]
        return Records(columns)

    @property
    def built(self) -> Sequence[int]:
        """The numbers of the points that are not left out, on the whole grid."""
        return [int(flat) for flat in np.flatnonzero(~self.sweep.refused.ravel())] if self.refused else range(len(self))

    def to_parquet(self, path: str | Path) -> None:
        """The frame as Parquet, whole or not at all; multipliers are decimals. Needs the extra `parquet`."""
        files.check_parquet(Path(path))
        frame = self.frame
        for name in COUNTS:
            if frame[name].dtype == object:
                frame[name] = frame[name].map(Decimal)  # wider than 64 bits
        files.write_parquet(Path(path), frame)

    def to_plot(self, path: str | Path) -> None:
        """A heat map of two swept options and MACs against parameters, as .svg, .pdf or .png; needs matplotlib."""
        from convcost.report import heat_map

        heat_map.save(heading(self), self.sweep, Path(path))

    def formats(self) -> dict[str, Callable[[Path], object]]:
        """Tables, Parquet, and the heat map."""
        return {**super().formats(), ".parquet": self.to_parquet}

    def content(self) -> Content:
        """One row per point, for as many as a page could hold; the frame has all."""
        more = f"… and {len(self) - _MOST:,} more points." if len(self) > _MOST else ""
        return self._told(self._cells(range(min(len(self), _MOST))), more)

    def screen(self) -> Content:
        """The first and the last points of a large sweep, and which are left out."""
        number = len(self)
        if number <= _FIRST + _LAST + 2:
            return self.content()
        rows = self._cells([*range(_FIRST), *range(number - _LAST, number)])
        rows.insert(_FIRST, ["…"] * len(rows[0]))
        return self._told(rows, f"… and {number - _FIRST - _LAST:,} more points (--csv has them all).")

    def _cells(self, places: Sequence[int]) -> list[list[str]]:
        """The options and the counts of some points, numbered from 0 in the frame's order."""
        built, cells = self.built, []
        for index in (self.sweep.index(built[place]) for place in places):
            counts = (text.number(int(self.sweep.counts[name][index])) for name in COUNTS)
            cells.append([*map(typed, self.sweep.given(index).values()), *counts])
        return cells

    def _told(self, rows: list[list[str]], more: str) -> Content:
        """The table of these points, how many more there are, and where the network cannot be built."""
        options = [axis.option.symbol or axis.option.name for axis in self.sweep.axes]
        columns = [*numbers(*options), *numbers("MACs"), *numbers("parameters", "activations", rank=1)]
        points = f"{text.plural(self.refused, 'point')} {'is' if self.refused == 1 else 'are'} left out"
        refused = f"{points}, where the net cannot be built. First: {self.sweep.reason}." if self.refused else ""
        notes = [Sentence(more, "dim"), Sentence(refused)]
        source = f"Formula: {self.sweep.architecture.source}."
        traced = [] if self.verified is None else [GAP, *self.verified.screen().blocks]
        return Content(heading(self), source, [Table(columns, rows, everything="--csv"), *notes, *traced])


@dataclass(frozen=True, repr=False)
class Verified(Report):
    """The formula's and the measured count by name at one point, and whether every layer agrees there."""

    options: Mapping[str, object]
    formula: Mapping[str, int]
    measured: Mapping[str, int | None]
    layers_agree: bool

    @property
    def differing(self) -> tuple[tuple[str, int, int | None], ...]:
        """Name, formula and measurement of the counts that differ."""
        return tuple(
            (n, self.formula[n], self.measured[n]) for n in self.measured if self.formula[n] != self.measured[n]
        )

    @property
    def ok(self) -> bool:
        """Whether all counts and all layers agree."""
        return self.layers_agree and not self.differing

    def records(self) -> Records:
        """One row per count, whole numbers as they are."""
        return VerifiedReport((self,)).records()

    def content(self) -> Content:
        """The counts at this point."""
        return VerifiedReport((self,)).content()


@dataclass(frozen=True, repr=False)
class VerifiedReport(Report):
    """What `convcost.verify` returns: the points that were traced."""

    points: tuple[Verified, ...]

    def __iter__(self) -> Iterator[Verified]:
        return iter(self.points)

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, place: int) -> Verified:
        return self.points[place]

    @property
    def ok(self) -> bool:
        """Whether all points agree."""
        return all(point.ok for point in self.points)

    def records(self) -> Records:
        """One row per point and count, whole numbers as they are; an unknown count is <NA>."""
        pairs = [(point, name) for point in self.points for name in point.measured]
        data: dict[str, list[object]] = {
            name: [plain(point.options[name]) for point, _ in pairs] for name in self._options()
        }
        data["count"] = [name for _, name in pairs]
        data["formula"] = [point.formula[name] for point, name in pairs]
        data["measured"] = [point.measured[name] for point, name in pairs]
        return Records(data, ("formula", "measured"))

    def content(self) -> Content:
        """One row per point and count."""
        rows = [
            [*cells, text.signed(None if count is None else count - point.formula[name])]
            for point in self.points
            for name, count in point.measured.items()
            for cells in [self._cells(point, name)]
        ]
        return Content(self._outcome(), "", [Table([*self._columns(), *numbers("difference")], rows)])

    def screen(self) -> Content:
        """How many points agree, and the counts that differ."""
        rows = [self._cells(point, name) for point in self.points for name, _, _ in point.differing]
        table = [Table(self._columns(), rows, close=True)] if rows else []
        return Content("", "", [Sentence(f"{self._outcome()}.", "" if self.ok else "bold red"), *table])

    def _outcome(self) -> str:
        bad = sum(not point.ok for point in self.points)
        found = f"{bad} disagree" if bad else "all agree with fvcore and the model"
        return f"Traced {text.plural(len(self), 'point')} picked at random: {found}"

    def _options(self) -> list[str]:
        return list(self.points[0].options) if self.points else []

    def _columns(self) -> list[Column]:
        return [*numbers(*self._options()), Column("count"), *numbers("formula", "measured")]

    @staticmethod
    def _cells(point: Verified, name: str) -> list[str]:
        given = [text.plain(value) for value in point.options.values()]
        return [*given, name, text.number(point.formula[name]), text.number(point.measured[name])]


def plain(value: object) -> int | str | Decimal:
    """A fixed setting in a column: whole numbers as they are, decimals exact."""
    if value is None:
        return "default"
    return value if isinstance(value, int | str) else Decimal(typed(value))


def columns_of(sweep: Sweep, axis: GridAxis) -> dict[str, Any]:
    """The columns of an axis: its option, and what this scales (ρ, and the image's side)."""
    if axis.option.decimal or axis.numbers is None:
        values = np.empty(len(axis), dtype=object)
        values[:] = [plain(axis.value(i)) for i in range(len(axis))]
        if all(isinstance(value, int) for value in values):
            values = values.astype(np.int64)
    else:
        values = axis.numbers.values
    columns = {axis.option.name: values}
    if axis.option.scales is not None:
        columns[target(axis)] = sweep.vectors[target(axis)].values
    return columns


def heading(report: SweepReport) -> str:
    """Return a sweep's title: MobileNet V1: 24 α × 7 R, 168 points; K = 10; without symbols, 5 values of depth."""
    sweep = report.sweep
    sizes = " × ".join(
        f"{len(axis):,} {axis.option.symbol}"
        if axis.option.symbol
        else f"{text.plural(len(axis), 'value')} of {axis.option.name.replace('_', ' ')}"
        for axis in sweep.axes
    )
    points = text.plural(sweep.refused.size, "point")
    fixed = "".join(f"; {other}" for other in other_settings(sweep))
    return f"{sweep.architecture.title}: {f'{sizes}, ' if sizes else ''}{points}{fixed}"


def other_settings(sweep: Sweep) -> list[str]:
    """What is the same everywhere and says which network it is, or is not the default: depth = 50, R = 224, K = 10."""
    known = {option.name: option for option in sweep.architecture.options}
    varied = {target(axis) for axis in sweep.axes}
    return [
        f"{known[name].symbol or name} = {typed(value)}"
        for name, value in sweep.fixed.items()
        if name not in varied and (known[name].names_member or name == "resolution" or value != known[name].default)
    ]
