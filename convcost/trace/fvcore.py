"""fvcore's own count of a model, call by call, without weights. The only file that imports fvcore.

fvcore traces with torch.jit, and on the meta device the Python kernel of convolution refuses traced sizes. A
mode that spells each convolution as the operator it becomes under a trace anyway lets fvcore trace any model
on meta. fvcore's behaviour is kept, faults included; its handles are wrapped only to note what they return.
"""

import logging
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.overrides import TorchFunctionMode

from convcost.core.errors import MeasurementError, one_line
from convcost.core.kinds import MODULE, checked
from convcost.core.one_at_a_time import one_at_a_time
from convcost.core.prints import silent
from convcost.trace.aten import CONVOLUTIONS
from convcost.trace.binders.arguments import Arguments, spread
from convcost.trace.copies import (
    Args,
    Inputs,
    Kwargs,
    as_written,
    on_cpu,
    replaced,
    tensors,
    weightless,
    without_lazy_modules,
)
from convcost.trace.meta_kernels import MetaKernels

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # importing fvcore warns about torch.jit
    from fvcore.nn import FlopCountAnalysis
    from fvcore.nn.flop_count import _DEFAULT_SUPPORTED_OPS
    from fvcore.nn.jit_analysis import _IGNORED_OPS

HANDLED = frozenset(_DEFAULT_SUPPORTED_OPS)
"""Operators that fvcore counts, by their names in a torch.jit trace."""

IGNORED = frozenset(_IGNORED_OPS)
"""Operators that fvcore holds to be free of arithmetic: it counts them as 0 on purpose."""

logging.getLogger("fvcore").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Counted:
    """What fvcore counted for one call, and the shape of the output that it saw.

    No `OpCall`: a trace tells neither inputs nor settings, and which call of the model this was is for the comparison
    to find. `count` is None where fvcore's handle raised an error, which `raised` says.
    """

    path: str
    aten: str
    output: tuple[int, ...]
    count: int | None
    raised: str = ""


@dataclass(frozen=True)
class FvcoreTrace:
    """fvcore's count of a model.

    `total` is fvcore's own sum, None where one of its handles raised an error, as fvcore then gives no number at
    all; `unsupported` are the operators that it met and has no handle for, by module; `device` is meta, or cpu with
    the reason why; `failed` says why fvcore could not trace the model. One of these two is empty.
    """

    calls: tuple[Counted, ...]
    total: int | None
    unsupported: Mapping[str, Counter[str]]
    device: str
    failed: str = ""


def traced_or_not(model: nn.Module, inputs: object) -> FvcoreTrace:
    """Return fvcore's count, or an empty one that says why fvcore cannot count this model."""
    try:
        return trace_fvcore(model, inputs)
    except MeasurementError as error:
        return FvcoreTrace((), None, {}, "", str(error))


@checked(model=MODULE)
@one_at_a_time
def trace_fvcore(model: nn.Module, inputs: object) -> FvcoreTrace:
    """Let fvcore count a copy of the model in evaluation mode.

    model   a module in any mode; it is left as it was
    inputs  a shape, a tensor, a tuple of these or a dict of keyword arguments (see `Inputs.of`)

    Runs on the meta device, on the CPU where an operator has no meta kernel. Raises MeasurementError where
    fvcore cannot trace the model at all.
    """
    given = Inputs.of(inputs)
    full = without_lazy_modules(model, given)
    copied = weightless(full)
    try:
        return _trace(copied, given, "meta", "meta")
    except (Exception, SystemExit) as error:
        reason = f"cpu ({type(error).__name__} on meta)"
    try:
        return _trace(on_cpu(full), given, "cpu", reason)
    except (Exception, SystemExit) as error:
        raise MeasurementError(f"fvcore cannot trace the model: {one_line(error)}") from error


class _Flat(nn.Module):
    """The model from tensors to tensors: torch.jit traces no dicts, no objects and no keyword arguments.

    Its modules, parameters and buffers are the model's own, so that fvcore meets the model's own names.
    """

    def __init__(self, model: nn.Module, args: Args, kwargs: Kwargs) -> None:
        super().__init__()
        self.called, self.nested = model.__call__, (args, kwargs)
        self._modules, self._parameters, self._buffers = model._modules, model._parameters, model._buffers
        self.training = model.training

    def forward(self, *flat: Tensor) -> tuple[Tensor, ...]:
        args, kwargs = replaced(self.nested, iter(flat))
        return tuple(tensors(self.called(*args, **kwargs)))


