"""A counter of the user's: a function of a model and its inputs that returns what it counts."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import SupportsIndex

from torch import Tensor, nn

from convcost.core.errors import DomainError, MeasurementError
from convcost.trace.counters import Args, Counter, Kwargs, Printout

Function = Callable[..., object]
UNITS = ("macs", "flops")

RETURNS = "a whole number, (macs, params), or a dict of whole numbers by module path"


def from_function(function: Function, unit: str = "macs") -> Counter:
    """Return the counter that calls a function, by the function's name."""
    name: str = getattr(function, "__name__", type(function).__name__)
    return _counter(name, unit, _Called(function))


def from_file(
    reference: str, load: Callable[[str, str], AbstractContextManager[Function]], unit: str = "macs"
) -> Counter:
    """Return the counter of `path/to/file.py:function` or `package.module:function`.

    load  gives the function of a place and a name, while active; it is called in the counter's own process
    """
    place, _, name = reference.rpartition(":")
    return _counter(reference, unit, _Loaded(place, name, load))


def _counter(name: str, unit: str, count: Callable[[nn.Module, Args, Kwargs], Printout]) -> Counter:
    if unit not in UNITS:
        raise DomainError(f"a counter's unit is macs or flops, not {unit!r}")
    return Counter(name, (), "", unit, count)


@dataclass(frozen=True)
class _Called:
    """Calls a function with a model and its inputs: a tuple for `model(*inputs)`, a dict for `model(**inputs)`."""

    function: Function

    def __call__(self, model: nn.Module, args: Args, kwargs: Kwargs) -> Printout:
        if args and kwargs:
            raise MeasurementError("it takes positional or keyword arguments of a model, not both")
        paths = {name for name, _ in model.named_modules()}
        return _read(self.function(model, kwargs or args), paths)


@dataclass(frozen=True)
class _Loaded:
    """The same of a function that is loaded first."""

    place: str
    name: str
    load: Callable[[str, str], AbstractContextManager[Function]]

    def __call__(self, model: nn.Module, args: Args, kwargs: Kwargs) -> Printout:
        with self.load(self.place, self.name) as function:
            return _Called(function)(model, args, kwargs)


def _read(returned: object, paths: set[str]) -> Printout:
    """Return what a function means by its result; raises MeasurementError for what is no count."""
    if isinstance(returned, Printout):
        return returned
    if isinstance(returned, Mapping):
        modules = {str(path): _whole(count, f" for module {str(path)!r}") for path, count in returned.items()}
        stranger = next((path for path in modules if path not in paths), None)
        if stranger is not None:
            raise MeasurementError(f"it returned a count for {stranger!r}, which is no module of the model")
        return Printout(sum(modules.values()), modules)
    if isinstance(returned, tuple) and len(returned) == 2:
        return Printout(_whole(returned[0], " for the MACs"))
    return Printout(_whole(returned))


def _whole(value: object, what: str = "") -> int:
    number = value.item() if isinstance(value, Tensor) and value.numel() == 1 else value
    if isinstance(number, SupportsIndex) and not isinstance(number, bool):
        return number.__index__()
    if isinstance(number, float) and number.is_integer():
        return int(number)
    raise MeasurementError(f"it returned {reprlib.repr(value)}{what}; return {RETURNS}")
