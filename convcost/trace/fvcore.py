"""fvcore's own count of a model, call by call. The only file that imports fvcore.

Its number is what plain fvcore prints on the CPU, faults included; its handles are wrapped only to note what they
return. The faster way without weights is taken where a capture shows that it gives the same number: fvcore traces
with torch.jit, and on the meta device the kernel of convolution refuses traced sizes, so a mode spells each
convolution as the operator it becomes under a trace anyway.
"""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

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
    evaluating,
    for_another_process,
    on_cpu,
    replaced,
    tensors,
    weightless,
    with_elements,
    without_lazy_modules,
)
from convcost.trace.meta_kernels import MetaKernels
from convcost.trace.process import FORKS, in_process

if TYPE_CHECKING:
    from convcost.trace.capture import Capture

_UNUSABLE = ""
try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # importing fvcore warns about torch.jit
        from fvcore.nn import FlopCountAnalysis
        from fvcore.nn.flop_count import _DEFAULT_SUPPORTED_OPS
        from fvcore.nn.jit_analysis import _IGNORED_OPS
except ImportError as error:  # torch.jit is deprecated, and fvcore has nothing else
    _UNUSABLE = f"it cannot run on torch {torch.__version__}: {one_line(error).partition(' (')[0]}"
    _DEFAULT_SUPPORTED_OPS, _IGNORED_OPS = {}, set()

HANDLED = frozenset(_DEFAULT_SUPPORTED_OPS)
"""Operators that fvcore counts, by their names in a torch.jit trace; none where it cannot run."""

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
    all; `unsupported` are the operators that it met and has no handle for, by module; `device` is where it ran, meta
    or cpu. `refused` says why fvcore cannot count the model as it is, where what it counted is a wrapper of it that
    takes and returns tensors alone. `failed` says why there is no count; then `device` is empty.
    """

    calls: tuple[Counted, ...]
    total: int | None
    unsupported: Mapping[str, Counter[str]]
    device: str
    refused: str = ""
    failed: str = ""


SECONDS = 600.0
"""How long fvcore may take on the CPU."""


@checked(model=MODULE)
@one_at_a_time
def trace_fvcore(model: nn.Module, inputs: object, capture: Capture | None = None) -> FvcoreTrace:
    """Return what fvcore prints for a model in evaluation mode, call by call.

    model    a module in any mode; it is left as it was
    inputs   a shape, a tensor, a tuple of these or a dict of keyword arguments (see `Inputs.of`)
    capture  what the model was seen to do on these inputs; without it, plain fvcore runs

    fvcore runs on the CPU, in a process of its own, as its users run it. Where the capture leaves no doubt that the
    count is the same, it runs in this process on a copy without weights, which takes a fraction of the time. Where it
    cannot count, `failed` has its own words, or says how its process ended.
    """
    if _UNUSABLE:
        return FvcoreTrace((), None, {}, "", failed=_UNUSABLE)
    given = Inputs.of(inputs)
    full = without_lazy_modules(model, given)
    if capture and not capture.doubts:
        with suppress(Exception, SystemExit):
            return _on_meta(full, given, capture.reads_sizes)
    try:
        if FORKS:
            return in_process(partial(_plain, for_another_process(full), given), SECONDS)
        return _plain(on_cpu(full), given)
    except (Exception, SystemExit) as error:
        return FvcoreTrace((), None, {}, "", failed=one_line(error))


def _on_meta(model: nn.Module, inputs: Inputs, reads_sizes: bool) -> FvcoreTrace:
    """Trace a copy without weights.

    While torch.jit traces, a dispatch mode changes what the size of a tensor becomes, so none is active where the model
    reads one.
    """
    copied = weightless(model)
    kernels = nullcontext() if reads_sizes else MetaKernels()
    with as_written(), kernels, PlainConvolutions():
        return traced_here(copied, *inputs.on("meta", copied), "meta")


def _plain(model: nn.Module, inputs: Inputs) -> FvcoreTrace:
    """Run fvcore on the CPU. In a process of its own the model may be the user's."""
    ready = evaluating(with_elements(model))
    return traced_here(ready, *inputs.on("cpu", ready))


