"""What an operator that is not multilinear computes, found by running it."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  as everyone calls it
from torch import Tensor, nn
from torch.func import jacrev

from convcost.core.cost import Cost
from convcost.core.op_call import OpCall

from . import definitions, normalise
from .case import Applied, Case, Concat

NORMS = (nn.LocalResponseNorm, nn.RMSNorm, nn.LayerNorm, nn.GroupNorm, nn.modules.batchnorm._NormBase, nn.Softmax)
MOVING = (Concat, nn.Flatten, nn.Dropout)


def elementwise(case: Case, call: OpCall) -> int:
    """The arithmetic operations that are no multiply-accumulates, found without the book."""
    model, name = case.model, call.name
    if isinstance(model, Applied):
        return definitions.run(model, ramp(case.shape))[1]
    if isinstance(model, nn.Linear | nn.modules.conv._ConvNd):
        return 0
    if "pool" in name:
        # A pool treats each channel of each sample alike.
        planes: int = math.prod(call.inputs[0][:2])
        taps = planes * (adaptive_taps(call) if "adaptive" in name else sliding_taps(call))
        # Of k taps a maximum takes one comparison fewer; an average k - 1 additions and a scaling.
        return taps - math.prod(call.output) if "max" in name else taps
    if isinstance(model, NORMS):
        return normalise.run(model, ramp(case.shape))[1]
    return computed(model, case.shape) if isinstance(model, MOVING) else entries(model, case.shape)


def sliding_taps(call: OpCall) -> int:
    """Taps of all windows of one plane, those on padding too: the plane reaches to where the last window ends."""
    kernel = call.hyper["kernel_size"]
    stride, dilation = call.hyper["stride"] or kernel, call.hyper.get("dilation", (1,) * len(kernel))
    outputs = call.output[2:]
    ends = [(o - 1) * s + (k - 1) * d + 1 for o, s, k, d in zip(outputs, stride, kernel, dilation, strict=True)]
    settings = {"kernel_size": kernel, "stride": stride}
    if "max" in call.name:
        return responses(_pool(call, dilation=dilation, **settings), ends)
    return entries(_pool(call, **settings), (1, 1, *ends))


def adaptive_taps(call: OpCall) -> int:
    """Taps of all windows of one plane."""
    pool, sizes = _pool(call, output_size=call.hyper["output_size"]), call.inputs[0][2:]
    return responses(pool, sizes) if "max" in call.name else entries(pool, (1, 1, *sizes))


def _pool(call: OpCall, **settings: Any) -> Callable[[Tensor], Tensor]:
    function = getattr(F, call.name)
    return lambda plane: function(plane, **settings)


def entries(function: Callable[[Tensor], Tensor], shape: Sequence[int]) -> int:
    """Entries of the Jacobian that are not 0: how often an output element depends on an input element."""
    if isinstance(function, nn.Module):
        function = in_double(function)
    jacobian = jacrev(function)(torch.full(tuple(shape), 0.75, dtype=torch.float64))  # no activation is flat there
    return int(jacobian.count_nonzero())


def responses(function: Callable[[Tensor], Tensor], sizes: Sequence[int]) -> int:
    """The same for a maximum, whose Jacobian knows one tap only: outputs that see a single 1 among zeros."""
    return int(impulse_responses(function, sizes).count_nonzero())


def impulse_responses(function: Callable[[Tensor], Tensor], sizes: Sequence[int]) -> Tensor:
    """What comes of a plane with a single 1 among zeros, for each place of the 1: (places, outputs)."""
    count = math.prod(sizes)
    impulses = torch.eye(count, dtype=torch.float64).reshape(count, 1, *sizes)
    return function(impulses).flatten(1)


def computed(model: nn.Module, shape: Sequence[int]) -> int:
    """Output elements that are none of the elements that went in."""
    input = ramp(shape)
    given = {*input.flatten().tolist(), *(x for buffer in model.buffers() for x in buffer.flatten().tolist())}
    return sum(x not in given for x in in_double(model)(input).flatten().tolist())


def operands(call: OpCall) -> list[tuple[int, ...]]:
    """The shapes of all data operands; a concatenation has them as one sequence."""
    return [shape for item in call.inputs for shape in (item if item and isinstance(item[0], tuple) else [item])]


def written(case: Case, call: OpCall, macs: int = 0, elementwise: int = 0) -> Cost:
    """The cost of an operator that reads its operands and writes its output, with these operations."""
    return Cost(
        macs=macs,
        elementwise=elementwise,
        parameters=sum(p.numel() for p in case.model.parameters()),
        activations=math.prod(call.output),
        inputs=sum(math.prod(shape) for shape in operands(call)),
    )


def moved(case: Case, call: OpCall) -> Cost:
    """An operator that copies elements and may fill in zeros or ones: all others that come out are computed."""
    model = in_double(case.model)
    given = [ramp(case.shape), torch.tensor([0.0, 1.0]), *model.parameters(), *model.buffers()]
    known = {x for tensor in given for x in tensor.flatten().tolist()}
    return written(case, call, elementwise=sum(x not in known for x in model(ramp(case.shape)).flatten().tolist()))


def is_view(model: nn.Module, shape: Sequence[int]) -> bool:
    """Whether the output is the input's memory, so that nothing is read or written."""
    input = ramp(shape)
    with torch.no_grad():
        return bool(in_double(model)(input).data_ptr() == input.data_ptr())


def in_double(model: nn.Module) -> nn.Module:
    """A copy for numbers that tell every tap apart."""
    return copy.deepcopy(model).eval().double()


def ramp(shape: Sequence[int]) -> Tensor:
    """Different numbers, none of them 0."""
    return torch.arange(1, math.prod(shape) + 1, dtype=torch.float64).reshape(tuple(shape)) / 8
