"""What a case is: a model of one operator, its input, and its multiply-accumulates by the ones probe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.core.spec import TensorSpec
from convcost.trace.probe import ones_probe

Shape = tuple[int, ...]
IMAGE = (1, 16, 14, 14)
PAIR = (2, 6, 10, 11)
Probe = tuple[Any, ...]
"""Arguments of `ones_probe`: a module and its input's shape, or a function and its operands' shapes."""


class Model(nn.Module):
    """A module whose forward is a function of the module and its inputs."""

    def __init__(self, function: Callable[..., Any], **parts: nn.Module | Tensor) -> None:
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part if isinstance(part, nn.Module) else nn.Parameter(part))

    def forward(self, *inputs: Tensor) -> Any:
        return self.function(self, *inputs)


def of(function: Callable[..., Any]) -> Callable[[], nn.Module]:
    """A model without parts."""
    return lambda: Model(lambda _, *inputs: function(*inputs))


def made_of(function: Callable[..., Any], **parts: Callable[[], Any]) -> Callable[[], nn.Module]:
    """A model with parts, made anew each time."""
    return lambda: Model(function, **{name: make() for name, make in parts.items()})


@dataclass(frozen=True)
class Case:
    """A model, the shapes of its inputs, and the probes whose counts add up to its multiply-accumulates."""

    make: Callable[[], nn.Module]
    inputs: tuple[Shape | TensorSpec, ...]
    probes: tuple[Probe, ...] = ()

    @property
    def truth(self) -> int:
        """The multiply-accumulates, without any formula."""
        return sum(ones_probe(*probe[:-1], **probe[-1]) for probe in self.probes)


def case(make: Callable[[], nn.Module], *inputs: Shape | TensorSpec, probes: tuple[Probe, ...] = ()) -> Case:
    """A case with given probes; none for an operator that multiplies no accumulated products."""
    return Case(make, inputs, tuple(probe if isinstance(probe[-1], dict) else (*probe, {}) for probe in probes))


def layer(make: Callable[[], nn.Module], shape: Shape) -> Case:
    """A convolution or linear layer, which the probe takes as it is."""
    return Case(make, (shape,), ((make(), shape, {}),))


def product(function: Callable[..., Any], *shapes: Shape) -> Case:
    """A multilinear function of all its inputs."""
    return Case(of(function), shapes, ((function, *shapes, {}),))


def linear(rows: int, features: int, outputs: int) -> Probe:
    """The probe of one product of rows with a matrix of weights."""
    return F.linear, (rows, features), (outputs, features)
