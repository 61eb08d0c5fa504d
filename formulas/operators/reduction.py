"""The mean over some axes: what a global average pool is when it is written without pooling."""

from __future__ import annotations

from types import SimpleNamespace

from convcost.theory.carriers import Shape, every, product
from convcost.theory.cost import Cost, Result
from convcost.theory.record import Condition, Operator, Source, Symbol


def mean(input: Shape, *, dim: tuple[int, ...], keepdim: bool = False) -> Result:
    """Mean over the axes `dim`, which stay as 1 with `keepdim`: n - 1 additions and one scaling of n elements."""
    reduced = {axis % len(input) for axis in dim}
    kept = tuple(1 if axis in reduced else size for axis, size in enumerate(input))
    shape = kept if keepdim else tuple(size for axis, size in enumerate(input) if axis not in reduced)
    size = product(input)
    return Result(shape, Cost(elementwise=size, activations=product(kept), inputs=size))


def _axes_distinct(a: SimpleNamespace) -> bool:
    axes = [axis % len(a.input) for axis in a.dim if -len(a.input) <= axis < len(a.input)]
    return len(axes) == len(a.dim) == len(set(axes))


RECORDS = (
    Operator(
        name="mean",
        title="Mean over the spatial axes",
        function=mean,
        symbols=(
            Symbol("N", "batch size", "samples", 1),
            Symbol("C", "channels", "channels"),
            Symbol("H", "input height", "pixels"),
            Symbol("W", "input width", "pixels"),
        ),
        source=Source(
            "Hu et al. 2017, Squeeze-and-Excitation Networks (arXiv 1709.01507)",
            "equation 2; a sum of n elements takes n - 1 additions, the mean one scaling more",
        ),
        domain=(
            Condition(
                "every size of the input must be at least 1", lambda a: every(s >= 1 for s in a.input), ("input",)
            ),
            Condition("the axes must be distinct and the input's own", _axes_distinct, ("input", "dim")),
        ),
        template={"input": ("N", "C", "H", "W"), "dim": (2, 3)},
    ),
)
