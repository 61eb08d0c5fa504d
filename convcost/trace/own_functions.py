"""Calls that have a formula of the user's own: custom operators, and functions of autograd as one call each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from convcost.core.own_formulas import OWN, OwnFormula
from convcost.trace.binders.arguments import Arguments, Binding


def bound_by_own(formula: OwnFormula, arguments: Arguments, outputs: Sequence[object]) -> Binding:
    """Return the call with its formula's result: shapes of the tensors in their order, and all other arguments."""
    shapes = tuple(_shape(value) for value in arguments.values() if _of_tensors(value))
    settings = {name: value for name, value in arguments.items() if not _of_tensors(value)}
    first = next((value for value in outputs if isinstance(value, Tensor)), None)
    record = formula.record(shapes, settings, () if first is None else tuple(first.shape))
    return Binding(formula.operator, shapes, {}, record=record)


def _of_tensors(value: object) -> bool:
    return isinstance(value, Tensor) or (
        isinstance(value, tuple | list) and bool(value) and all(isinstance(one, Tensor) for one in value)
    )


def _shape(value: Any) -> tuple[Any, ...]:
    return tuple(value.shape) if isinstance(value, Tensor) else tuple(tuple(one.shape) for one in value)


@contextmanager
def own_functions_as_calls(before: Callable[[], Any], keep: Callable[..., None]) -> Iterator[None]:
    """While active, a function of autograd with a formula of the user's own is one call, whatever its forward calls.

    before  is called before the forward runs; what it returns is handed to `keep` afterwards
    """
    changed: list[tuple[Any, object]] = []
    for function in _functions() if OWN else ():
        formula = OWN.get(function.__qualname__) or OWN.get(function.__name__)
        if formula is not None and "forward" in vars(function):
            changed.append((function, vars(function)["forward"]))
            function.forward = staticmethod(_noting(function, formula, before, keep))
    try:
        yield
    finally:
        for function, forward in changed:
            function.forward = forward


def _functions() -> Iterator[Any]:
    waiting: list[Any] = list(torch.autograd.Function.__subclasses__())
    while waiting:
        yield waiting[-1]
        waiting.extend(waiting.pop().__subclasses__())


def _noting(
    function: Any, formula: OwnFormula, before: Callable[[], Any], keep: Callable[..., None]
) -> Callable[..., object]:
    forward = function.forward

    def noting(*args: Any, **kwargs: Any) -> object:
        since = before()
        output = forward(*args, **kwargs)
        named = Arguments.of_function(forward, args, kwargs)
        arguments = Arguments({name: v for name, v in named.items() if not isinstance(v, FunctionCtx)})
        outputs = list(output) if isinstance(output, tuple | list) else [output]
        bound = bound_by_own(formula, arguments, outputs)
        keep(since, f"prim::PythonOp.{function.__name__}", bound, outputs, arguments)
        return output

    return noting
