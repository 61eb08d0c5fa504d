"""Activations, addition, multiplication, softmax, and the operators that only move elements."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from convcost.theory.carriers import Count, Shape, every, product
from convcost.theory.cost import Cost, Result
from convcost.theory.record import Condition, Operator, Source, Symbol


def activation(input: Shape) -> Result:
    """An element-wise function without parameters: one evaluation an element, whatever the function."""
    size = product(input)
    return Result(input, Cost(elementwise=size, activations=size, inputs=size))


def prelu(input: Shape, *, slopes: Count = 1) -> Result:
    """Parametric ReLU with one slope, or one a channel: one evaluation an element."""
    size = product(input)
    return Result(input, Cost(elementwise=size, parameters=slopes, activations=size, inputs=size))


def softmax(input: Shape, *, dim: int = 1) -> Result:
    """Softmax along `dim`: an exponential and a division an element, and the additions of each row's sum."""
    size = product(input)
    rows = product(n for axis, n in enumerate(input) if axis != dim % len(input))
    return Result(input, Cost(elementwise=3 * size - rows, activations=size, inputs=size))


def broadcast(left: Shape, right: Shape) -> Shape:
    """The shape that two operands are broadcast to, aligned at their last axes."""
    rank = max(len(left), len(right))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in (left, right)]
    return tuple(b if isinstance(a, int) and a == 1 else a for a, b in zip(*padded, strict=True))


def binary(left: Shape, right: Shape) -> Result:
    """Element-wise addition, subtraction, multiplication or division with broadcasting: one an output element."""
    shape = broadcast(left, right)
    size = product(shape)
    return Result(shape, Cost(elementwise=size, activations=size, inputs=product(left) + product(right)))


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


_TORCH = "PyTorch 2.13 documentation"
_N = (Symbol("n", "elements of the input", "elements"),)
_BOTH = (Symbol("n", "elements of each operand", "elements"),)


def _joinable(a: SimpleNamespace) -> Any:
    first, *others = [(*s[: a.dim % len(s)], *s[a.dim % len(s) + 1 :]) for s in a.inputs]
    return every(len(s) == len(first) and every(x == y for x, y in zip(first, s, strict=True)) for s in others)


_JOINABLE = Condition("all sizes but those along `dim` must be equal", _joinable, ("inputs", "dim"))


def _compatible(a: SimpleNamespace) -> Any:
    return every((x == y) | (x == 1) | (y == 1) for x, y in zip(reversed(a.left), reversed(a.right), strict=False))


_BROADCASTS = Condition("the operands' shapes must broadcast", _compatible, ("left", "right"))

ACTIVATIONS = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus"),
    *("sigmoid", "tanh", "logsigmoid", "hardsigmoid", "hardswish", "hardtanh", "hardshrink", "softshrink"),
)

RECORDS = (
    *(
        Operator(
            name=name,
            title=f"Activation {name}",
            function=activation,
            symbols=_N,
            source=Source(_TORCH, f"torch.nn.functional.{name}: one evaluation an element"),
            template={"input": ("n",)},
        )
        for name in ACTIVATIONS
    ),
    Operator(
        name="prelu",
        title="Parametric ReLU",
        function=prelu,
        symbols=(*_N, Symbol("C", "slopes: 1, or one a channel", "slopes", 1)),
        source=Source("He, Zhang, Ren & Sun 2015, Delving Deep into Rectifiers (arXiv 1502.01852)", "equation 1"),
        template={"input": ("n",), "slopes": "C"},
    ),
    Operator(
        name="softmax",
        title="Softmax",
        function=softmax,
        symbols=(Symbol("N", "rows", "rows", 1), Symbol("K", "elements of a row", "elements")),
        source=Source("Goodfellow, Bengio & Courville 2016, Deep Learning", "equation 4.1"),
        template={"input": ("N", "K")},
    ),
    *(
        Operator(
            name=name,
            title=f"Element-wise {title}",
            function=binary,
            symbols=_BOTH,
            source=Source(_TORCH, f"torch.{name}: one operation an output element, operands broadcast"),
            domain=(_BROADCASTS,),
            template={"left": ("n",), "right": ("n",)},
        )
        for name, title in (("add", "addition"), ("sub", "subtraction"), ("mul", "multiplication"), ("div", "division"))
    ),
    Operator(
        name="concat",
        title="Concatenation",
        function=concat,
        symbols=(Symbol("n", "elements of the operands together", "elements"),),
        source=Source(_TORCH, "torch.cat: elements are copied, nothing is computed"),
        domain=(_JOINABLE,),
        template={"inputs": (("n",),), "dim": 0},
    ),
    Operator(
        name="flatten",
        title="Flattening",
        function=flatten,
        symbols=_N,
        source=Source(_TORCH, "torch.flatten: a view of the same elements"),
        template={"input": (1, "n")},
    ),
    Operator(
        name="dropout",
        title="Dropout in evaluation",
        function=identity,
        symbols=_N,
        source=Source(_TORCH, "torch.nn.Dropout: the identity in evaluation"),
        template={"input": ("n",)},
    ),
)
