"""Every operator call of a model, in order: which module made it, on which shapes, with which settings."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.overrides import TorchFunctionMode

from convcost.core.errors import MeasurementError, said
from convcost.core.one_at_a_time import one_at_a_time
from convcost.trace.aten import FILLS, LOOKUPS, MOVEMENT, aten_name, moves, traced_name
from convcost.trace.binders import BINDERS, FUNCTIONS
from convcost.trace.binders.arguments import Arguments
from convcost.trace.binders.rearrangement import RESHAPING
from convcost.trace.inputs import Inputs
from convcost.trace.meta_copy import as_written, on_cpu, weightless, whole
from convcost.trace.meta_kernels import LightKernels
from convcost.trace.modes import DispatchMode
from convcost.trace.ownership import Ownership
from convcost.trace.scopes import Scopes

# Composites that a torch.jit trace does not name: their parts stand there by themselves.
_NOT_TRACED = frozenset(f"aten::{cell}_cell" for cell in ("lstm", "gru", "rnn_tanh", "rnn_relu"))


@dataclass(frozen=True)
class Call:
    """One operator call of a model.

    `operator` is the book's name, None where the book has no formula; `parameters` are the elements of the
    parameters that were used here for the first time; `output` is the shape that the model really produced. The last
    three say how the call was written (see `convcost.core.use`); `functions` are known to `written` alone.
    """

    module: str
    aten: str
    operator: str | None
    inputs: tuple[Any, ...]
    hyper: dict[str, Any]
    output: tuple[int, ...]
    parameters: int
    unbatched: bool = False
    contiguous: bool = True
    functions: tuple[str, ...] = ()


running: list[str] = []
"""The public functions that are running, outermost first, while `written` keeps them; each call notes them."""


@dataclass(frozen=True)
class Capture:
    """All calls of a model for one input, its number of parameters (shared ones once), and all names seen.

    `seen` are the names of every operator in a torch.jit trace, of views and copies too.
    """

    calls: tuple[Call, ...]
    parameters: int
    seen: frozenset[str]


@one_at_a_time
def capture(model: nn.Module, inputs: Any) -> Capture:
    """Run a weightless twin of the model and record its operator calls.

    model   a module in any mode; it is left as it was
    inputs  a shape, a tensor, a tuple of these or a dict of keyword arguments (see `Inputs.of`)

    The twin runs in evaluation mode on the meta device. In inference mode the composite operators (conv2d,
    linear, layer_norm) arrive whole, as the model wrote them, and transformers do not take the native path that
    hides their insides. Where an operator has no meta kernel the twin runs on the CPU. Raises MeasurementError if
    the model cannot run.
    """
    given = Inputs.of(inputs)
    full = whole(model, given)
    try:
        return _captured(weightless(full), given, "meta")
    except (Exception, SystemExit) as on_meta:
        try:
            return _captured(on_cpu(full), given, "cpu")
        except (Exception, SystemExit) as error:
            if isinstance(on_meta, MeasurementError):
                raise on_meta from None
            raise MeasurementError(f"the model cannot run on an input of {given}: {said(error)}") from error


def _captured(twin: nn.Module, inputs: Inputs, device: str) -> Capture:
    args, kwargs = inputs.on(device, twin)
    with recording(twin, LightKernels()) as recorder:
        twin(*args, **kwargs)
    return Capture(tuple(recorder.calls), sum(p.numel() for p in twin.parameters()), frozenset(recorder.seen))


@contextmanager
def recording(twin: nn.Module, *kernels: AbstractContextManager[Any]) -> Iterator[Recorder]:
    """While active, the operator calls of a weightless twin are recorded, and `kernels` answer them."""
    recorder = Recorder(twin)
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")  # the model's user hears them when running it
        state: tuple[Any, ...] = (torch.random.fork_rng(devices=()), as_written(), torch.inference_mode())
        for context in (
            *state,
            torch.enable_grad(),
            *kernels,
            Scopes(recorder.names, recorder.scopes),
            recorder,
            _Whole(recorder),
        ):
            stack.enter_context(context)
        yield recorder


class Recorder(DispatchMode):  # type: ignore[no-untyped-call]
    """Keeps the calls that are made while it is active."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.names = {module: name for name, module in model.named_modules()}
        self.scopes = [""]
        self.calls: list[Call] = []
        self.seen: set[str] = set()
        self._within = ""
        self._owned = Ownership(model)

    def __torch_dispatch__(
        self, func: OpOverload, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        name = aten_name(func)
        self.seen.add(traced_name(func))
        binder = BINDERS.get(name)
        if binder is None and name not in MOVEMENT:
            result = self._decompose(func, args, kwargs)
            if result is not NotImplemented:
                return result
        output = func(*args, **kwargs)
        arguments = Arguments.of(func, args, kwargs)
        outputs = list(output) if isinstance(output, tuple | list) else [output]
        if binder is not None and not (name in RESHAPING and self._owned.made_of(arguments)):
            bound = binder(arguments)
            if name == "cat" and self._owned.made_of(arguments):
                self._owned.follow(arguments, outputs)  # whoever takes the joined parameters uses them
                arguments = Arguments()
            shape = (1, *outputs[0].shape) if bound.unbatched else tuple(outputs[0].shape)
            self._record(func, arguments, bound.operator, bound.inputs, bound.hyper, shape, bound.unbatched)
        elif moves(func, arguments) or name in RESHAPING:
            self._owned.follow({} if name in FILLS else arguments, outputs, whole=name in LOOKUPS)
        else:
            inputs = tuple(tuple(v.shape) for v in arguments.values() if isinstance(v, Tensor))
            shape = tuple(outputs[0].shape) if outputs and isinstance(outputs[0], Tensor) else ()
            self._record(func, arguments, None, inputs, {}, shape)
        return output

    def _decompose(self, func: OpOverload, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """What a composite operator calls stands under the composite's name, as in a torch.jit trace."""
        outer = self._within
        self._within = outer or ("" if func._schema.name in _NOT_TRACED else traced_name(func))
        try:
            with self:
                return func.decompose(*args, **kwargs)
        finally:
            self._within = outer

    def _record(
        self,
        func: OpOverload,
        arguments: Mapping[str, Any],
        operator: str | None,
        inputs: tuple[Any, ...],
        hyper: dict[str, Any],
        output: tuple[int, ...],
        unbatched: bool = False,
    ) -> None:
        name = self._within or traced_name(func)
        parameters = self._owned.first_use(arguments)
        first = next((v for v in arguments.values() if isinstance(v, Tensor)), None)
        dense, through = first is None or first.is_contiguous(), tuple(running)
        call = Call(self.scopes[-1], name, operator, inputs, hyper, output, parameters, unbatched, dense, through)
        self.calls.append(call)


class _Whole(TorchFunctionMode):
    """Puts one call in place of the operators that PyTorch's Python spells a function with."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.calls, self.scopes = recorder.calls, recorder.scopes

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        before = len(self.calls)
        output = func(*args, **kwargs)
        if func in FUNCTIONS:
            bound = FUNCTIONS[func](Arguments.of_function(func, args, kwargs))
            name = f"aten::{bound.operator}"
            shape = (1, *output.shape) if bound.unbatched else tuple(output.shape)
            call = Call(self.scopes[-1], name, bound.operator, bound.inputs, bound.hyper, shape, 0)
            self.calls[before:] = [call]
        return output


HANDED_ON = _Whole.__torch_function__.__code__
"""The code that every public function's call passes through while a model is captured."""
