"""Products with something added (`addmm` and its kin), and the bilinear layer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, every, flag, product
from convcost.core.record import Condition, Operator, Source, Symbol

from .product import BATCH, COLUMNS, INNER, INNER_SIZE, LEADING, ROWS, matmul, outer


def addmm(input: Shape, left: Shape, right: Shape, *, beta: Count = 1, alpha: Count = 1) -> Result:
    """β·input + α·(left @ right), the input broadcast; a factor of 1 costs nothing, β = 0 leaves the input out."""
    return _added(matmul(left, right), input, beta, alpha)


def addbmm(input: Shape, left: Shape, right: Shape, *, beta: Count = 1, alpha: Count = 1) -> Result:
    """β·input + α·(the sum of the products of a batch of matrices)."""
    products = matmul(left, right)
    shape = products.shape[1:]
    cost = Cost(macs=products.cost.macs, activations=product(shape), inputs=products.cost.inputs)
    return _added(Result(shape, cost), input, beta, alpha)


def addr(input: Shape, left: Shape, right: Shape, *, beta: Count = 1, alpha: Count = 1) -> Result:
    """β·input + α·(the outer product of two vectors)."""
    return _added(outer(left, right), input, beta, alpha)


def _added(result: Result, input: Shape, beta: Count, alpha: Count) -> Result:
    outputs = product(result.shape)
    added = flag(beta != 0)
    scalings = flag(alpha != 1) + added * flag(beta != 1)
    extra = Cost(bias_adds=added * outputs, elementwise=scalings * outputs, inputs=added * product(input))
    return Result(result.shape, result.cost + extra)


def bilinear(left: Shape, right: Shape, *, out_features: Count, bias: Count = False) -> Result:
    """y = leftᵀ·W·right + b for (*, i) and (*, j): one multiply-accumulate a term of the sum over i and j."""
    shape = (*left[:-1], out_features)
    outputs, weights = product(shape), out_features * left[-1] * right[-1]
    cost = Cost(
        macs=outputs * left[-1] * right[-1],
        bias_adds=flag(bias) * outputs,
        parameters=weights + flag(bias) * out_features,
        activations=outputs,
        inputs=product(left) + product(right),
    )
    return Result(shape, cost)


def _leading_equal(a: SimpleNamespace) -> Any:
    return len(a.left) == len(a.right) and every(x == y for x, y in zip(a.left[:-1], a.right[:-1], strict=True))


_SPELLINGS: dict[str, tuple[str, Any, tuple[Symbol, ...], tuple[Any, Any, Any]]] = {
    "addmm": (
        "Product of two matrices, added to a matrix",
        addmm,
        (ROWS, INNER_SIZE, COLUMNS),
        (("M", "N"), ("M", "K"), ("K", "N")),
    ),
    "baddbmm": (
        "Products of a batch of matrices, added to a batch",
        addmm,
        (BATCH, ROWS, INNER_SIZE, COLUMNS),
        (("B", "M", "N"), ("B", "M", "K"), ("B", "K", "N")),
    ),
    "addmv": (
        "Product of a matrix and a vector, added to a vector",
        addmm,
        (ROWS, INNER_SIZE),
        (("M",), ("M", "K"), ("K",)),
    ),
    "addbmm": (
        "Sum of the products of a batch of matrices, added to a matrix",
        addbmm,
        (BATCH, ROWS, INNER_SIZE, COLUMNS),
        (("M", "N"), ("B", "M", "K"), ("B", "K", "N")),
    ),
    "addr": (
        "Outer product of two vectors, added to a matrix",
        addr,
        (ROWS, COLUMNS),
        (("M", "N"), ("M",), ("N",)),
    ),
}

RECORDS = (
    *(
        Operator(
            name=name,
            title=title,
            function=function,
            symbols=symbols,
            source=Source(
                "Dongarra, Du Croz, Hammarling & Duff 1990, A Set of Level 3 Basic Linear Algebra Subprograms",
                f"its matrix-matrix products C ← α·A·B + β·C; PyTorch 2.13 documentation, torch.{name}",
            ),
            domain=() if name == "addr" else (INNER, LEADING),
            template=dict(zip(("input", "left", "right"), shapes, strict=True)),
            is_product=True,
        )
        for name, (title, function, symbols, shapes) in _SPELLINGS.items()
    ),
    Operator(
        name="bilinear",
        title="Bilinear layer",
        function=bilinear,
        symbols=(
            Symbol("N", "batch size times any other leading dimensions", "rows", 1),
            Symbol("I", "features of the left input", "features"),
            Symbol("J", "features of the right input", "features"),
            Symbol("K", "output features", "features"),
            Symbol("b", "1 with a bias, 0 without", "flag", 0),
        ),
        source=Source("PyTorch 2.13 documentation", "torch.nn.Bilinear: y = x₁ᵀ·A·x₂ + b"),
        domain=(Condition("the inputs must have the same leading axes", _leading_equal, ("left", "right")),),
        template={"left": ("N", "I"), "right": ("N", "J"), "out_features": "K", "bias": "b"},
        is_product=True,
    ),
)
