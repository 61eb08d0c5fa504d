"""Matrix products in all their spellings, with something added (`addmm` and its kin), and the bilinear layer."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, Truth, every, flag, minimum, product
from convcost.core.record import Condition, Operator, Source, Symbol

from .elementwise import broadcast


def matmul(left: Shape, right: Shape) -> Result:
    """Product of (*, m, k) and (*, k, n) with the leading axes broadcast; a vector of k has no m, or no n."""
    shape = (*broadcast(left[:-2], right[:-2]), *left[-2:-1], *(right[-1:] if len(right) > 1 else ()))
    outputs = product(shape)
    return Result(shape, Cost(macs=outputs * left[-1], activations=outputs, inputs=product(left) + product(right)))


def outer(left: Shape, right: Shape) -> Result:
    """Every element of one vector times every element of another."""
    shape = (*left, *right)
    size = product(shape)
    return Result(shape, Cost(macs=size, activations=size, inputs=product(left) + product(right)))


def kron(left: Shape, right: Shape) -> Result:
    """Kronecker product: every element of one tensor times the other; the sizes of each axis multiply."""
    rank = max(len(left), len(right))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in (left, right)]
    shape = tuple(a * b for a, b in zip(*padded, strict=True))
    size = product(shape)
    return Result(shape, Cost(macs=size, activations=size, inputs=product(left) + product(right)))


def multi_dot(matrices: Sequence[Shape]) -> Result:
    """Product of a chain of matrices in the cheapest order; the first may be a row and the last a column of k."""
    first, last = matrices[0], matrices[-1]
    sizes = [*(1,) * (len(first) == 1), *first, *(matrix[1] for matrix in matrices[1:-1]), *(last[1:] or (1,))]
    shape = (*first[:-1], *last[1:])
    cost = Cost(macs=_cheapest(sizes), activations=product(shape), inputs=sum(product(matrix) for matrix in matrices))
    return Result(shape, cost)


def _cheapest(sizes: Sequence[Count]) -> Count:
    """MACs of the cheapest order for matrices of sizes[0]×sizes[1], sizes[1]×sizes[2] and so on."""
    best: dict[tuple[int, int], Count] = {(i, i + 1): 0 for i in range(len(sizes) - 1)}
    for length in range(2, len(sizes)):
        for i in range(len(sizes) - length):
            j = i + length
            orders = [best[i, k] + best[k, j] + sizes[i] * sizes[k] * sizes[j] for k in range(i + 1, j)]
            best[i, j] = orders[0]
            for order in orders[1:]:
                best[i, j] = minimum(best[i, j], order)
    return best[0, len(sizes) - 1]


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


def _inner_sizes_match(a: SimpleNamespace) -> Truth:
    return a.left[-1] == a.right[-2 if len(a.right) > 1 else 0]


def _leading_broadcast(a: SimpleNamespace) -> Truth:
    pairs = zip(reversed(a.left[:-2]), reversed(a.right[:-2]), strict=False)
    return every((x == y) | (x == 1) | (y == 1) for x, y in pairs)


def _leading_equal(a: SimpleNamespace) -> Truth:
    return len(a.left) == len(a.right) and every(x == y for x, y in zip(a.left[:-1], a.right[:-1], strict=True))


INNER = Condition(
    "the left operand must have as many columns as the right one has rows", _inner_sizes_match, ("left", "right")
)
LEADING = Condition("the operands' leading axes must broadcast", _leading_broadcast, ("left", "right"))


def _chained(a: SimpleNamespace) -> Truth:
    pairs = zip(a.matrices, a.matrices[1:], strict=False)
    return every(left[-1] == right[0] for left, right in pairs)


SOURCE = Source(
    "Golub & Van Loan 2013, Matrix Computations, 4th edition",
    "section 1.1.15: a matrix product takes one multiply-add an index triple",
)
ROWS = Symbol("M", "rows of the left operand", "rows")
INNER_SIZE = Symbol("K", "columns of the left operand, rows of the right one", "elements")
COLUMNS = Symbol("N", "columns of the right operand", "columns")
BATCH = Symbol("B", "matrices per batch", "matrices")

_SPELLINGS: dict[str, tuple[str, tuple[Symbol, ...], Any, Any]] = {
    "matmul": (
        "Matrix product with broadcasting",
        (BATCH, ROWS, INNER_SIZE, COLUMNS),
        ("B", "M", "K"),
        ("K", "N"),
    ),
    "mm": ("Product of two matrices", (ROWS, INNER_SIZE, COLUMNS), ("M", "K"), ("K", "N")),
    "bmm": (
        "Products of a batch of matrices",
        (BATCH, ROWS, INNER_SIZE, COLUMNS),
        ("B", "M", "K"),
        ("B", "K", "N"),
    ),
    "mv": ("Product of a matrix and a vector", (ROWS, INNER_SIZE), ("M", "K"), ("K",)),
    "dot": ("Inner product of two vectors", (INNER_SIZE,), ("K",), ("K",)),
}

_ADDED: dict[str, tuple[str, Any, tuple[Symbol, ...], tuple[Any, Any, Any]]] = {
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
            function=matmul,
            symbols=symbols,
            source=SOURCE,
            domain=(INNER, LEADING),
            template={"left": left, "right": right},
            is_product=True,
        )
        for name, (title, symbols, left, right) in _SPELLINGS.items()
    ),
    Operator(
        name="outer",
        title="Outer product of two vectors",
        function=outer,
        symbols=(Symbol("M", "elements of the left vector", "elements"), Symbol("N", "of the right one", "elements")),
        source=SOURCE,
        template={"left": ("M",), "right": ("N",)},
        is_product=True,
    ),
    Operator(
        name="kron",
        title="Kronecker product",
        function=kron,
        symbols=(
            ROWS,
            Symbol("N", "columns of the left operand", "columns"),
            Symbol("R", "rows of the right operand", "rows"),
            Symbol("Q", "columns of the right operand", "columns"),
        ),
        source=Source("Golub & Van Loan 2013, Matrix Computations, 4th edition", "section 1.3.6"),
        template={"left": ("M", "N"), "right": ("R", "Q")},
        is_product=True,
    ),
    Operator(
        name="multi_dot",
        title="Product of a chain of matrices in the cheapest order",
        function=multi_dot,
        symbols=(
            Symbol("A", "rows of the first matrix", "rows"),
            Symbol("B", "columns of the first, rows of the second", "elements"),
            Symbol("C", "columns of the second, rows of the third", "elements"),
            Symbol("D", "columns of the third matrix", "columns"),
        ),
        source=Source(
            "Cormen, Leiserson, Rivest & Stein 2009, Introduction to Algorithms, 3rd edition",
            "section 15.2, equation 15.7",
        ),
        domain=(Condition("each matrix must have as many columns as the next one has rows", _chained, ("matrices",)),),
        template={"matrices": (("A", "B"), ("B", "C"), ("C", "D"))},
        is_product=True,
    ),
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
        for name, (title, function, symbols, shapes) in _ADDED.items()
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
