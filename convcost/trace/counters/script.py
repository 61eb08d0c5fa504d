"""A counter of the user's: a function of a model and its inputs that returns what it counts."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import SupportsIndex

from torch import Tensor, nn

from convcost.core.errors import ConvcostError, DomainError, MeasurementError
from convcost.core.parsing import ModelReference, parse_reference
from convcost.trace.counters import Args, Counter, Kwargs, Printout

Function = Callable[..., object]
Load = Callable[[ModelReference], AbstractContextManager[object]]
"""Gives what a reference to a file or a module names, while active."""

UNITS = ("macs", "flops")
RETURNS = "a whole number, (macs, params), or a dict of whole numbers by module path"


def from_function(function: Function, unit: str = "macs") -> Counter:
    """Return the counter that calls a function, by the function's name."""
    name: str = getattr(function, "__name__", type(function).__name__)
    return _counter(name, unit, partial(_call, function))


def from_reference(text: str, load: Load, unit: str = "macs") -> Counter:
    """Return the counter of `path/to/counter.py:function` or `package.module:function`, loaded in its own process.

    Raises DomainError for a text that names no function.
    """
    try:
        reference = parse_reference(text)
    except ConvcostError:
        reference = None
    if reference is None or not reference.is_users or reference.revision:
        written = "write path/to/counter.py:function or package.module:function"
        raise DomainError(f"cannot read the counter {text!r}; {written}")
    return _counter(text, unit, partial(_load_and_call, reference, load))


def _counter(name: str, unit: str, count: Callable[[nn.Module, Args, Kwargs], Printout]) -> Counter:
    if unit not in UNITS:
        raise DomainError(f"a counter's unit is macs or flops, not {unit!r}")
    return Counter(name, (), "", unit, count)


def _load_and_call(reference: ModelReference, load: Load, model: nn.Module, args: Args, kwargs: Kwargs) -> Printout:
    with load(reference) as function:
        if not callable(function):
            raise MeasurementError(f"{reference.text} is no function")
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
