"""Other counters: what one is to the referee, found when installed, called as its own documentation says.

One adapter per file, or a function of the user's (`script`); each counts in a process of its own (`sandbox`). None of
them is required.
"""

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

from convcost.core.errors import MeasurementError, UnknownNameError

Args = tuple[Any, ...]
Kwargs = dict[str, Any]


@dataclass(frozen=True)
class Printout:
    """What a counter printed for a model: its own total, in its own unit ("macs" or "flops").

    `modules` are the counts that it gives to a module itself, its children's left out, by path; None where it gives
    none. Where they do not add up to the total, the counter gives the rest to no module.
    """

    total: int
    modules: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Counter:
    """One counter, or one of its two backends, devices or units.

    name           as the convention is called that says what it counts
    distributions  the packages that it can be installed by, and `module`, the name that is imported from them; a
                   function of the user's has none
    unit           what it calls its number: macs or flops
    count          counts one call of a model, from its arguments; the model is its own to spoil
    keywords       whether it can call a model with keyword arguments
    grad           whether it runs with gradients enabled, as its documentation has it
    device         where the model's weights are
    """

    name: str
    distributions: tuple[str, ...]
    module: str
    unit: str
    count: Callable[[nn.Module, Args, Kwargs], Printout]
    keywords: bool = True
    grad: bool = True
    device: str = "cpu"

    def __call__(self, model: nn.Module, args: Args, kwargs: Kwargs) -> Printout:
        """Count; raises MeasurementError for keyword arguments that the counter cannot pass on."""
        if kwargs and not self.keywords:
            raise MeasurementError("it takes no keyword arguments")
        return self.count(model, args, kwargs)

    def version(self) -> str | None:
        """Return the installed version; None where it is not installed, or another package owns the module's name."""
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
    """Return every counter that has an adapter, by name, in the order of the files."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return {found.name: found for module in modules for found in getattr(module, "COUNTERS", ())}


def counter(name: str) -> Counter:
    """Return one counter; raises UnknownNameError with the near names."""
    known = counters()
    if name not in known:
        raise UnknownNameError("counter", name, known)
    return known[name]


def own_counts(inclusive: Mapping[str, int]) -> dict[str, int]:
    """Return the counts of modules without their children's, from counts with them."""
    alone = dict(inclusive)
    for path, count in inclusive.items():
        above = path
        while above:
            above = above.rpartition(".")[0]
            if above in inclusive:
                alone[above] -= count
                break
    return alone
