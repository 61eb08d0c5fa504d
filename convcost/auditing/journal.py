"""The journal of an audit: each finished row is on disk before the audit waits for the next.

The first line says what the rows depend on; an audit is resumed only where that is still the same.
"""

import hashlib
import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import IO

import convcost
from convcost.auditing.row import AuditRow
from convcost.core.errors import ConvcostError
from convcost.core.parsing import LIBRARIES, ModelReference


def place(out: Path) -> Path:
    """Return where the journal of an output file is: beside it."""
    return out.with_name(f"{out.name}.partial")


def header(models: Sequence[ModelReference], time_limit: float, memory_limit: float) -> dict[str, object]:
    """Return what the rows depend on."""
    return {
        "convcost": convcost.__version__,
        "code of convcost": _digest_of_code(),
        **{name: _version(name) for name in ("torch", "fvcore", *LIBRARIES)},
        "Python": platform.python_version(),
        "list of models": f"{len(models)} models, {_digest(str(model) for model in models)}",
        "--time-limit": time_limit,
        "--memory-limit": memory_limit,
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _digest(texts: Iterator[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _digest_of_code() -> str:
    from convcost import formulas

    folders = {Path(path).resolve() for package in (convcost, formulas) for path in package.__path__}
    files = sorted({file for folder in folders for file in folder.rglob("*.py")})
    return _digest(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)


class Journal:
    """The journal of an audit while it runs; `rows` are those of an earlier start.

    With `resume` a journal that is there is continued; an incomplete last line of it is dropped. Raises ConvcostError
    where there is one and it is not to be resumed (it may hold hours of work), where it depends on anything else than
    `depends`, and where another audit is writing it.
    """

    def __init__(self, path: Path, depends: Mapping[str, object], resume: bool) -> None:
        self.path = path
        try:
            self._file = path.open("a+b")
        except OSError as error:
            raise ConvcostError(f"cannot write {path}: {error.strerror}; choose another --out") from error
        try:
            _lock(self._file, path)
            lines = self._whole_lines()
            if lines and not resume:
                raise ConvcostError(f"{path} is left from an audit that did not end; go on with --resume, or delete it")
            self.rows = _read(path, lines, depends) if lines else []
            if not lines:
                self._append(depends)
        except BaseException:
            self._file.close()
            raise

    def _whole_lines(self) -> list[bytes]:
        self._file.seek(0)
        *lines, torn = self._file.read().split(b"\n")
        if torn:
            self._file.truncate(sum(len(line) + 1 for line in lines))
        return lines

    def add(self, row: AuditRow) -> None:
        """Write a row to disk."""
        self._append(row.as_json())

    def _append(self, value: object) -> None:
        self._file.write(json.dumps(value).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self, keep: bool) -> None:
        """Close the journal, and delete it unless it is worth keeping."""
        if not keep:
            self.path.unlink(missing_ok=True)
        self._file.close()


def _lock(file: IO[bytes], path: Path) -> None:
    try:
        import fcntl
    except ImportError:
        return  # Windows
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise ConvcostError(f"another audit is writing {path}; wait until it ends") from error


def _read(path: Path, lines: list[bytes], depends: Mapping[str, object]) -> list[AuditRow]:
    try:
        before, *rows = [json.loads(line) for line in lines]
        _check(path, dict(before), depends)
        return [AuditRow.from_json(row) for row in rows]
    except (ValueError, TypeError) as error:
        if isinstance(error, ConvcostError):
            raise
        raise ConvcostError(f"cannot resume: {path} is not a journal of convcost audit; delete it") from error


def _check(path: Path, before: Mapping[str, object], now: Mapping[str, object]) -> None:
    for name in dict.fromkeys([*before, *now]):
        was, is_now = before.get(name), now.get(name)
        if was != is_now:
            raise ConvcostError(f"cannot resume {path}: {name} was {was}, now it is {is_now}; delete it to start again")
