"""Other counters: what one is to the referee, found when installed, called as its own documentation says.

A file per family of counters, or a function of the user's; each counts in a process of its own (`sandbox`). None of
them is required.
"""

import importlib
import importlib.metadata
import importlib.util
import pkgutil
import reprlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import SupportsIndex

from torch import Tensor, nn

from convcost.core.errors import ConvcostError, DomainError, MeasurementError, UnknownNameError
from convcost.core.parsing import ModelReference, ReferenceKind, parse_reference
from convcost.trace.copies import Args as Args
from convcost.trace.copies import Kwargs as Kwargs


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


# A counter of the user's: a function of a model and its inputs that returns what it counts.
Function = Callable[..., object]
Load = Callable[[ModelReference], AbstractContextManager[object]]
"""Gives what a reference to a file or a module names, while active."""

RETURNS = "a whole number, (macs, params), or a dict of whole numbers by module path"


def from_function(function: Function, unit: str = "macs") -> Counter:
    """Return the counter that calls a function, by the function's name."""
    name: str = getattr(function, "__name__", type(function).__name__)
    return Counter(name, (), "", unit, partial(_call, function))


def from_reference(text: str, load: Load, unit: str = "macs") -> Counter:
    """Return the counter of `path/to/counter.py:function` or `package.module:function`, loaded in its own process.

    Raises DomainError for a text that names no function, and for a file that is not there.
    """
    try:
        reference = parse_reference(text)
    except ConvcostError:
        reference = None
    if reference is None or not reference.is_users or reference.revision:
        written = "write path/to/counter.py:function or package.module:function"
        raise DomainError(f"cannot read the counter {text!r}; {written}")
    if reference.kind is ReferenceKind.FILE and not Path(reference.place).is_file():
        raise DomainError(f"cannot read the counter {text!r}: there is no file {reference.place}")
    return Counter(text, (), "", unit, partial(_load_and_call, reference, load))


def _load_and_call(reference: ModelReference, load: Load, model: nn.Module, args: Args, kwargs: Kwargs) -> Printout:
    with load(reference) as function:
        if not callable(function):
            raise MeasurementError(f"{reference.text} is not a function")
        return _call(function, model, args, kwargs)


def _call(function: Function, model: nn.Module, args: Args, kwargs: Kwargs) -> Printout:
    """Call a function with a model and its inputs: a tuple for `model(*inputs)`, a dict for `model(**inputs)`."""
    if args and kwargs:
        raise MeasurementError("it takes positional or keyword arguments of a model, not both")
    paths = {name for name, _ in model.named_modules()}
    return _read(function(model, kwargs or args), paths)


def _read(returned: object, paths: set[str]) -> Printout:
    """Return what a function means by its result; raises MeasurementError for what is no count."""
    if isinstance(returned, Printout):
        return returned
    if isinstance(returned, Mapping):
        modules = {str(path): _whole(count, f" for module {str(path)!r}") for path, count in returned.items()}
        stranger = next((path for path in modules if path not in paths), None)
        if stranger is not None:
            raise MeasurementError(f"it returned a count for {stranger!r}, which is not a module of the model")
        return Printout(sum(modules.values()), modules)
    if isinstance(returned, tuple) and len(returned) == 2:
        return Printout(_whole(returned[0], " for the MACs"))
    return Printout(_whole(returned))


def _whole(value: object, what: str = "") -> int:
    number = value.item() if isinstance(value, Tensor) and value.numel() == 1 else value
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(number, SupportsIndex) and not isinstance(number, bool) and number.__index__() >= 0:
        return number.__index__()
    raise MeasurementError(f"it returned {reprlib.repr(value)}{what}; return {RETURNS}")