def traced_here(model: nn.Module, args: Args, kwargs: Kwargs, device: str = "cpu") -> FvcoreTrace:
    """Let fvcore count a model in this very process, which it may end.

    A model that it refuses for its arguments or results is counted from tensors to tensors. Raises what fvcore raises.
    """
    try:
        if kwargs:
            raise MeasurementError("it takes no keyword arguments")
        return _analysed(model, args, device)
    except (Exception, SystemExit) as refusal:
        flat = _Flat(model, args, kwargs)
        try:
            traced = _analysed(flat, tuple(tensors((args, kwargs))), device)
        except (Exception, SystemExit):
            raise refusal from None
        if not flat.returned:
            raise refusal from None  # nothing came back, so nothing was counted
        return replace(traced, refused=one_line(refusal))


class _Flat(nn.Module):
    """The model from tensors to tensors: torch.jit traces no objects and no keyword arguments.

    Its modules, parameters and buffers are the model's own, so that fvcore meets the model's own names. `returned` is
    how many tensors the model returned.
    """

    def __init__(self, model: nn.Module, args: Args, kwargs: Kwargs) -> None:
        super().__init__()
        self.called, self.nested, self.returned = model.__call__, (args, kwargs), 0
        self._modules, self._parameters, self._buffers = model._modules, model._parameters, model._buffers
        self.training = model.training

    def forward(self, *flat: Tensor) -> tuple[Tensor, ...]:
        args, kwargs = replaced(self.nested, iter(flat))
        found = tuple(tensors(self.called(*args, **kwargs)))
        self.returned = len(found)
        return found


def _analysed(model: nn.Module, args: Args, device: str) -> FvcoreTrace:
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

    names = {name for name, _ in model.named_modules(remove_duplicate=False)}
    analysis = FlopCountAnalysis(model, args)
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).tracer_warnings("none")
    analysis.set_op_handle(**{name: noting(name, handle) for name, handle in _DEFAULT_SUPPORTED_OPS.items()})
    with warnings.catch_warnings(), torch.random.fork_rng(devices=()), silent():
        warnings.simplefilter("ignore")  # torch.jit is deprecated; fvcore has nothing else
        total = _whole(analysis.total())
    unsupported = {name: _own(analysis, name, model) for name, _ in model.named_modules()}
    if total != sum(call.count or 0 for call in calls):
        raise AssertionError("fvcore's total is not the sum of what its handles returned")
    raised = any(call.count is None for call in calls)
    return FvcoreTrace(tuple(calls), None if raised else total, {k: v for k, v in unsupported.items() if v}, device)


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

    The meta device takes traced sizes there, and nowhere else. A setting that is one is made a number, as it is on the
    CPU: there the trace has no arithmetic that only settings depend on.
    """

    def __torch_function__(
        self, func: Callable[..., object], types: object, args: Args = (), kwargs: Kwargs | None = None
    ) -> object:
        if func not in _CONVOLUTIONS:
            return func(*args, **(kwargs or {}))
        operator, rank = _CONVOLUTIONS[func]
        return _convolved(Arguments.of(operator, args, kwargs or {}), rank)


def _convolved(a: Arguments, rank: int) -> Tensor:
    image, weight, bias, padding, groups = a["input"], a["weight"], a["bias"], a["padding"], int(a.number("groups"))
    if image.dim() == rank + 1:
        return _convolved(Arguments({**a, "input": image.unsqueeze(0)}), rank).squeeze(0)
    strides, dilations, extra = (_numbers(a.get(name, 0), rank) for name in ("stride", "dilation", "output_padding"))
    if isinstance(padding, str):
        return torch._convolution_mode(image, weight, bias, strides, padding, dilations, groups)
    transposed, flags = "output_padding" in a, (False, False, True, True)  # of the backends behind
    paddings = _numbers(padding, rank)
    return torch._convolution(image, weight, bias, strides, paddings, dilations, transposed, extra, groups, *flags)


def _numbers(setting: Any, rank: int) -> list[int]:
    return [int(value) for value in spread(setting, rank)]


def _operator(name: str) -> OpOverload:
    """Return one of PyTorch's operators in its first form, in which numbers say the padding."""
    packet = getattr(torch.ops.aten, name)
    found: OpOverload = getattr(packet, packet.overloads()[0])
    return found


_CONVOLUTIONS = {getattr(torch, name): (_operator(name), rank) for name, rank in CONVOLUTIONS.items()}
