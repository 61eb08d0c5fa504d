"""What a counter is to the referee: found when installed, called as its own documentation says."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from convcost.core.errors import UnknownNameError


@dataclass(frozen=True)
class Printed:
    """What a counter printed for a model: its own total, in its own unit ("macs" or "flops").

    `modules` are the counts that it gives to a module itself, its children's left out, by path; None where it gives
    none. Where they do not add up to the total, the counter gives the rest to no module.
    """

    total: int
    modules: Mapping[str, int] | None = None


Count = Callable[[nn.Module, tuple[Any, ...], dict[str, Any]], Printed]
"""Counts one call of a model; the model is its own to spoil."""


@dataclass(frozen=True)
class Counter:
    """One counter, or one of its two backends, devices or units.

    name           as the convention is called that says what it counts
    distributions  the packages that it can be installed by, and `module`, the name that is imported from them
    unit           what it calls its number: macs or flops
    grad           whether it runs with gradients enabled, as its documentation has it
    device         where the model's weights are
    """

    name: str
    distributions: tuple[str, ...]
    module: str
    unit: str
    count: Count
    grad: bool = True
    device: str = "cpu"

    def version(self) -> str | None:
        """The installed version; None where it is not installed, or another package owns the module's name."""
        for name in self.distributions:
            try:
                found = importlib.metadata.distribution(name)
            except importlib.metadata.PackageNotFoundError:
                continue
            if _owns(found, self.module):
                return found.version.partition("+")[0]  # what it was built for is no other version
        return None


def _owns(distribution: importlib.metadata.Distribution, module: str) -> bool:
    """Whether importing `module` gives this package's files: another one may have written over them."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return False
    imported = Path(spec.origin).resolve()
    for file in distribution.files or ():
        place = Path(str(file.locate())).resolve()
        if place == imported:
            return file.size is None or place.stat().st_size == file.size
    return False


def counters() -> dict[str, Counter]:
    """Every counter that has an adapter, by name, in the order of the files."""
    found: dict[str, Counter] = {}
    for info in pkgutil.iter_modules([str(Path(__file__).parent)]):
        module = importlib.import_module(f"{__package__}.{info.name}")
        found.update({counter.name: counter for counter in getattr(module, "COUNTERS", ())})
    return found


def counter(name: str) -> Counter:
    """One counter; raises UnknownNameError with the near names."""
    known = counters()
    if name not in known:
        raise UnknownNameError("counter", name, known)
    return known[name]


def own(inclusive: Mapping[str, int]) -> dict[str, int]:
    """The counts of modules without their children's, from counts with them."""
    alone = dict(inclusive)
    for path, count in inclusive.items():
        parent = _parent(path, inclusive)
        if parent is not None:
            alone[parent] -= count
    return alone


def _parent(path: str, known: Mapping[str, int]) -> str | None:
    while path:
        path = path.rpartition(".")[0]
        if path in known:
            return path
    return None
