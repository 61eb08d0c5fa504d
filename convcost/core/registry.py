"""The registry: it finds the records of `convcost.formulas`, refuses duplicates, and knows the near names.

Each kind of record has a folder, and only the folders of the kind that is asked for are loaded.
"""

import copyreg
import importlib
import pkgutil
from functools import cache
from typing import TypeVar

from convcost.core.architecture import Architecture
from convcost.core.convention import Convention
from convcost.core.errors import DomainError, UnknownNameError
from convcost.core.meanings import other_meanings
from convcost.core.record import Formula, Operator

Record = Formula | Architecture | Convention
_R = TypeVar("_R", Formula, Operator, Architecture, Convention)

_PACKAGE = "convcost.formulas"
_FOLDERS: dict[type[Record], tuple[str, ...]] = {
    Operator: ("operators",),
    Formula: ("operators", "blocks"),
    Architecture: ("architectures",),
    Convention: ("conventions",),
}


def collect(package: str) -> dict[str, Record]:
    """Return all `RECORDS` of the modules of a package by name; raises TypeError for a name that is given twice."""
    root = importlib.import_module(package)
    found: dict[str, Record] = {}
    for info in pkgutil.walk_packages(root.__path__, package + "."):
        for record in getattr(importlib.import_module(info.name), "RECORDS", ()):
            if record.name in found:
                raise TypeError(f"{info.name}: a record named {record.name!r} exists already")
            found[record.name] = record
    return found


@cache
def registry() -> dict[str, Record]:
    """Return every record by name; raises TypeError for a name that two records of any kind have."""
    return collect(_PACKAGE)


@cache
def _folder(name: str) -> dict[str, Record]:
    return collect(f"{_PACKAGE}.{name}")


def records(kind: type[_R]) -> dict[str, _R]:
    """Return the records of one kind by name; loads no other kind."""
    return {
        name: record
        for folder in _FOLDERS[kind]
        for name, record in _folder(folder).items()
        if isinstance(record, kind)
    }


def find(kind: type[_R], name: str, what: str) -> _R:
    """Return one record of a kind; raises UnknownNameError, which calls it `what`, with the near names."""
    for folder in _FOLDERS[kind]:
        record = _folder(folder).get(name.lower())
        if isinstance(record, kind):
            return record
    if kind is not Architecture:
        raise UnknownNameError(what, name, records(kind))
    if ":" in name:
        raise DomainError(f"{name} is a model; give a {what} whose formula is known (convcost list), such as resnet")
    networks = records(Architecture)
    raise UnknownNameError(what, name, networks, other_meanings(name, networks))


def lookup(name: str) -> Formula | Architecture:
    """Return a record that has a closed form; raises UnknownNameError with the near names."""
    known: dict[str, Formula | Architecture] = {**records(Formula), **records(Architecture)}
    if name.lower() not in known:
        raise UnknownNameError("formula", name, known)
    return known[name.lower()]


# A process sends an operator to another one by its name: its function may be a lambda, which pickle refuses.
copyreg.pickle(Operator, lambda operator: (find, (Operator, operator.name, "operator")))
