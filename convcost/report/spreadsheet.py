"""CSV that a spreadsheet reads without running anything in it."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

# What a spreadsheet takes for the start of a formula, behind any apostrophes, so that `raw` can undo it.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def text(frame: pd.DataFrame) -> str:
    """A data frame as CSV. Numbers are as they are; a text that would be run as a formula gets an apostrophe."""
    safe, lone = frame.copy(deep=False), False
    for name, column in frame.items():
        if column.dtype.kind != "O":
            continue
        cells = column.astype(object)
        if any(isinstance(value, str) for value in cells):
            safe[name] = cells.map(cell)
            lone |= any(isinstance(value, str) and "\r" in value for value in cells)
    # Python leaves a carriage return unquoted, where a reader would end the row.
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if lone else csv.QUOTE_MINIMAL
    found: str = safe.to_csv(index=False, lineterminator="\n", quoting=quoting)
    return found


def cell(value: Any) -> Any:
    """The value; of a text that a spreadsheet would run, the text behind an apostrophe. A number in words stays one."""
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def raw(value: str) -> str:
    """A text as it was before `cell`."""
    return value[1:] if value.startswith("'") and _FORMULA.match(value) else value
