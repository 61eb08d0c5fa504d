"""A composite operator by the parts that PyTorch itself runs it in: products by the ones probe, the rest counted."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  as everyone calls it
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.nn.utils.rnn import PackedSequence
from torch.utils._python_dispatch import TorchDispatchMode

from convcost.core.cost import Cost
from convcost.core.op_call import OpCall
from convcost.trace.probe import ones_probe

from .case import Case

POINTWISE = {"add", "sub", "mul", "sigmoid", "tanh", "relu"}
MOVING = {"cat", "stack", "zeros", "clone", "flip"}


@cache
def product(input: tuple[int, ...], weight: tuple[int, ...]) -> int:
    """MACs of a linear layer; every step of a sequence has the same."""
    return ones_probe(F.linear, input, weight)


class Parts(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While active, counts what is run; a linear layer's product is taken whole, whatever it is run as."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.macs = self.bias_adds = self.elementwise = 0

    def __torch_dispatch__(
        self, func: OpOverload, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        name = func._schema.name.removeprefix("aten::").removesuffix("_")
        if name == "linear":
            self.macs += product(*(tuple(tensor.shape) for tensor in args[:2]))
            output = func(*args, **kwargs)
            self.bias_adds += output.numel() if len(args) > 2 and args[2] is not None else 0
            return output
        with self:
            output = func.decompose(*args, **kwargs)
        if output is not NotImplemented:
            return output
        output = func(*args, **kwargs)
        computes = isinstance(output, Tensor) and output.is_floating_point()  # a packed sequence's lengths are integers
        if computes and name in POINTWISE:
            self.elementwise += output.numel()
        elif computes and not func.is_view and name not in MOVING:
            raise AssertionError(f"{name} is no part of an operator that is known here")
        return output


def tensors(value: Any) -> list[Tensor]:
    """All tensors of a structure but a packed sequence's lengths."""
    if isinstance(value, PackedSequence):
        return [value.data]
    return [value] if isinstance(value, Tensor) else [t for item in value for t in tensors(item)]


def by_parts(model: nn.Module, *inputs: Any, states: int) -> Cost:
    """The cost of a model of one operator that reads its inputs and a first state, so many elements, of zeros."""
    model = copy.deepcopy(model).eval().double()  # in double, where no fused kernel hides the parts
    parts = Parts()
    with torch.inference_mode(), parts:
        outputs = tensors(model(*inputs))
    return Cost(
        parts.macs,
        parts.bias_adds,
        parts.elementwise,
        sum(p.numel() for p in model.parameters()),
        sum(output.numel() for output in outputs),
        sum(t.numel() for t in tensors(inputs)) + states,
    )


def recurrent(case: Case, _: OpCall) -> Cost:
    """A recurrent layer: the states that it is given are as large as the ones it gives."""
    model = copy.deepcopy(case.model).eval().double()
    _, last = model(torch.zeros(case.shape, dtype=torch.float64))
    return by_parts(
        case.model, torch.zeros(case.shape, dtype=torch.float64), states=sum(t.numel() for t in tensors(last))
    )


def cell(model: nn.RNNCellBase, shape: tuple[int, ...]) -> Cost:
    """One step of a cell."""
    leading = math.prod(shape[:-1])
    states = leading * model.hidden_size * (2 if isinstance(model, nn.LSTMCell) else 1)
    return by_parts(model, torch.zeros(shape, dtype=torch.float64), states=states)
