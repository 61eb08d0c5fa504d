"""The registry: finds the records of the book by walking it, refuses duplicates, knows the near names."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TypeVar

from convcost.core.architecture import Architecture
from convcost.core.convention import Convention
from convcost.core.errors import UnknownNameError
from convcost.core.record import Formula, Operator

Record = Formula | Architecture | Convention
_R = TypeVar("_R", Formula, Operator, Architecture, Convention)

_PACKAGE = "convcost.formulas"


def collect(package: str) -> dict[str, Record]:
    """All `RECORDS` of the modules of a package, by name; raises TypeError for a name that stands twice."""
    root = importlib.import_module(package)
    records: dict[str, Record] = {}
    for info in pkgutil.walk_packages(root.__path__, package + "."):
        for record in getattr(importlib.import_module(info.name), "RECORDS", ()):
            if record.name in records:
                raise TypeError(f"{info.name}: a record named {record.name!r} exists already")
            records[record.name] = record
    return records


@cache
def registry() -> dict[str, Record]:
    """Every record of the book by name."""
    return collect(_PACKAGE)


def records(kind: type[_R]) -> dict[str, _R]:
    """The records of one kind by name."""
    return {name: record for name, record in registry().items() if isinstance(record, kind)}


def lookup(name: str) -> Formula | Architecture:
    """A record that has a closed form; raises UnknownNameError with the near names."""
    record = registry().get(name)
    if isinstance(record, Formula | Architecture):
        return record
    raise UnknownNameError("formula", name, records(Formula) | records(Architecture))


def find(kind: type[_R], name: str, what: str) -> _R:
    """One record; raises UnknownNameError with the near names."""
    record = registry().get(name)
    if isinstance(record, kind):
        return record
    raise UnknownNameError(what, name, records(kind))
