"""A model of one operator with an input's shape, and the operators that PyTorch has no module of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from convcost.core.cost import Cost
from convcost.core.op_call import OpCall
from convcost.trace.capture import capture


@dataclass(frozen=True)
class Case:
    """A model that calls one operator, once, and the shape of its input.

    `oracle` counts what the model does where the common oracles cannot.
    """

    model: nn.Module
    shape: tuple[int, ...]
    oracle: Callable[[Case, OpCall], Cost] | None = None

    def call(self) -> OpCall:
        """The only operator call of the model."""
        (call,) = capture(self.model, self.shape).calls
        assert call.operator is not None, f"nothing binds {call.aten}: add it to a table in convcost/trace/binders/"
        return call


class Applied(nn.Module):
    """`function(input, *others, **settings)`, the first of its results.

    `others` are parameters, tensors, numbers, and shapes, each for a tensor of twos.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *others: tuple[int, ...] | float | Tensor,
        dtype: torch.dtype | None = None,
        **settings: Any,
    ) -> None:
        super().__init__()
        self.function: Any = function
        self.dtype, self.settings = dtype, settings
        self.others: list[float | str] = []
        for index, other in enumerate(others):
            if not isinstance(other, tuple | Tensor):
                self.others.append(other)
                continue
            name, tensor = f"other{index}", torch.full(other, 2.0) if isinstance(other, tuple) else other
            if isinstance(tensor, nn.Parameter):
                self.register_parameter(name, tensor)
            else:
                self.register_buffer(name, tensor if dtype is None else tensor.to(dtype))
            self.others.append(name)

    def operands(self) -> list[Any]:
        """The operands after the input."""
        return [getattr(self, other) if isinstance(other, str) else other for other in self.others]

    def extra_repr(self) -> str:
        shown = [tuple(o.shape) if isinstance(o, Tensor) else o for o in self.operands()]
        return f"{getattr(self.function, '__name__', self.function)}, {shown}, {self.settings}"

    def forward(self, input: Tensor) -> Any:
        output = self.function(input if self.dtype is None else input.to(self.dtype), *self.operands(), **self.settings)
        return output[0] if isinstance(output, tuple) else output


def applied(case: Case) -> Applied:
    """The case's model, which is one of these."""
    if not isinstance(case.model, Applied):
        raise TypeError("the case applies no function")
    return case.model


class Concat(nn.Module):
    """The input and tensors of the given sizes along `dim`, joined."""

    def __init__(self, shape: tuple[int, ...], dim: int, lengths: tuple[int, ...]) -> None:
        super().__init__()
        self.dim = dim
        for index, length in enumerate(lengths):
            other = list(shape)
            other[dim] = length
            self.register_buffer(f"other{index}", torch.zeros(other))

    def extra_repr(self) -> str:
        return f"dim={self.dim}, others={[tuple(b.shape) for b in self.buffers()]}"

    def forward(self, input: Tensor) -> Tensor:
        return torch.cat([input, *self.buffers()], self.dim)
