"""The primitives that a count is made of. They are never mixed here; a convention weighs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from convcost.core.equations import Equation, Equations
from convcost.core.numeric import Count, Shape, product

NAMES = {
    "macs": "MACs",
    "bias_adds": "bias additions",
    "elementwise": "other operations",
    "parameters": "parameters",
    "activations": "activations written",
    "inputs": "activations read",
}
"""The primitives in words."""


@dataclass(frozen=True, slots=True)
class Cost(Equations):
    """What one operator, block or network costs, primitive by primitive.

    macs         multiply-accumulates of a product operator; taps on padding count (the dense count)
    bias_adds    additions of a bias
    elementwise  all other arithmetic, as the operator's record defines it
    parameters   learnable elements
    activations  elements written (of the outputs)
    inputs       elements read (of the data inputs, not of the parameters)
    """

    macs: Count = 0
    bias_adds: Count = 0
    elementwise: Count = 0
    parameters: Count = 0
    activations: Count = 0
    inputs: Count = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(*(getattr(self, name) + getattr(other, name) for name in PRIMITIVES))

    def __mul__(self, times: Count) -> Cost:
        return self.map(lambda count: count * times)

    def map(self, change: Callable[[Count], Count]) -> Cost:
        """Return the same cost with `change` applied to every primitive."""
        return Cost(*(change(getattr(self, name)) for name in PRIMITIVES))

    def equations(self) -> list[Equation]:
        """Return one equation for each primitive; those that are 0 are left out."""
        counts = {name: getattr(self, name) for name in PRIMITIVES}
        shown = {name: count for name, count in counts.items() if getattr(count, "ndim", 0) or count != 0}
        return [Equation(NAMES[name], count) for name, count in (shown or {"macs": 0}).items()]


PRIMITIVES = tuple(field.name for field in fields(Cost))


@dataclass(frozen=True, slots=True)
class Window:
    """How far one output element of an operator looks, along one axis, in elements of its input."""

    extent: Count
    stride: Count


@dataclass(frozen=True, slots=True)
class Result:
    """What an operator's formula derives from its input shape alone: output shape, cost and windows."""

    shape: Shape
    cost: Cost
    windows: tuple[Window, ...] = ()

    @classmethod
    def of(cls, shape: Shape, *operands: Shape, **counts: Count) -> Result:
        """Return the result of an operator that writes its output once and reads its operands once."""
        first, *others = map(product, operands)
        return cls(shape, Cost(**counts, activations=product(shape), inputs=sum(others, first)))


@dataclass(frozen=True, slots=True)
class OutputGeometry:
    """The sides of an operator's output, and how many pixels of its input one element sees along each axis."""

    sides: tuple[Count, ...]
    receptive_field: tuple[Count, ...]

    @classmethod
    def of(cls, found: Cost | Result, change: Callable[[Count], Count] = lambda count: count) -> OutputGeometry | None:
        """Return that of a result that has windows; None of any other, or of a cost alone."""
        if not isinstance(found, Result) or not found.windows:
            return None
        sides = found.shape[len(found.shape) - len(found.windows) :]
        return cls(tuple(map(change, sides)), tuple(change(window.extent) for window in found.windows))
