"""What is written to files: it appears whole or not at all, and CSV does nothing in a spreadsheet."""

from __future__ import annotations

import csv
import io
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from convcost.core.errors import ConvcostError

if TYPE_CHECKING:
    import pandas as pd

# What a spreadsheet takes for the start of a formula, behind any apostrophes, so that `csv_raw` can undo it.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def is_standard_output(path: Path) -> bool:
    """Whether a path stands for standard output: - or /dev/stdout."""
    return str(path) in ("-", "/dev/stdout")


def check_writable(path: Path) -> None:
    """Raise ConvcostError if a file cannot be put there, before any work is done for it."""
    if is_standard_output(path):
        return
    folder = path.parent
    if str(path).startswith("--"):
        raise ConvcostError(f"cannot write {path}: it looks like an option; write ./{path} if it is a file")
    if path.is_dir():
        raise ConvcostError(f"cannot write {path}: it is a folder; give a file name")
    if not folder.is_dir():
        raise ConvcostError(f"cannot write {path}: there is no folder {folder}; create it first")
    if not os.access(folder, os.W_OK):
        raise ConvcostError(f"cannot write {path}: the folder {folder} is not writable; choose another")


def write(path: Path, content: str | bytes) -> None:
    """Write under a temporary name beside `path`, then rename; - is standard output.

    Raises ConvcostError if it cannot be done. Text is written as UTF-8 with its line ends as they are.
    """
    check_writable(path)
    if is_standard_output(path):
        if isinstance(content, bytes):
            raise ConvcostError("a picture or Parquet cannot go to standard output; give it a file")
        sys.stdout.write(content)
        return
    data = content.encode("utf-8") if isinstance(content, str) else content
    path = path.resolve()  # a link stays a link
    if path.exists() and not path.is_file():
        path.write_bytes(data)  # a device or a pipe takes the bytes; it cannot be replaced
        return
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise ConvcostError(f"cannot write {path}: {error.strerror}; choose another place") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise ConvcostError(f"cannot write {path}: {error.strerror}; choose another place") from error


def deliver(content: str, path: str | Path | None) -> str:
    """The content, written to `path` if one is given."""
    if path is not None:
        write(Path(path), content)
    return content


def check_parquet(path: Path) -> None:
    """Raise ConvcostError if no Parquet can be written there, before any work is done for it."""
    check_writable(path)
    try:
        import pyarrow  # noqa: F401
    except ModuleNotFoundError as error:
        raise ConvcostError("Parquet needs pyarrow: pip install pyarrow") from error


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a data frame as Parquet, whole or not at all; raises ConvcostError as `check_parquet` does."""
    check_parquet(path)
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    write(path, buffer.getvalue())


def read_parquet(path: Path) -> str:
    """The rows of a Parquet file as CSV; raises ConvcostError as `check_parquet` does, ValueError for no Parquet."""
    check_parquet(path)
    import pandas as pd

    return csv_text(pd.read_parquet(path, engine="pyarrow"))


def csv_text(frame: pd.DataFrame) -> str:
    """A data frame as CSV. Numbers are as they are; a text that would be run as a formula gets an apostrophe."""
    safe, lone = frame.copy(deep=False), False
    for name, column in frame.items():
        if column.dtype.kind != "O":
            continue
        cells = column.astype(object)
        if any(isinstance(value, str) for value in cells):
            safe[name] = cells.map(csv_cell)
            lone |= any(isinstance(value, str) and "\r" in value for value in cells)
    # Python leaves a carriage return unquoted, where a reader would end the row.
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if lone else csv.QUOTE_MINIMAL
    found: str = safe.to_csv(index=False, lineterminator="\n", quoting=quoting)
    return found


def csv_cell(value: object) -> object:
    """The value; of a text that a spreadsheet would run, the text behind an apostrophe. A number in words stays one."""
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def csv_raw(value: str) -> str:
    """A text as it was before `csv_cell`."""
    return value[1:] if value.startswith("'") and _FORMULA.match(value) else value