def _trace(copied: nn.Module, inputs: Inputs, device: str, shown: str) -> FvcoreTrace:
    calls: list[Counted] = []

    def noting(name: str, handle: Callable[..., Any]) -> Callable[..., Any]:
        def note(inputs: list[Any], outputs: list[Any]) -> Any:
            path, shape = _path(outputs[0].node().scopeName(), names), tuple(outputs[0].type().sizes() or ())
            try:
                result = handle(inputs, outputs)
            except Exception as error:
                calls.append(Counted(path, name, shape, None, one_line(error)))
                return Counter()
            count = sum(result.values()) if isinstance(result, Counter) else result
            calls.append(Counted(path, name, shape, _whole(count)))
            return result

        return note

    args, kwargs = inputs.on(device, copied)
    flat = _Flat(copied, args, kwargs)
    names = {name for name, _ in flat.named_modules(remove_duplicate=False)}
    analysis = FlopCountAnalysis(flat, tuple(tensors((args, kwargs))))
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).tracer_warnings("none")
    analysis.set_op_handle(**{name: noting(name, handle) for name, handle in _DEFAULT_SUPPORTED_OPS.items()})
    random = torch.random.fork_rng(devices=())
    with warnings.catch_warnings(), random, silent(), as_written(), MetaKernels(), PlainConvolutions():
        warnings.simplefilter("ignore")  # torch.jit is deprecated; fvcore has nothing else
        total = _whole(analysis.total())
    unsupported = {name: _own(analysis, name, flat) for name, _ in flat.named_modules()}
    if total != sum(call.count or 0 for call in calls):
        raise AssertionError("fvcore's total is not the sum of what its handles returned")
    raised = any(call.count is None for call in calls)
    return FvcoreTrace(tuple(calls), None if raised else total, {k: v for k, v in unsupported.items() if v}, shown)


def _path(scope: str, names: Collection[str]) -> str:
    """Return the innermost module of a scope, whose modules have slashes between them, and may in their names."""
    parts = scope.split("/")
    ends = ("/".join(parts[start:]) for start in range(len(parts)))
    return next((end for end in ends if end in names), parts[-1])


def _own(analysis: FlopCountAnalysis, name: str, copied: nn.Module) -> Counter[str]:
    """Return unsupported operators that a module calls itself: its own less its children's."""
    own = Counter(analysis.unsupported_ops(name))
    for child, _ in copied.get_submodule(name).named_children():
        path = f"{name}.{child}" if name else child
        if analysis.canonical_module_name(path) == path:
            own -= analysis.unsupported_ops(path)
    return own


def _whole(count: float) -> int:
    whole = int(count)
    if whole != count:
        raise AssertionError(f"fvcore counted {count}, which is not a whole number")
    return whole


class PlainConvolutions(TorchFunctionMode):
    """While active, every convolution is called as `torch._convolution`, its name in a torch.jit trace.

    The meta device takes traced sizes there, and nowhere else.
    """

    def __torch_function__(
        self, func: Callable[..., object], types: object, args: Args = (), kwargs: Kwargs | None = None
    ) -> object:
        if func not in _CONVOLUTIONS:
            return func(*args, **(kwargs or {}))
        operator, rank = _CONVOLUTIONS[func]
        return _convolved(Arguments.of(operator, args, kwargs or {}), rank)


def _convolved(a: Arguments, rank: int) -> Tensor:
    image, weight, bias, padding, groups = a["input"], a["weight"], a["bias"], a["padding"], a.number("groups")
    if image.dim() == rank + 1:
        return _convolved(Arguments({**a, "input": image.unsqueeze(0)}), rank).squeeze(0)
    strides, dilations, extra = (spread(a.get(name, 0), rank) for name in ("stride", "dilation", "output_padding"))
    if isinstance(padding, str):
        return torch._convolution_mode(image, weight, bias, strides, padding, dilations, groups)
    transposed, flags = "output_padding" in a, (False, False, True, True)  # of the backends behind
    paddings = spread(padding, rank)
    return torch._convolution(image, weight, bias, strides, paddings, dilations, transposed, extra, groups, *flags)


def _operator(name: str) -> OpOverload:
    """Return one of PyTorch's operators in its first form, in which numbers say the padding."""
    packet = getattr(torch.ops.aten, name)
    found: OpOverload = getattr(packet, packet.overloads()[0])
    return found


_CONVOLUTIONS = {getattr(torch, name): (_operator(name), rank) for name, rank in CONVOLUTIONS.items()}
