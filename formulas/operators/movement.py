"""Operators that only move elements, as far as papers or counters speak of them."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, Truth, every, product
from convcost.core.record import Condition, Operator, Source, Symbol

from .elementwise import EACH, TORCH, N, broadcasts, combined


def concat(inputs: Sequence[Shape], *, dim: int = 1) -> Result:
    """Concatenation along `dim`: elements move, nothing is computed."""
    axis = dim % len(inputs[0])
    joined: Count = sum(shape[axis] for shape in inputs)
    shape = (*inputs[0][:axis], joined, *inputs[0][axis + 1 :])
    return Result(shape, Cost(activations=product(shape), inputs=product(shape)))


def flatten(input: Shape, *, start_dim: int = 1, end_dim: int = -1) -> Result:
    """Axes `start_dim` to `end_dim` joined into one: a view, no element moves."""
    first, last = start_dim % len(input), end_dim % len(input)
    return Result((*input[:first], product(input[first : last + 1]), *input[last + 1 :]), Cost())


def identity(input: Shape) -> Result:
    """An operator that hands its input on (dropout in evaluation)."""
    return Result(input, Cost())


def where(condition: Shape, chosen: Shape, other: Shape) -> Result:
    """One of two elements by a condition that stands already: a copy of one, nothing is computed."""
    return combined((condition, chosen, other), 0)


def masked_fill(input: Shape, mask: Shape) -> Result:
    """One number in place of the elements under a mask: the others are copied, nothing is computed."""
    return combined((input, mask), 0)


def _joinable(a: SimpleNamespace) -> Truth:
    first, *others = [(*s[: a.dim % len(s)], *s[a.dim % len(s) + 1 :]) for s in a.inputs]
    return every(len(s) == len(first) and every(x == y for x, y in zip(first, s, strict=True)) for s in others)


RECORDS = (
    Operator(
        name="concat",
        title="Concatenation",
        function=concat,
        symbols=(Symbol("n", "elements of the operands together", "elements"),),
        source=Source(TORCH, "torch.cat: elements are copied, nothing is computed"),
        domain=(Condition("all sizes but those along `dim` must be equal", _joinable, ("inputs", "dim")),),
        template={"inputs": (("n",),), "dim": 0},
    ),
    Operator(
        name="flatten",
        title="Flattening",
        function=flatten,
        symbols=N,
        source=Source(TORCH, "torch.flatten: a view of the same elements"),
        template={"input": (1, "n")},
    ),
    Operator(
        name="dropout",
        title="Dropout in evaluation",
        function=identity,
        symbols=N,
        source=Source(TORCH, "torch.nn.Dropout: the identity in evaluation"),
        template={"input": ("n",)},
    ),
    Operator(
        name="where",
        title="Choice by a condition",
        function=where,
        symbols=EACH,
        source=Source(TORCH, "torch.where: out is input where the condition holds and other where it does not"),
        domain=(broadcasts("condition", "chosen", "other"),),
        template={"condition": ("n",), "chosen": ("n",), "other": ("n",)},
    ),
    Operator(
        name="masked_fill",
        title="Number under a mask",
        function=masked_fill,
        symbols=EACH,
        source=Source(TORCH, "torch.Tensor.masked_fill_: fills elements where the mask is true with a value"),
        domain=(broadcasts("input", "mask"),),
        template={"input": ("n",), "mask": ("n",)},
    ),
)
