"""fvcore's own count of a model, call by call, without weights. The only file that imports fvcore.

fvcore traces with torch.jit, and on the meta device the Python kernel of convolution refuses traced sizes. A
mode that spells each convolution as the operator it becomes under a trace anyway lets fvcore trace any model
on meta. fvcore's behaviour is kept, faults included; its handles are wrapped only to note what they return.
"""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from convcost.measure.light import LightKernels
from convcost.measure.twin import example, on_cpu, said, weightless
from convcost.theory.errors import MeasurementError

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
    """What fvcore counted for one call, and the shape of the output that it saw."""

    module: str
    aten: str
    output: tuple[int, ...]
    count: int


@dataclass(frozen=True)
class FvcoreTrace:
    """fvcore's count of a model.

    `total` is fvcore's own sum; `unsupported` are the operators that it met and has no handle for, by module;
    `device` is meta, or cpu with the reason why.
    """

    calls: tuple[Counted, ...]
    total: int
    unsupported: Mapping[str, Counter[str]]
    device: str


def trace(model: nn.Module, input_shape: tuple[int, ...]) -> FvcoreTrace:
    """Let fvcore count a twin of the model in evaluation mode.

    Runs on the meta device, on the CPU where an operator has no meta kernel. Raises MeasurementError where
    fvcore cannot trace the model at all.
    """
    twin = weightless(model)
    try:
        return _trace(twin, input_shape, "meta", "meta")
    except Exception as error:
        reason = f"cpu ({type(error).__name__} on meta)"
    try:
        return _trace(on_cpu(model), input_shape, "cpu", reason)
    except Exception as error:
        raise MeasurementError(f"fvcore cannot trace the model: {said(error)}") from error


def _trace(twin: nn.Module, input_shape: tuple[int, ...], device: str, shown: str) -> FvcoreTrace:
    calls: list[Counted] = []

    def noting(name: str, handle: Callable[..., Any]) -> Callable[..., Any]:
        def note(inputs: list[Any], outputs: list[Any]) -> Any:
            result = handle(inputs, outputs)
            count = sum(result.values()) if isinstance(result, Counter) else result
            scope = outputs[0].node().scopeName().split("/")[-1]
            calls.append(Counted(scope, name, tuple(outputs[0].type().sizes() or ()), _whole(count)))
            return result

        return note

    analysis = FlopCountAnalysis(twin, (example(twin, input_shape, device),))
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).tracer_warnings("none")
    analysis.set_op_handle(**{name: noting(name, handle) for name, handle in _DEFAULT_SUPPORTED_OPS.items()})
    with warnings.catch_warnings(), LightKernels(), _PlainConvolutions():
        warnings.simplefilter("ignore")  # torch.jit is deprecated; fvcore has nothing else
        total = _whole(analysis.total())
    unsupported = {name: _own(analysis, name, twin) for name, _ in twin.named_modules()}
    if total != sum(call.count for call in calls):
        raise AssertionError("fvcore's total is not the sum of what its handles returned")
    return FvcoreTrace(tuple(calls), total, {k: v for k, v in unsupported.items() if v}, shown)


def _own(analysis: FlopCountAnalysis, name: str, twin: nn.Module) -> Counter[str]:
    """Unsupported operators that a module calls itself: its own less its children's."""
    own = Counter(analysis.unsupported_ops(name))
    for child, _ in twin.get_submodule(name).named_children():
        path = f"{name}.{child}" if name else child
        if analysis.canonical_module_name(path) == path:
            own -= analysis.unsupported_ops(path)
    return own


def _whole(count: float) -> int:
    whole = int(count)
    if whole != count:
        raise AssertionError(f"fvcore counted {count}, which is not a whole number")
    return whole


class _PlainConvolutions(TorchFunctionMode):
    """Calls `torch._convolution` for every convolution, as torch.jit would have it in the trace."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        return _PLAIN.get(func, func)(*args, **(kwargs or {}))


def _spread(value: Any, rank: int) -> list[int]:
    values = [value] if isinstance(value, int) else list(value)
    return values * rank if len(values) == 1 else values


def _plain(rank: int) -> Callable[..., Any]:
    def convolution(
        input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
    ) -> Any:
        if input.dim() == rank + 1:
            return convolution(input.unsqueeze(0), weight, bias, stride, padding, dilation, groups).squeeze(0)
        strides, dilations = _spread(stride, rank), _spread(dilation, rank)
        if isinstance(padding, str):
            return torch._convolution_mode(input, weight, bias, strides, padding, dilations, groups)
        paddings = _spread(padding, rank)
        return torch._convolution(
            input, weight, bias, strides, paddings, dilations, False, [0] * rank, groups, False, False, True, True
        )

    return convolution


def _plain_transposed(rank: int) -> Callable[..., Any]:
    def convolution(
        input: Any,
        weight: Any,
        bias: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Any:
        if input.dim() == rank + 1:
            alone = input.unsqueeze(0)
            return convolution(alone, weight, bias, stride, padding, output_padding, groups, dilation).squeeze(0)
        strides, paddings, dilations = (_spread(v, rank) for v in (stride, padding, dilation))
        extra = _spread(output_padding, rank)
        return torch._convolution(
            input, weight, bias, strides, paddings, dilations, True, extra, groups, False, False, True, True
        )

    return convolution


_PLAIN: dict[Any, Callable[..., Any]] = {
    torch.conv1d: _plain(1),
    torch.conv2d: _plain(2),
    torch.conv3d: _plain(3),
    torch.conv_transpose1d: _plain_transposed(1),
    torch.conv_transpose2d: _plain_transposed(2),
    torch.conv_transpose3d: _plain_transposed(3),
}
