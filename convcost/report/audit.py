"""Audits of a library: what was found in every model, in every format, and the rows read back."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

from convcost.auditing.row import ERROR, NOT_AUDITED, AuditRow
from convcost.core.errors import ConvcostError
from convcost.report import files, text
from convcost.report.content import Block, Column, Content, Sentence, Table, numbers
from convcost.report.report import Records, Report

ENDINGS = (".csv", ".parquet")

# What no two runs have in common stands in a file of its own, so that the rows are the same in each.
TIMINGS = ("seconds", "peak_mib")
COLUMNS = tuple(known.name for known in fields(AuditRow) if known.name not in TIMINGS)
_MOST = 10
_SHARES = "Shares are of a model's own MACs."
NESTED = ("uncounted", "no_formula", "disagreements")
TEXTS = ("name", "verdict", "input", "device", "error")


@dataclass(frozen=True)
class AuditReport(Report):
    """What `convcost.audit` returns: one row per model, in the order of the list."""

    rows: tuple[AuditRow, ...]

    def __iter__(self) -> Iterator[AuditRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        found = ", ".join(f"{times} {verdict}" for verdict, times in self.counts.items())
        return f"<{text.plural(len(self), 'model')}: {found}>"

    def content(self) -> Content:
        """The verdicts, what fvcore leaves out, what went wrong, and one row per model."""
        columns = [
            *(Column("model", "name"), Column("verdict"), Column("input", rank=1), *numbers("parameters", "MACs")),
            *(*numbers("fvcore", "uncounted", "differing"), Column("error", "words", 2)),
        ]
        counts = ("parameters", "macs_formula", "macs_fvcore", "macs_uncounted", "macs_differing")
        rows = [
            [row.name, row.verdict, row.input, *(text.number(getattr(row, name)) for name in counts), row.error]
            for row in self.rows
        ]
        found = ", ".join(f"{times:,} {verdict}" for verdict, times in self.counts.items())
        source = f"MACs by the formulas and by fvcore. Verdicts: {found}."
        tables = [verdicts(self.rows), left_out(self.rows), *self._wrong(), Table(columns, rows)]
        blocks: list[Block] = [table for table in tables if table.rows]
        if tables[1].rows:
            blocks.insert(2, Sentence(_SHARES))
        return Content(f"{text.plural(len(self), 'model')} audited", source, blocks)

    def screen(self) -> Content:
        """How many models agree, what fvcore leaves out of how many, the disagreements by reason, what went wrong."""
        blocks: list[Block] = _first(verdicts(self.rows))
        uncounted = left_out(self.rows)
        if uncounted.rows:
            # The reason is a sentence: it stands below the numbers.
            places = [place for place, column in enumerate(uncounted.columns) if column.header != "reason"]
            shown = uncounted.only(places)
            named = [replace(shown.columns[0], header="uncounted by fvcore"), *shown.columns[1:]]
            blocks += [*_first(replace(shown, columns=named)), Sentence(_SHARES)]
            reasons = dict.fromkeys(cells[1] for cells in uncounted.rows[:_MOST])
            blocks += [Sentence(f"Note: {reason}.") for reason in reasons]
        for table in self._wrong():
            if table.rows:
                blocks += _first(table)
        return Content("", "", [*blocks, Sentence(f"{text.plural(len(self), 'model')} audited.")])

    def _wrong(self) -> tuple[Table, ...]:
        return disagreements(self.rows), missing(self.rows), errors(self.rows)

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
    def ok(self) -> bool:
        """Whether every model could be compared, and none disagrees."""
        return not self.disagreeing and not self.failed

    @property
    def exit_code(self) -> int:
        """1 for a disagreement, and else 2 where a model could not be compared."""
        return 2 if self.failed and not self.disagreeing else super().exit_code

    def records(self) -> Records:
        """One row per model with every column; nested columns are JSON, an unknown count is missing."""
        return _records(self.rows, (*COLUMNS, *TIMINGS))

    def to_csv(self, path: str | Path | None = None) -> str:
        """CSV of all that does not vary from run to run; written to `path` if given, whole or not at all."""
        return files.deliver(files.csv_text(_records(self.rows, COLUMNS).frame), path)

    def to_parquet(self, path: str | Path) -> None:
        """The same as Parquet, whole or not at all. Needs pyarrow."""
        files.write_parquet(Path(path), _records(self.rows, COLUMNS).frame)

    def formats(self) -> dict[str, Callable[[Path], object]]:
        """Tables, and Parquet."""
        return {**super().formats(), ".parquet": self.to_parquet}

    def save(self, path: str | Path) -> None:
        """Write the report; of .csv and .parquet, seconds and memory stand beside it: models.csv, models.timings.csv.

        Raises ConvcostError for another ending, and where it cannot be written.
        """
        place = Path(path)
        super().save(place)
        if place.suffix in ENDINGS:
            frame = _records(self.rows, ("name", *TIMINGS)).frame
            if place.suffix == ".parquet":
                files.write_parquet(timings(place), frame)
            else:
                files.write(timings(place), files.csv_text(frame))


def _first(table: Table) -> list[Block]:
    """The first rows of a table, and how many more there are."""
    more = len(table.rows) - _MOST
    said = [Sentence(f"… and {more} more (--out has them).")] if more > 0 else []
    return [Table(table.columns, table.rows[:_MOST], everything="--out"), *said]


def timings(path: Path) -> Path:
    """Where seconds and memory of the rows in `path` are."""
    return path.with_name(f"{path.stem}.timings{path.suffix}")


def check(path: Path) -> None:
    """Raise ConvcostError for a file that `AuditReport.save` could not write, before anything is audited."""
    if path.suffix not in ENDINGS:
        raise ConvcostError(f"cannot write {path}: the rows are written as {' or '.join(ENDINGS)}; give such a name")
    files.check_writable(path)
    if path.suffix == ".parquet":
        files.check_parquet(path)


def read(path: Path) -> AuditReport:
    """The rows that `save` put into a file, without their timings; raises ConvcostError for another file."""
    try:
        content = files.read_parquet(path) if path.suffix == ".parquet" else path.read_text(encoding="utf-8")
        lines = list(csv.DictReader(io.StringIO(content)))
        return AuditReport(
            tuple(AuditRow(**{name: _value(name, cell) for name, cell in line.items()}) for line in lines)
        )
    except (OSError, ValueError, TypeError) as error:
        raise ConvcostError(f"cannot read {path}: it is no {path.suffix} file of convcost audit") from error


def _value(name: str, cell: str) -> Any:
    if name in TEXTS:
        return files.csv_raw(cell)
    if name in NESTED:
        return json.loads(cell) if cell else {}
    return int(cell) if cell else None


def _records(rows: Sequence[AuditRow], names: Sequence[str]) -> Records:
    found = ([_cell(getattr(row, name)) for name in names] for row in rows)
    return Records.of(names, found, set(names) - {*TEXTS, *NESTED, *TIMINGS})


def _cell(value: object) -> object:
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value


MEANINGS = {
    "agree": "agree in full: fvcore counts every product as the formulas do",
    "uncounted": "agree, but fvcore leaves products uncounted",
    "no formula": "have an operator without a formula",
    "disagree": "disagree somewhere",
    "unknown": "not counted whole: some of their work cannot be seen",
    NOT_AUDITED: "not audited: the input has no fixed size",
    ERROR: "could not be compared",
}


def verdicts(rows: Sequence[AuditRow]) -> Table:
    """How many models have each verdict."""
    found = [[str(sum(row.verdict == verdict for row in rows)), meaning] for verdict, meaning in MEANINGS.items()]
    return Table(
        [Column("models", "number"), Column("verdict", "words")], [cells for cells in found if cells[0] != "0"]
    )


def left_out(rows: Sequence[AuditRow]) -> Table:
    """What fvcore leaves out, the largest first: in how many models, and how much of them."""
    found: dict[tuple[str, str], list[tuple[Fraction, AuditRow]]] = {}
    weight: dict[tuple[str, str], int] = {}
    for row in rows:
        for reason, operators in row.uncounted.items():
            for operator, (_, macs) in operators.items():
                found.setdefault((operator, reason), []).append((Fraction(macs, row.macs_formula or 1), row))
                weight[operator, reason] = weight.get((operator, reason), 0) + macs
    table = []
    for key in sorted(found, key=lambda key: (-weight[key], key)):
        shares = [part for part, _ in found[key]]
        most, model = max(found[key], key=lambda item: (item[0], item[1].name))
        percents = text.percent(median(shares)), text.percent(most)
        table.append([*key, text.number(len(shares)), *percents, model.name])
    counts = [*numbers("models"), *numbers("median", "most", rank=1)]
    return Table([Column("operator", "name"), Column("reason", "words", 4), *counts, Column("in", "name", 3)], table)


_NUMBER = re.compile(r"(?<![\w.-])\d+(?:,\d+)*(?![\w.-])")


def kind(sentence: str) -> str:
    """A sentence with its numbers left open: 12,345 becomes n, conv2d and 1-D stay."""
    return _NUMBER.sub("n", sentence)


def kinds(row: AuditRow) -> dict[str, int]:
    """The kinds of a model's disagreements, and in how many calls."""
    found: Counter[str] = Counter()
    for reason, calls in row.disagreements.items():
        found[kind(reason)] += calls
    return found


def disagreements(rows: Sequence[AuditRow]) -> Table:
    """The kinds of disagreement: in how many models and calls."""
    return _often(Column("reason", "words"), map(kinds, rows))


def missing(rows: Sequence[AuditRow]) -> Table:
    """Operators without a formula: in how many models and calls."""
    return _often(Column("operator without a formula", "name"), (row.no_formula for row in rows))


def _often(column: Column, found: Iterable[Mapping[str, int]]) -> Table:
    """What is in most models first; each of those found is a model's, with its calls."""
    models: Counter[str] = Counter()
    calls: Counter[str] = Counter()
    for times in found:
        models.update(times.keys())
        calls.update(times)
    order = sorted(models, key=lambda name: (-models[name], name))
    cells = [[name, text.number(models[name]), text.number(calls[name])] for name in order]
    return Table([column, *numbers("models", "calls")], cells)


def errors(rows: Iterable[AuditRow]) -> Table:
    """Why models were not compared, and which."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.error:
            found.setdefault(row.error, []).append(row.name)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    cells = [[reason, text.number(len(names)), names[0]] for reason, names in ordered]
    return Table([Column("not compared", "words"), *numbers("models"), Column("first", "name", 1)], cells)
