"""The rows of an audit read back from its CSV file."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

from convcost.auditing.row import AuditRow
from convcost.report.audit import NESTED, TEXTS, AuditReport

# What `csv_cell` puts an apostrophe before.
_FORMULA = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")


def csv_raw(value: str) -> str:
    """A text as it was before `csv_cell`."""
    return value[1:] if _FORMULA.match(value) else value


def read_csv(path: Path) -> AuditReport:
    """The rows that `save` put into a CSV file, without their timings."""
    lines = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    return AuditReport(tuple(AuditRow(**{name: _value(name, cell) for name, cell in line.items()}) for line in lines))


def _value(name: str, cell: str) -> Any:
    if name in TEXTS:
        return csv_raw(cell)
    if name in NESTED:
        return json.loads(cell) if cell else {}
    return int(cell) if cell else None
