"""Every operator call of a model, in order: which module made it, on which shapes, with which settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from convcost.measure.aten import BINDERS, FUNCTIONS
from convcost.measure.light import LightKernels
from convcost.measure.twin import example, weightless
from convcost.theory.errors import MeasurementError

# Allocation and copies: nothing is computed, and no formula is missing.
MOVEMENT = frozenset(
    {
        *("clone", "copy", "contiguous", "reshape", "to", "_to_copy", "_unsafe_view", "lift_fresh", "arange"),
        *("empty", "empty_like", "zeros", "zeros_like", "ones", "ones_like", "full", "full_like", "fill"),
        *("scalar_tensor", "constant_pad_nd", "pad"),
    }
)


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
    """All calls of a model for one input, and its number of parameters (shared ones once)."""

    calls: tuple[Call, ...]
    parameters: int


def capture(model: nn.Module, input_shape: tuple[int, ...]) -> Capture:
    """Run a weightless twin of the model and record its operator calls.

    The twin runs in evaluation mode on the meta device. In inference mode the composite operators (conv2d,
    linear, layer_norm) arrive whole, as the model wrote them; grad mode stays on, because the native
    transformer path, taken without it, hides its insides. Raises MeasurementError if the model cannot run.
    """
    twin = weightless(model)
    recorder = _Recorder(twin)
    try:
        with torch.inference_mode(), torch.enable_grad(), LightKernels(), _Scopes(recorder), recorder, _Whole(recorder):
            twin(example(input_shape, "meta"))
    except Exception as error:
        text = next(iter(str(error).strip().splitlines()), "")
        raise MeasurementError(
            f"the model cannot run on an input of shape {input_shape}: {type(error).__name__}: {text}"
        ) from error
    return Capture(tuple(recorder.calls), sum(p.numel() for p in twin.parameters()))


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self, model: nn.Module) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.names = {module: name for name, module in model.named_modules()}
        self.scopes = [""]
        self.calls: list[Call] = []
        self._fresh = {id(p): p.numel() for p in model.parameters()}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # the default imports the whole compiler, a second's work, to keep it out of this mode

    def __torch_dispatch__(
        self, func: OpOverload, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        name = func._schema.name.removeprefix("aten::").removesuffix("_")
        binder = BINDERS.get(name)
        if binder is None:
            with self:
                result = func.decompose(*args, **kwargs)
            if result is not NotImplemented:
                return result
        output = func(*args, **kwargs)
        arguments = _named(func, args, kwargs)
        parameters = self._first_use(arguments)
        first = output[0] if isinstance(output, tuple | list) and output else output
        if binder is not None:
            bound = binder(arguments)
            shape = (1, *first.shape) if bound.unbatched else tuple(first.shape)
            self._record(func, bound.operator, bound.inputs, bound.hyper, shape, parameters)
        elif name not in MOVEMENT and not func.is_view and isinstance(first, Tensor):
            inputs = tuple(tuple(v.shape) for v in arguments.values() if isinstance(v, Tensor))
            self._record(func, None, inputs, {}, tuple(first.shape), parameters)
        return output

    def _record(
        self,
        func: OpOverload,
        operator: str | None,
        inputs: tuple[Any, ...],
        hyper: dict[str, Any],
        output: tuple[int, ...],
        parameters: int,
    ) -> None:
        self.calls.append(Call(self.scopes[-1], traced_name(func), operator, inputs, hyper, output, parameters))

    def _first_use(self, arguments: Mapping[str, Any]) -> int:
        tensors = [v for v in arguments.values() if isinstance(v, Tensor)]
        return sum(self._fresh.pop(id(tensor), 0) for tensor in tensors)


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
            call = Call(self.scopes[-1], name, bound.operator, bound.inputs, bound.hyper, tuple(output.shape), 0)
            self.calls[before:] = [call]
        return output


class _Scopes:
    """Keeps the path of the module that is running, while it runs."""

    def __init__(self, recorder: _Recorder) -> None:
        self.recorder = recorder

    def __enter__(self) -> None:
        recorder = self.recorder

        def enter(module: nn.Module, _: Any) -> None:
            recorder.scopes.append(recorder.names.get(module, recorder.scopes[-1]))

        def leave(module: nn.Module, _: Any, __: Any) -> None:
            recorder.scopes.pop()

        self.handles = (
            register_module_forward_pre_hook(enter),
            register_module_forward_hook(leave, always_call=True),
        )

    def __exit__(self, *_: object) -> None:
        for handle in self.handles:
            handle.remove()


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
