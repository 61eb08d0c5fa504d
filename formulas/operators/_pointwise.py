"""What operators that treat each element alike share."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, every, product
from convcost.core.record import Condition, Symbol

TORCH = "PyTorch 2.13 documentation"
N = (Symbol("n", "elements of the input", "elements"),)
EACH = (Symbol("n", "elements of each operand", "elements"),)


def evaluated(input: Shape) -> Result:
    """An element-wise function without parameters: one evaluation an element, whatever the function."""
    size = product(input)
    return Result(input, Cost(elementwise=size, activations=size, inputs=size))


def broadcast(left: Shape, right: Shape) -> Shape:
    """The shape that two operands are broadcast to, aligned at their last axes."""
    rank = max(len(left), len(right))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in (left, right)]
    return tuple(b if isinstance(a, int) and a == 1 else a for a, b in zip(*padded, strict=True))


def combined(shapes: tuple[Shape, ...], operations: Count) -> Result:
    """`operations` an output element of operands that are broadcast to each other."""
    shape: Shape = ()
    for other in shapes:
        shape = broadcast(shape, other)
    size, read = product(shape), sum(product(other) for other in shapes)
    return Result(shape, Cost(elementwise=operations * size, activations=size, inputs=read))


def broadcasts(*names: str) -> Condition:
    """The condition that the operands of these names broadcast to each other."""

    def compatible(a: SimpleNamespace) -> Any:
        shapes = [getattr(a, name) for name in names]
        pairs = [(one, other) for index, one in enumerate(shapes) for other in shapes[:index]]
        return every(
            (x == y) | (x == 1) | (y == 1)
            for one, other in pairs
            for x, y in zip(reversed(one), reversed(other), strict=False)
        )

    return Condition("the operands' shapes must broadcast", compatible, names)
