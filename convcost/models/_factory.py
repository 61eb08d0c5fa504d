"""Calls what builds a model: its keyword arguments are checked, and whatever it raises becomes one line."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping

from torch import nn

from convcost.core.errors import ConvcostError, MeasurementError, one_line
from convcost.models._weightless import plain, weightless

_UNEXPECTED = re.compile(r"unexpected keyword argument '(\w+)'")


def build_from(
    reference: str,
    factory: object,
    values: Mapping[str, object],
    *,
    forbidden: Iterable[str] = frozenset(),
    initialised: bool = False,
) -> nn.Module:
    """Return the model that a class or function makes of keyword arguments, without weights; a module is itself.

    `initialised` models are built as they are, on the CPU.

    Raises MeasurementError for a keyword that is `forbidden`, that the factory does not take or that it lacks,
    for a factory that raises, and for one that makes no module.
    """
    for key in values:
        if key in forbidden:
            raise MeasurementError(f"{reference}: leave out {key}; models are built without weights")
    if isinstance(factory, nn.Module):
        if values:
            raise MeasurementError(f"{reference} is a module and takes no argument {next(iter(values))!r}")
        return factory
    if not callable(factory):
        raise MeasurementError(
            f"{reference} is a {type(factory).__name__}, but must be a class, a function or an nn.Module"
        )
    _check(reference, factory, values, forbidden)
    try:
        model = (plain if initialised else weightless)(lambda: factory(**values))
    except ConvcostError:
        raise
    except (Exception, SystemExit) as error:
        unexpected = _UNEXPECTED.search(str(error)) if isinstance(error, TypeError) else None
        if unexpected and unexpected[1] in values:
            raise _unknown(reference, unexpected[1], _taken_inside(factory, forbidden)) from error
        raise MeasurementError(f"{reference} cannot be built: {one_line(error)}") from error
    if not isinstance(model, nn.Module):
        raise MeasurementError(f"{reference} made a {type(model).__name__}, but must make an nn.Module")
    return model


def _unknown(reference: str, key: str, names: Iterable[str]) -> MeasurementError:
    taken = ", ".join(names)
    return MeasurementError(f"{reference} takes no argument {key!r}" + (f"; it takes {taken}" if taken else ""))


def _parameters(function: Callable[..., object]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # written in C
        return [inspect.Parameter("anything", inspect.Parameter.VAR_KEYWORD)]


def _names(parameters: Iterable[inspect.Parameter], forbidden: Iterable[str]) -> list[str]:
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [p.name for p in parameters if p.kind in kinds and p.name not in forbidden]


def _check(
    reference: str, factory: Callable[..., object], values: Mapping[str, object], forbidden: Iterable[str]
) -> None:
    parameters = _parameters(factory)
    names = _names(parameters, ())
    if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
        for key in values:
            if key not in names:
                raise _unknown(reference, key, _names(parameters, forbidden))
    for parameter in parameters:
        if parameter.name in names and parameter.default is inspect.Parameter.empty and parameter.name not in values:
            raise MeasurementError(
                f"{reference} needs a value for {parameter.name!r}: give the argument {parameter.name}=VALUE"
            )


def _taken_inside(factory: Callable[..., nn.Module], forbidden: Iterable[str]) -> list[str]:
    """Return the names that a factory takes itself, and those of the class that it passes its other keywords on to."""
    names = _names(_parameters(factory), forbidden)
    try:
        inner = _names(_parameters(type(weightless(factory))), forbidden)
    except (Exception, SystemExit):
        inner = []
    return list(dict.fromkeys([*names, *inner]))
