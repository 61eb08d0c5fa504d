"""Every operator call of a model, in order: which module made it, on which shapes, with which settings."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from convcost.measure.aten import BINDERS, FUNCTIONS
from convcost.measure.inputs import Inputs
from convcost.measure.light import LightKernels
from convcost.measure.scopes import Scopes
from convcost.measure.twin import on_cpu, said, weightless, whole
from convcost.theory.errors import MeasurementError

# Allocation and copies: nothing is computed, and no formula is missing.
MOVEMENT = frozenset(
    {
        # Parts of a tensor, a number read from one, and a batch of sequences without its padding.
        *("unsafe_chunk", "unsafe_split", "unsafe_split_with_sizes", "detach", "item", "_local_scalar_dense"),
        *("_pack_padded_sequence", "_pad_packed_sequence"),
        *("clone", "copy", "contiguous", "reshape", "to", "_to_copy", "_unsafe_view", "lift_fresh", "arange"),
        *("empty", "empty_like", "zeros", "zeros_like", "ones", "ones_like", "full", "full_like", "fill"),
        "scalar_tensor",
    }
)


# Of a parameter these make the parameter in another shape; what computes with that, uses the parameter.
_OF_WEIGHTS = frozenset({"flatten", "pad"})

# Composites without a formula that fvcore counts whole.
_WHOLE = frozenset({"matmul", "einsum"})

# Composites that a torch.jit trace does not name: their parts stand there by themselves.
_NOT_TRACED = frozenset(f"aten::{cell}_cell" for cell in ("lstm", "gru", "rnn_tanh", "rnn_relu"))


@dataclass(frozen=True)
class Call:
    """One operator call of a model.

    `operator` is the book's name, None where the book has no formula; `parameters` are the elements of the
    parameters that were used here for the first time; `output` is the shape that the model really produced.
    """

    module: str
    aten: str
    operator: str | None
    inputs: tuple[Any, ...]
    hyper: dict[str, Any]
    output: tuple[int, ...]
    parameters: int


@dataclass(frozen=True)
class Capture:
    """All calls of a model for one input, its number of parameters (shared ones once), and all names seen.

    `seen` are the names of every operator in a torch.jit trace, of views and copies too.
    """

    calls: tuple[Call, ...]
    parameters: int
    seen: frozenset[str]


def capture(model: nn.Module, inputs: Any) -> Capture:
    """Run a weightless twin of the model and record its operator calls.

    model   a module in any mode; it is left as it was
    inputs  a shape, a tensor, a tuple of these or a dict of keyword arguments (see `Inputs.of`)

    The twin runs in evaluation mode on the meta device. In inference mode the composite operators (conv2d,
    linear, layer_norm) arrive whole, as the model wrote them; grad mode stays on, because the native
    transformer path, taken without it, hides its insides. Where an operator has no meta kernel the twin runs on
    the CPU. Raises MeasurementError if the model cannot run.
    """
    given = Inputs.of(inputs)
    full = whole(model, given)
    try:
        return _captured(weightless(full), given, "meta")
    except Exception as on_meta:
        try:
            return _captured(on_cpu(full), given, "cpu")
        except Exception as error:
            if isinstance(on_meta, MeasurementError):
                raise on_meta from None
            raise MeasurementError(f"the model cannot run on an input of {given}: {said(error)}") from error


def _captured(twin: nn.Module, inputs: Inputs, device: str) -> Capture:
    recorder = _Recorder(twin)
    args, kwargs = inputs.on(device, twin)
    scopes = Scopes(recorder.names, recorder.scopes)
    random = torch.random.fork_rng(devices=())
    quiet, grads = warnings.catch_warnings(), torch.enable_grad()
    with quiet, random, torch.inference_mode(), grads, LightKernels(), scopes, recorder, _Whole(recorder):
        warnings.simplefilter("ignore")  # the model's user hears them when running it
        twin(*args, **kwargs)
    return Capture(tuple(recorder.calls), sum(p.numel() for p in twin.parameters()), frozenset(recorder.seen))


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self, model: nn.Module) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.names = {module: name for name, module in model.named_modules()}
        self.scopes = [""]
        self.calls: list[Call] = []
        self.seen: set[str] = set()
        self._within = ""
        self._left = {name: p.numel() for name, p in model.named_parameters()}
        self._views: dict[int, tuple[str, Tensor]] = {id(p): (name, p) for name, p in model.named_parameters()}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # the default imports the whole compiler, a second's work, to keep it out of this mode

    def __torch_dispatch__(
        self, func: OpOverload, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        name = func._schema.name.removeprefix("aten::").removesuffix("_")
        self.seen.add(traced_name(func))
        binder = BINDERS.get(name)
        if binder is None and name not in _WHOLE:
            result = self._decompose(func, args, kwargs)
            if result is not NotImplemented:
                return result
        output = func(*args, **kwargs)
        arguments = _named(func, args, kwargs)
        outputs = list(output) if isinstance(output, tuple | list) else [output]
        if binder is not None and not (name in _OF_WEIGHTS and id(arguments["self"]) in self._views):
            bound = binder(arguments)
            shape = (1, *outputs[0].shape) if bound.unbatched else tuple(outputs[0].shape)
            self._record(func, arguments, bound.operator, bound.inputs, bound.hyper, shape)
        elif func.is_view or name in MOVEMENT or name in _OF_WEIGHTS:
            self._follow(arguments, outputs)
        else:
            inputs = tuple(tuple(v.shape) for v in arguments.values() if isinstance(v, Tensor))
            shape = tuple(outputs[0].shape) if outputs and isinstance(outputs[0], Tensor) else ()
            self._record(func, arguments, None, inputs, {}, shape)
        return output

    def _decompose(self, func: OpOverload, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """What a composite operator calls stands under the composite's name, as in a torch.jit trace."""
        outer = self._within
        self._within = outer or ("" if func._schema.name in _NOT_TRACED else func._schema.name)
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
    ) -> None:
        name = self._within or traced_name(func)
        parameters = self._first_use(arguments)
        self.calls.append(Call(self.scopes[-1], name, operator, inputs, hyper, output, parameters))

    def _follow(self, arguments: Mapping[str, Any], outputs: list[Any]) -> None:
        """A view or copy of a parameter is still that parameter."""
        owners = [self._views[id(v)][0] for v in arguments.values() if id(v) in self._views]
        for owner in owners[:1]:
            # Keeping the tensor keeps its id from being used again.
            self._views.update({id(tensor): (owner, tensor) for tensor in outputs if isinstance(tensor, Tensor)})

    def _first_use(self, arguments: Mapping[str, Any]) -> int:
        """Elements of parameters that no earlier call has used."""
        used = 0
        for value in arguments.values():
            for tensor in value if isinstance(value, tuple | list) else [value]:
                if id(tensor) in self._views:
                    owner = self._views[id(tensor)][0]
                    taken = min(tensor.numel(), self._left[owner])
                    self._left[owner] -= taken
                    used += taken
        return used


class _Whole(TorchFunctionMode):
    """Puts one call in place of the operators that PyTorch's Python spells a function with."""

    def __init__(self, recorder: _Recorder) -> None:
        super().__init__()
        self.calls, self.scopes = recorder.calls, recorder.scopes

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        before = len(self.calls)
        output = func(*args, **kwargs)
        if func in FUNCTIONS:
            bound = FUNCTIONS[func](*args, **kwargs)
            name = f"aten::{bound.operator}"
            shape = (1, *output.shape) if bound.unbatched else tuple(output.shape)
            call = Call(self.scopes[-1], name, bound.operator, bound.inputs, bound.hyper, shape, 0)
            self.calls[before:] = [call]
        return output


def traced_name(func: OpOverload) -> str:
    """The name that the same call has in a torch.jit trace, which is where fvcore looks."""
    name = func._schema.name
    if "conv" in name:
        return "aten::_convolution_mode" if func._overloadname == "padding" else "aten::_convolution"
    return name


def _named(func: OpOverload, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for position, argument in enumerate(func._schema.arguments):
        if position < len(args):
            named[argument.name] = args[position]
        else:
            named[argument.name] = kwargs.get(argument.name, argument.default_value)
    return named
