"""An audit as data frame, CSV, Parquet, and the same rows read back."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcost.auditing.row import ERROR, AuditRow
from convcost.core.errors import ConvcostError
from convcost.report import files, spreadsheet
from convcost.report.sheet import Sheet, Shown, Table
from convcost.report.text import number

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".parquet")

# What no two runs have in common stands in a file of its own, so that the rows are the same in each.
TIMINGS = ("seconds", "peak_mib")
COLUMNS = tuple(known.name for known in fields(AuditRow) if known.name not in TIMINGS)
_NESTED = ("uncounted", "no_formula", "disagreements")
_TEXTS = ("name", "verdict", "input", "device", "error")


@dataclass(frozen=True)
class AuditReport(Shown):
    """What `convcost.audit` returns: a row a model, in the order of the list."""

    rows: tuple[AuditRow, ...]

    def __iter__(self) -> Iterator[AuditRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        found = ", ".join(f"{times} {verdict}" for verdict, times in self.counts.items())
        return f"<{len(self)} model{'' if len(self) == 1 else 's'}: {found}>"

    def sheet(self) -> Sheet:
        """A row a model."""
        headers = ("model", "verdict", "input", ">parameters", ">MACs", ">fvcore", ">uncounted", ">differing", "error")
        rows = [
            [row.name, row.verdict, row.input, *(map(number, (row.parameters, *_macs(row)))), row.error]
            for row in self.rows
        ]
        found = ", ".join(f"{times:,} {verdict}" for verdict, times in self.counts.items())
        title = f"{len(self):,} model{'' if len(self) == 1 else 's'} audited"
        return Sheet(title, f"MACs by the formulas and by fvcore. Verdicts: {found}.", [Table(headers, rows)])

    @property
    def counts(self) -> dict[str, int]:
        """How many models have each verdict."""
        return dict(Counter(row.verdict for row in self.rows))

    @property
    def disagreeing(self) -> tuple[AuditRow, ...]:
        """The models with a disagreement."""
        return tuple(row for row in self.rows if row.disagreements)

    @property
    def failed(self) -> tuple[AuditRow, ...]:
        """The models that could not be compared."""
        return tuple(row for row in self.rows if row.verdict == ERROR)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a model with every column; nested columns are JSON, an unknown count is missing."""
        return _frame(self.rows, (*COLUMNS, *TIMINGS))

    def to_csv(self, path: str | Path | None = None) -> str:
        """CSV of all that does not vary from run to run; written to `path` if given, whole or not at all."""
        text = _csv(_frame(self.rows, COLUMNS))
        if path is not None:
            files.write(Path(path), text)
        return text

    def write(self, path: Path) -> None:
        """The rows as .csv or .parquet, and seconds and memory beside them: models.csv, models.timings.csv.

        Raises ConvcostError for another ending, and where it cannot be written.
        """
        check(path)
        beside = timings(path)
        for place, columns in ((beside, ("name", *TIMINGS)), (path, COLUMNS)):
            frame = _frame(self.rows, columns)
            files.write(place, _csv(frame) if path.suffix == ".csv" else _parquet(frame))


def _macs(row: AuditRow) -> tuple[int | None, ...]:
    return row.macs_formula, row.macs_fvcore, row.macs_uncounted, row.macs_differing


def timings(path: Path) -> Path:
    """Where seconds and memory of the rows in `path` are."""
    return path.with_name(f"{path.stem}.timings{path.suffix}")


def check(path: Path) -> None:
    """Raise ConvcostError for a file that `AuditReport.write` could not write, before anything is audited."""
    if path.suffix not in ENDINGS:
        raise ConvcostError(f"cannot write {path}: the rows are written as {' or '.join(ENDINGS)}; give such a name")
    files.check_writable(path)
    if path.suffix == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ModuleNotFoundError as error:
            raise ConvcostError("Parquet needs pyarrow: pip install 'convcost[parquet]'") from error


def read_csv(path: Path) -> AuditReport:
    """The rows that `write` put into a CSV file, without their timings; raises ConvcostError for another file."""
    try:
        lines = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        return AuditReport(
            tuple(AuditRow(**{name: _value(name, cell) for name, cell in line.items()}) for line in lines)
        )
    except (OSError, ValueError, TypeError) as error:
        raise ConvcostError(f"cannot read {path}: it is no CSV of convcost audit") from error


def _value(name: str, cell: str) -> Any:
    if name in _TEXTS:
        return spreadsheet.raw(cell)
    if name in _NESTED:
        return json.loads(cell) if cell else {}
    return int(cell) if cell else None


def _cell(value: Any) -> Any:
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value


def _frame(rows: tuple[AuditRow, ...], columns: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    data: dict[str, Any] = {name: [_cell(getattr(row, name)) for row in rows] for name in columns}
    for name in columns:
        if name not in (*_TEXTS, *_NESTED, *TIMINGS) and all(abs(value or 0) < 2**63 for value in data[name]):
            data[name] = pd.array(data[name], dtype="Int64")  # counts may be missing; larger ones stay Python's
    return pd.DataFrame(data, columns=list(columns))


def _csv(frame: pd.DataFrame) -> str:
    return spreadsheet.text(frame)


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()
