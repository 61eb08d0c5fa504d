"""What public functions are given, checked in one place: an argument of the wrong type is one line, not a traceback."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeVar

from convcost.core.errors import DomainError

_P = ParamSpec("_P")
_R = TypeVar("_R")
_LONGEST = 60

# What other counters and the command line call the inputs of a model and the arguments that it is built with.
_OTHER_NAMES = {
    "inputs": (
        *("input", "input_size", "input_shape", "input_res", "input_data", "input_shapes"),
        *("dummy_input", "example_inputs"),
    ),
    "arguments": ("arg", "args", "kwargs"),
}
_MEANT = {other: name for name, others in _OTHER_NAMES.items() for other in others}


@dataclass(frozen=True)
class ArgumentKind:
    """What an argument can be: `words` say it, and `holds` tells."""

    words: str
    holds: Callable[[object], bool]

    def called(self, words: str) -> ArgumentKind:
        """Return the same kind in other words."""
        return replace(self, words=words)

    def or_(self, other: ArgumentKind, words: str) -> ArgumentKind:
        """Return what is of this kind or of another."""
        return ArgumentKind(words, lambda value: self.holds(value) or other.holds(value))


def _is_module(value: object) -> bool:
    torch = sys.modules.get("torch")  # without it there is no module
    export = sys.modules.get("torch.export")
    kinds = [torch.nn.Module] if torch is not None else []
    return isinstance(value, (*kinds, export.ExportedProgram) if kinds and export is not None else tuple(kinds))


def _is_several(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | Mapping) and not _is_module(value)


def _is_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


TEXT = ArgumentKind("a text", lambda value: isinstance(value, str))
TEXTS = ArgumentKind("several texts in a list", _is_texts)
NETWORK = TEXT.called("the name of a network or a formula, such as 'mobilenet_v1' (convcost list)")
LINE = TEXT.called("a text, as on the command line of convcost compare: 'torchvision:resnet18', 'net.py:Net'")
LINES = ArgumentKind(f"{LINE.words}, or several of these", lambda value: isinstance(value, str) or _is_several(value))
MODULE = ArgumentKind("a module of PyTorch", _is_module)
MODEL = TEXT.or_(MODULE, "a module of PyTorch, or a text such as 'torchvision:resnet18'")
_NESTED = "a tensor, several of these, or a dict"
SYMBOLIC_INPUTS = ArgumentKind(
    f"a shape such as ('B', 3, 'H', 'W'), {_NESTED}", lambda value: not isinstance(value, str | int | float)
)
INPUTS = ArgumentKind(
    f"a shape such as (1, 3, 224, 224), {_NESTED}",
    lambda value: SYMBOLIC_INPUTS.holds(value) and not (_is_texts(value) and value),
)
INPUT_TEXTS = TEXTS.called("texts in a list, one per input: ['1,3,224,224']")
PATH = ArgumentKind("a path", lambda value: isinstance(value, str | os.PathLike))
MODELS = LINES.or_(PATH, "a library ('torchvision', 'timm', 'transformers'), a file of models, or several texts")
COUNTERS = ArgumentKind(
    "names of counters or functions in a list: ['fvcore', 'net.py:count']",
    lambda value: isinstance(value, list | tuple) and all(isinstance(one, str) or callable(one) for one in value),
)
NUMBER = ArgumentKind("a number", _is_number)
POSITIVE = ArgumentKind("a number above 0", lambda value: _is_number(value) and value > 0)  # type: ignore[operator]
WHOLE = ArgumentKind("a whole number", lambda value: type(value) is int)
MAPPING = ArgumentKind("a dict of keyword arguments, such as {'width': 8}", lambda value: isinstance(value, Mapping))
UNIT = ArgumentKind("'macs' or 'flops'", lambda value: isinstance(value, str) and value in ("macs", "flops"))

BY_NAME = {
    **dict.fromkeys(("formula", "paper", "over", "filter", "dask"), TEXT),
    **dict.fromkeys(("path", "out", "baseline"), PATH),
    **dict.fromkeys(("unit", "counter_unit"), UNIT),
    **dict.fromkeys(("number", "jobs"), WHOLE),
    **dict.fromkeys(("time_limit", "memory_limit"), NUMBER),
    "name": NETWORK,
    "names": LINES,
    "model": MODEL,
    "models": MODELS,
    "inputs": INPUTS,
    "symbols": TEXTS,
    "arguments": MAPPING,
    "counters": COUNTERS,
}
"""What the parameters of public functions can be, by their names."""


def check(what: str, value: object, kind: ArgumentKind) -> None:
    """Raise DomainError, with one line that quotes what is given, unless it is of this kind."""
    if not kind.holds(value):
        raise DomainError(f"{what} is {_shown(value)}, but must be {kind.words}")


def checked(**own: ArgumentKind) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Let a function check its arguments before it runs; `own` are kinds that are not those of `BY_NAME`.

    An argument that is the parameter's default is not checked. The function then raises DomainError, in one line.
    """

    def decorate(function: Callable[_P, _R]) -> Callable[_P, _R]:
        signature = inspect.signature(function)
        kinds = {name: kind for name, kind in (BY_NAME | own).items() if name in signature.parameters}

        @functools.wraps(function)
        def checking(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            for name in kwargs:
                if (meant := _MEANT.get(name)) in kinds:
                    raise DomainError(f"{function.__name__} has no argument {name}; did you mean {meant}=?")
            __tracebackhide__ = True
            try:
                given = signature.bind(*args, **kwargs).arguments
            except TypeError:
                return function(*args, **kwargs)  # which says what is missing or too much
            for name, kind in kinds.items():
                if name in given and given[name] is not signature.parameters[name].default:
                    check(name, given[name], kind)
            return function(*args, **kwargs)

        return checking

    return decorate


def _shown(value: object) -> str:
    if isinstance(value, type):
        return f"the class {value.__name__} (an instance is {value.__name__}(…))"
    if _is_module(value) or len(repr(value)) > _LONGEST:
        return f"a {type(value).__name__}"
    return repr(value)
