"""What the counters print for the cases: measured once, kept as numbers with the versions that printed them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("printed.csv")
COLUMNS = ("case", "counter", "version", "printed", "failed")


@dataclass(frozen=True)
class Row:
    """One counter's number for one case; None where it printed none, with the reason."""

    case: str
    counter: str
    version: str
    printed: int | None
    failed: str


def rows() -> list[Row]:
    """The whole table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            Row(r["case"], r["counter"], r["version"], int(r["printed"]) if r["printed"] else None, r["failed"])
            for r in csv.DictReader(file)
        ]


def write(found: Iterable[Row]) -> None:
    """Replace the table."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in sorted(found, key=lambda r: (r.counter, r.case)):
            printed = "" if row.printed is None else row.printed
            writer.writerow([row.case, row.counter, row.version, printed, row.failed])
