"""A sweep as data frame, CSV, Parquet, HTML and pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from convcost.core.errors import ConvcostError
from convcost.explore.sweep import COUNTS, GridAxis, Sweep, target, typed, vector
from convcost.report import files, spreadsheet, text
from convcost.report.sheet import Sheet, Shown, Table

if TYPE_CHECKING:
    import pandas as pd

_MOST = 2001  # rows of a sheet; one more than LaTeX takes, so that it is refused there and not cut off


@dataclass(frozen=True, eq=False)
class SweepReport(Shown):
    """What `convcost.sweep` returns: a row a point of the grid; points where the net cannot be drawn are left out."""

    sweep: Sweep

    def __len__(self) -> int:
        return int(self.sweep.refused.size - self.sweep.refused.sum())

    def __repr__(self) -> str:
        return f"<{heading(self)}>"

    @property
    def refused(self) -> int:
        """How many points are left out, since the network cannot be drawn there."""
        return int(self.sweep.refused.sum())

    @property
    def frame(self) -> pd.DataFrame:
        """One row a point: its settings and its counts. Counts are whole numbers, multipliers exact decimals."""
        import pandas as pd

        return pd.DataFrame(self._columns())

    def _columns(self) -> dict[str, Any]:
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
        return columns

    @property
    def drawn(self) -> Any:
        """The numbers of the points that are not left out, on the whole grid."""
        return [int(flat) for flat in np.flatnonzero(~self.sweep.refused.ravel())] if self.refused else range(len(self))

    def rows(self, numbers: list[int]) -> Iterator[tuple[list[str], list[int]]]:
        """The swept options as text, and the counts, of some points (numbered from 0 in the frame's order)."""
        drawn = self.drawn
        for number in numbers:
            index = self.index(drawn[number])
            options = [typed(value) for value in self.sweep.given(index).values()]
            yield options, [int(self.sweep.counts[name][index]) for name in COUNTS]

    def index(self, flat: int) -> tuple[int, ...]:
        """The place on the grid of a point by its number on the whole grid."""
        return tuple(int(i) for i in np.unravel_index(flat, self.sweep.shape))

    def to_csv(self, path: str | Path | None = None) -> str:
        """CSV with one row a point, raw integers; written to `path` if given, whole or not at all."""
        content = spreadsheet.text(self.frame)
        if path is not None:
            files.write(Path(path), content)
        return content

    def to_parquet(self, path: str | Path) -> None:
        """The frame as Parquet, whole or not at all; multipliers are decimals. Needs the extra `parquet`."""
        check_parquet(Path(path))
        frame = self.frame
        for name in COUNTS:
            if frame[name].dtype == object:
                frame[name] = frame[name].map(Decimal)  # wider than 64 bits
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        files.write(Path(path), buffer.getvalue())

    def to_plot(self, path: str | Path) -> None:
        """A heat map of MACs (of two swept options) and MACs against parameters, as .svg or .png; needs `plot`."""
        from convcost.report import sweep_plot

        sweep_plot.save(self, Path(path))

    def sheet(self) -> Sheet:
        """A row a point, for as many as a page could hold; the frame has all."""
        options = [axis.option.symbol or axis.option.name for axis in self.sweep.axes]
        headers = [f">{header}" for header in (*options, "MACs", "parameters", "activations")]
        rows = [[*given, *map(text.number, counts)] for given, counts in self.rows(list(range(min(len(self), _MOST))))]
        left = f"{len(self) - _MOST:,} more points are not shown." if len(self) > _MOST else ""
        refused = f"{self.refused:,} of the points cannot be drawn: {self.sweep.reason}." if self.refused else ""
        notes = [note for note in (left, refused) if note]
        return Sheet(heading(self), f"Formula: {self.sweep.architecture.source}.", [Table(headers, rows)], notes)


def plain(value: Any) -> Any:
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
        columns[target(axis)] = vector(sweep.architecture, axis).values
    return columns


def check_parquet(path: Path) -> None:
    """Raise ConvcostError if no Parquet can be written there, before any work is done for it."""
    files.check_writable(path)
    try:
        import pyarrow  # noqa: F401
    except ModuleNotFoundError as error:
        raise ConvcostError("Parquet needs pyarrow: pip install 'convcost[parquet]'") from error


def heading(report: SweepReport) -> str:
    """MobileNet V1: 24 α × 7 R, 168 points; K = 10."""
    sweep = report.sweep
    sizes = " × ".join(f"{len(axis):,} {axis.option.symbol or axis.option.name}" for axis in sweep.axes)
    points = f"{sweep.refused.size:,} point{'s' if sweep.refused.size != 1 else ''}"
    fixed = "".join(f"; {other}" for other in other_settings(sweep))
    return f"{sweep.architecture.title}: {f'{sizes}, ' if sizes else ''}{points}{fixed}"


def other_settings(sweep: Sweep) -> list[str]:
    """What is the same everywhere and not the default: K = 10."""
    known = {option.name: option for option in sweep.architecture.options}
    varied = {target(axis) for axis in sweep.axes}
    return [
        f"{known[name].symbol or name} = {typed(value)}"
        for name, value in sweep.fixed.items()
        if value != known[name].default and name not in varied
    ]
