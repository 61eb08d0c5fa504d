"""Builds a model without giving its parameters any elements, from a factory whose arguments are checked."""

import inspect
import random
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any

import torch
from torch import nn
from torch._ops import OpOverload
from torch.nn.modules.module import register_module_parameter_registration_hook
from torch.nn.parameter import is_lazy
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.weak import WeakIdKeyDictionary

from convcost.core.errors import ConvcostError, MeasurementError, one_line_at
from convcost.core.one_at_a_time import one_at_a_time
from convcost.core.parsing import parse_value
from convcost.models.wrapped import unwrapped

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
    factory = unwrapped(factory)
    if isinstance(factory, nn.Module):
        if values:
            raise MeasurementError(f"{reference} is a module and takes no argument {next(iter(values))!r}")
        return factory
    if not callable(factory):
        raise MeasurementError(
            f"{reference} is of type {type(factory).__name__}, but must be a class, a function or an nn.Module"
        )
    _check(reference, factory, values, forbidden)
    try:
        model = (built_plainly if initialised else built_weightless)(lambda: factory(**values))
    except ConvcostError:
        raise
    except (Exception, SystemExit) as error:
        unexpected = _UNEXPECTED.search(str(error)) if isinstance(error, TypeError) else None
        if unexpected and unexpected[1] in values:
            raise _unknown(reference, unexpected[1], _taken_inside(factory, forbidden)) from error
        raise MeasurementError(f"{reference} cannot be built: {one_line_at(error)}") from error
    model = unwrapped(model)
    if not isinstance(model, nn.Module):
        raise MeasurementError(f"{reference} made a {type(model).__name__}, but must make an nn.Module")
    return model


def read_arguments(factory: object, given: Mapping[str, object]) -> dict[str, object]:
    """Return a factory's keyword arguments, the texts among them read; none stays one where a text is the default."""
    parameters = _parameters(factory) if callable(factory) else []
    texts = {p.name for p in parameters if isinstance(p.default, str) or p.annotation in (str, "str")}
    return {key: parse_value(value, key in texts) if isinstance(value, str) else value for key, value in given.items()}


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
        inner = _names(_parameters(type(built_weightless(factory))), forbidden)
    except (Exception, SystemExit):
        inner = []
    return list(dict.fromkeys([*names, *inner]))


@one_at_a_time
def built_weightless(make: Callable[[], nn.Module]) -> nn.Module:
    """Return what `make` makes, in evaluation mode and on the meta device.

    Each parameter loses its elements as soon as a module takes it, and what is made without values, as the weights of
    layers are, has none from the beginning, so that random initialisers draw nothing; what the model computes (widths,
    tables of positions) is real. Where it computes with weights that have no values yet, these are left on the CPU
    until a module takes them; where that fails too, it is built plainly on the CPU. `make` runs up to three times, and
    its last error is raised. The random state is afterwards that of before.
    """
    for built in (_uninitialised_on_meta, _parameters_on_meta):
        with random_state_kept(), built():
            try:
                return _moved(make())
            except ConvcostError:
                raise
            except Exception:  # noqa: S110
                pass  # the next way tells whether the model itself is at fault
    with random_state_kept():
        return _moved(make())


@one_at_a_time
def built_plainly(make: Callable[[], nn.Module]) -> nn.Module:
    """Return what `make` makes, in evaluation mode, on its own device, the same each time; the random state is kept."""
    with random_state_kept():
        torch.manual_seed(0)
        model = make()
    return model.eval() if isinstance(model, nn.Module) else model


def _moved(model: nn.Module) -> nn.Module:
    if not isinstance(model, nn.Module):
        return model
    if any(tensor.layout is not torch.strided for tensor in chain(model.parameters(), model.buffers())):
        return model.eval()  # which entries are kept are values
    try:
        return model.eval().to("meta")
    except Exception:
        return model  # what is packed for one device (quantised weights) stays there


@contextmanager
def random_state_kept() -> Iterator[None]:
    """Leave PyTorch's, Python's and NumPy's generators as they were before."""
    python = random.getstate()
    numpy: Any = sys.modules.get("numpy.random")
    drawn = None if numpy is None else numpy.get_state()
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        random.setstate(python)
        if numpy is not None:
            numpy.set_state(drawn)


@contextmanager
def _uninitialised_on_meta() -> Iterator[None]:
    with _parameters_on_meta(), _EmptyOnMeta(), _NothingDrawn():
        yield


class _EmptyOnMeta(TorchFunctionMode):
    """While active, tensors that are made without values are made without elements."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if func in (torch.empty, torch.empty_strided) and (kwargs or {}).get("device") is None:
            return func(*args, **{**(kwargs or {}), "device": "meta"})
        return func(*args, **(kwargs or {}))


_DRAWS = frozenset({"aten::normal_", "aten::uniform_", "aten::bernoulli_", "aten::exponential_", "aten::random_"})


class _NothingDrawn(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While active, drawing into a tensor without elements does nothing; PyTorch would load its compiler for it."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # the default imports the compiler too

    def __torch_dispatch__(
        self, func: OpOverload, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if func._schema.name in _DRAWS and args[0].is_meta:
            return args[0]
        return func(*args, **(kwargs or {}))


@contextmanager
def _parameters_on_meta() -> Iterator[None]:
    taken: Any = WeakIdKeyDictionary()

    def take(_: nn.Module, __: str, parameter: nn.Parameter | None) -> Any:
        if parameter is None or parameter.is_meta or is_lazy(parameter) or parameter.layout is not torch.strided:
            return None
        if parameter not in taken:  # a parameter of two modules stays one
            bare = type(parameter)(parameter.detach().to("meta"), requires_grad=parameter.requires_grad)
            vars(bare).update(vars(parameter))
            taken[parameter] = bare
        return taken[parameter]

    handle = register_module_parameter_registration_hook(take)
    try:
        yield
    finally:
        handle.remove()
