"""A model of one operator with an input's shape, and the operators that PyTorch has no module of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from convcost.measure.calls import Call, capture
from convcost.theory.cost import Cost


@dataclass(frozen=True)
class Case:
    """A model that calls one operator, once, and the shape of its input.

    `oracle` counts what the model does where the common oracles cannot.
    """

    model: nn.Module
    shape: tuple[int, ...]
    oracle: Callable[[Case, Call], Cost] | None = None

    def call(self) -> Call:
        """The only operator call of the model."""
        (call,) = capture(self.model, self.shape).calls
        return call


class Holding(nn.Module):
    """`function(input, *others)`: parameters and buffers, in the order that they are given in."""

    def __init__(self, function: Callable[..., Any], **others: Tensor) -> None:
        super().__init__()
        self.function: Any = function
        self.names = tuple(others)
        for name, other in others.items():
            if isinstance(other, nn.Parameter):
                setattr(self, name, other)
            else:
                self.register_buffer(name, other)

    def extra_repr(self) -> str:
        return ", ".join(f"{name}={tuple(getattr(self, name).shape)}" for name in self.names)

    def forward(self, input: Tensor) -> Any:
        return self.function(input, *(getattr(self, name) for name in self.names))


def holding(case: Case) -> Holding:
    """The case's model, which is one of these."""
    if not isinstance(case.model, Holding):
        raise TypeError("the case applies no function")
    return case.model


class Binary(nn.Module):
    """`function(input, other)`: `other` is a number, or a tensor of the given shape."""

    other: Tensor | float

    def __init__(self, function: Callable[..., Any], other: tuple[int, ...] | float) -> None:
        super().__init__()
        self.function = function
        if isinstance(other, tuple):
            self.register_buffer("other", torch.full(other, 2.0))
        else:
            self.other = other

    def extra_repr(self) -> str:
        shape = tuple(self.other.shape) if isinstance(self.other, Tensor) else self.other
        return f"{self.function.__name__}, other={shape}"

    def forward(self, input: Tensor) -> Any:
        return self.function(input, self.other)


class Applied(nn.Module):
    """`function(input, *others, **settings)`, the first of its results; a shape among `others` is a tensor of twos."""

    def __init__(
        self,
        function: Callable[..., Any],
        *others: tuple[int, ...] | float | Tensor,
        dtype: torch.dtype | None = None,
        **settings: Any,
    ) -> None:
        super().__init__()
        self.function, self.dtype, self.settings = function, dtype, settings
        self.others: list[float | str] = []
        for index, other in enumerate(others):
            if isinstance(other, tuple | Tensor):
                filled = torch.full(other, 2.0) if isinstance(other, tuple) else other
                self.register_buffer(f"other{index}", filled if dtype is None else filled.to(dtype))
            self.others.append(f"other{index}" if isinstance(other, tuple | Tensor) else other)

    def operands(self) -> list[Any]:
        """The operands after the input."""
        return [getattr(self, other) if isinstance(other, str) else other for other in self.others]

    def extra_repr(self) -> str:
        shown = [tuple(o.shape) if isinstance(o, Tensor) else o for o in self.operands()]
        return f"{self.function.__name__}, {shown}, {self.settings}"

    def forward(self, input: Tensor) -> Any:
        output = self.function(input if self.dtype is None else input.to(self.dtype), *self.operands(), **self.settings)
        return output[0] if isinstance(output, tuple) else output


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


class Mean(nn.Module):
    """The mean over the axes `dim`; over all of them without."""

    def __init__(self, dim: tuple[int, ...] | None = None, keepdim: bool = False) -> None:
        super().__init__()
        self.dim, self.keepdim = dim, keepdim

    def extra_repr(self) -> str:
        return f"dim={self.dim}, keepdim={self.keepdim}"

    def forward(self, input: Tensor) -> Tensor:
        return input.mean() if self.dim is None else input.mean(self.dim, keepdim=self.keepdim)
