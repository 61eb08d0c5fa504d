"""Matrix products in all their spellings, with something added (`addmm` and its kin), and the bilinear layer."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, Truth, every, flag, minimum, product
from convcost.core.record import Condition, Slot, Source, Symbol, operator

from ._axes import BIAS, ROWS
from .elementwise import broadcast, broadcastable


def matmul(left: Shape, right: Shape) -> Result:
    """Product of (*, m, k) and (*, k, n) with the leading axes broadcast; a vector of k has no m, or no n."""
    shape = (*broadcast(left[:-2], right[:-2]), *left[-2:-1], *(right[-1:] if len(right) > 1 else ()))
    return Result.of(shape, left, right, macs=product(shape) * left[-1])


def outer(left: Shape, right: Shape) -> Result:
    """Every element of one vector times every element of another."""
    return Result.of((*left, *right), left, right, macs=product((*left, *right)))


def kron(left: Shape, right: Shape) -> Result:
    """Kronecker product: every element of one tensor times the other; the sizes of each axis multiply."""
    rank = max(len(left), len(right))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in (left, right)]
    shape = tuple(a * b for a, b in zip(*padded, strict=True))
    return Result.of(shape, left, right, macs=product(shape))


def multi_dot(matrices: Sequence[Shape]) -> Result:
    """Product of a chain of matrices in the cheapest order; the first may be a row and the last a column of k."""
    first, last = matrices[0], matrices[-1]
    sizes = [*(1,) * (len(first) == 1), *first, *(matrix[1] for matrix in matrices[1:-1]), *(last[1:] or (1,))]
    return Result.of((*first[:-1], *last[1:]), *matrices, macs=_cheapest(sizes))


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
    return _added(Result.of(products.shape[1:], left, right, macs=products.cost.macs), input, beta, alpha)


def addr(input: Shape, left: Shape, right: Shape, *, beta: Count = 1, alpha: Count = 1) -> Result:
    """β·input + α·(the outer product of two vectors)."""
    return _added(outer(left, right), input, beta, alpha)


def _added(result: Result, input: Shape, beta: Count, alpha: Count) -> Result:
    outputs = product(result.shape)
    added = flag(beta != 0)
    scalings = flag(alpha != 1) + added * flag(beta != 1)
    extra = Cost(bias_adds=added * outputs, elementwise=scalings * outputs, inputs=added * product(input))
    return Result(result.shape, result.cost + extra)


def addmm_activation(input: Shape, left: Shape, right: Shape, *, beta: Count = 1, alpha: Count = 1) -> Result:
    """An activation of β·input + α·(left @ right): one evaluation more per output element."""
    result = addmm(input, left, right, beta=beta, alpha=alpha)
    return Result(result.shape, result.cost + Cost(elementwise=product(result.shape)))


def scaled_mm(left: Shape, right: Shape, *, scales: Count = 2, bias: Count = False) -> Result:
    """Product of two matrices of narrow numbers: each scale multiplies every output once, a bias is added."""
    result = matmul(left, right)
    outputs = product(result.shape)
    return Result(result.shape, result.cost + Cost(bias_adds=flag(bias) * outputs, elementwise=scales * outputs))


def vecdot(left: Shape, right: Shape, *, dim: int = -1) -> Result:
    """Inner products along one axis of tensors that are broadcast to each other."""
    full = broadcast(left, right)
    axis = dim % len(full)
    return Result.of((*full[:axis], *full[axis + 1 :]), left, right, macs=product(full))


def grouped_mm(left: Shape, right: Shape, *, groups: Count = 1) -> Result:
    """Products of groups of matrices, whose rows, columns or inner sizes may lie one after another in one matrix.

    Of (m, k) and (g, k, n) each row goes with one of the g matrices, of (g, m, k) and (k, n) each column, and of
    (m, k) and (k, n) the inner size is cut into `groups`. Every row counts as in a product of two matrices.
    """
    alike = len(left) == len(right)
    shape = (*((groups,) if len(left) == 2 else (left[0],)) * alike, left[-2], right[-1])
    batches = left[0] if len(left) == 3 and alike else 1
    return Result.of(shape, left, right, macs=batches * left[-2] * left[-1] * right[-1])


def sparse_matmul(left: Shape, right: Shape, *, entries: Count, kept: str = "left") -> Result:
    """Product of matrices of which the `kept` one is sparse: each of its entries meets a column, or a row.

    Of two sparse ones ("both") the entries are the pairs that meet.
    """
    shape = (*left[:-1], *(right[-1:] if len(right) > 1 else ()))
    lines = {"left": product(right[-1:] if len(right) > 1 else ()), "right": product(left[:-1]), "both": 1}[kept]
    read = entries + {"left": product(right), "right": product(left), "both": 0}[kept]
    return Result(shape, Cost(macs=entries * lines, activations=product(shape), inputs=read))


def sparse_addmm(
    input: Shape, left: Shape, right: Shape, *, entries: Count, kept: str = "left", beta: Count = 1, alpha: Count = 1
) -> Result:
    """β·input + α·(left @ right) where one of the matrices is sparse."""
    return _added(sparse_matmul(left, right, entries=entries, kept=kept), input, beta, alpha)


def sampled_addmm(input: Shape, left: Shape, right: Shape, *, entries: Count, beta: Count = 1) -> Result:
    """β·input + left @ right at the entries that the sparse input keeps: one inner product each."""
    added = flag(beta != 0) * entries
    scaled = flag(beta != 1) * added
    read = product(left) + product(right) + entries
    return Result(input, Cost(entries * left[-1], added, scaled, activations=entries, inputs=read))


def bilinear(left: Shape, right: Shape, *, out_features: Count, bias: Count = False) -> Result:
    """y = leftᵀ·W·right + b for (*, i) and (*, j): one multiply-accumulate per term of the sum over i and j."""
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


def _leading_equal(a: SimpleNamespace) -> Truth:
    return len(a.left) == len(a.right) and every(x == y for x, y in zip(a.left[:-1], a.right[:-1], strict=True))


INNER = Condition(
    "the left operand must have as many columns as the right one has rows", _inner_sizes_match, ("left", "right")
)
_PAIRED = Condition(
    "the operands must broadcast to each other", lambda a: broadcastable(a.left, a.right), ("left", "right")
)
_GROUPED = Condition(
    "the operands must be matrices, or batches of as many matrices",
    lambda a: (
        len(a.left) in (2, 3) and len(a.right) in (2, 3) and (len(a.left) + len(a.right) < 6 or a.left[0] == a.right[0])
    ),
    ("left", "right"),
)
LEADING = Condition(
    "the operands' leading axes must broadcast", lambda a: broadcastable(a.left[:-2], a.right[:-2]), ("left", "right")
)


def _chained(a: SimpleNamespace) -> Truth:
    pairs = zip(a.matrices, a.matrices[1:], strict=False)
    return every(left[-1] == right[0] for left, right in pairs)


_WORK = "Golub & Van Loan 2013, Matrix Computations, 4th edition"
SOURCE = Source(_WORK, "section 1.1.15: a matrix product takes one multiply-add per index triple")
_BLAS = "Dongarra, Du Croz, Hammarling & Duff 1990, A Set of Level 3 Basic Linear Algebra Subprograms"
_B = Symbol("B", "matrices per batch", "matrices")
_M = Symbol("M", "rows of the left operand", "rows")
_K = Symbol("K", "columns of the left operand, rows of the right one", "elements")
_N = Symbol("N", "columns of the right operand", "columns")

_SPELLINGS: tuple[tuple[str, str, Slot, Slot], ...] = (
    ("matmul", "Matrix product with broadcasting", (_B, _M, _K), (_K, _N)),
    ("mm", "Product of two matrices", (_M, _K), (_K, _N)),
    ("bmm", "Products of a batch of matrices", (_B, _M, _K), (_B, _K, _N)),
    ("mv", "Product of a matrix and a vector", (_M, _K), (_K,)),
    ("dot", "Inner product of two vectors", (_K,), (_K,)),
)

_ADDED: tuple[tuple[str, str, Callable[..., Result], Slot, Slot, Slot], ...] = (
    ("addmm", "Product of two matrices, added to a matrix", addmm, (_M, _N), (_M, _K), (_K, _N)),
    ("baddbmm", "Products of a batch of matrices, added to a batch", addmm, (_B, _M, _N), (_B, _M, _K), (_B, _K, _N)),
    ("addmv", "Product of a matrix and a vector, added to a vector", addmm, (_M,), (_M, _K), (_K,)),
    (
        "addbmm",
        "Sum of the products of a batch of matrices, added to a matrix",
        addbmm,
        (_M, _N),
        (_B, _M, _K),
        (_B, _K, _N),
    ),
    ("addr", "Outer product of two vectors, added to a matrix", addr, (_M, _N), (_M,), (_N,)),
)
_GROUPS = Symbol("G", "groups", "matrices")
_ENTRIES = Symbol("z", "entries that the sparse operand keeps", "entries")
_SPARSE = Source(
    "Saad 2003, Iterative Methods for Sparse Linear Systems, 2nd edition",
    "section 3.5: a matrix-vector product multiplies each stored entry once",
)
_SECOND = Symbol("B", "columns of the first, rows of the second", "elements")
_THIRD = Symbol("C", "columns of the second, rows of the third", "elements")

RECORDS = (
    *(
        operator(
            matmul, title, SOURCE, INNER, LEADING, name=name, is_product=True, template={"left": left, "right": right}
        )
        for name, title, left, right in _SPELLINGS
    ),
    operator(
        outer,
        "Outer product of two vectors",
        SOURCE,
        is_product=True,
        template={
            "left": (Symbol("M", "elements of the left vector", "elements"),),
            "right": (Symbol("N", "of the right one", "elements"),),
        },
    ),
    operator(
        kron,
        "Kronecker product",
        Source(_WORK, "section 1.3.6"),
        is_product=True,
        template={
            "left": (_M, Symbol("N", "columns of the left operand", "columns")),
            "right": (
                Symbol("R", "rows of the right operand", "rows"),
                Symbol("Q", "columns of the right operand", "columns"),
            ),
        },
    ),
    operator(
        multi_dot,
        "Product of a chain of matrices in the cheapest order",
        Source(
            "Cormen, Leiserson, Rivest & Stein 2009, Introduction to Algorithms, 3rd edition",
            "section 15.2, equation 15.7",
        ),
        Condition("each matrix must have as many columns as the next one has rows", _chained, ("matrices",)),
        is_product=True,
        template={
            "matrices": (
                (Symbol("A", "rows of the first matrix", "rows"), _SECOND),
                (_SECOND, _THIRD),
                (_THIRD, Symbol("D", "columns of the third matrix", "columns")),
            )
        },
    ),
    *(
        operator(
            function,
            title,
            Source(_BLAS, f"its matrix-matrix products C ← α·A·B + β·C; PyTorch 2.13 documentation, torch.{name}"),
            *(() if function is addr else (INNER, LEADING)),
            name=name,
            is_product=True,
            template={"left": left, "right": right, "input": added},
        )
        for name, title, function, added, left, right in _ADDED
    ),
    operator(
        addmm_activation,
        "Product of two matrices, added to a matrix, and an activation",
        Source(_BLAS, "its product C ← α·A·B + β·C; PyTorch 2.13, aten/src/ATen/native/Blas.cpp: then ReLU or GELU"),
        INNER,
        is_product=True,
        template={"left": (_M, _K), "right": (_K, _N), "input": (_N,)},
    ),
    operator(
        scaled_mm,
        "Product of two matrices of narrow numbers with scales",
        Source(
            "Micikevicius et al. 2022, FP8 Formats for Deep Learning (arXiv 2209.05433)",
            "section 3: scaling factors per tensor; PyTorch 2.13, torch._scaled_mm",
        ),
        INNER,
        is_product=True,
        template={"left": (_M, _K), "right": (_K, _N), "bias": BIAS},
    ),
    operator(
        vecdot,
        "Inner products along an axis",
        Source(_WORK, "algorithm 1.1.1: an inner product takes one multiply-add per element"),
        _PAIRED,
        is_product=True,
        template={"left": (ROWS, _K), "right": (ROWS, _K), "dim": 1},
    ),
    operator(
        grouped_mm,
        "Products of groups of matrices",
        Source(
            "Gale, Narayanan, Young & Zaharia 2022, MegaBlocks (arXiv 2211.15841)",
            "section 3: the products of all experts at once, each token with its expert's weights",
        ),
        _GROUPED,
        Condition("rows must be as long as columns", lambda a: a.left[-1] == a.right[-2], ("left", "right")),
        is_product=True,
        template={"left": (_M, _K), "right": (_GROUPS, _K, _N)},
    ),
    operator(
        sparse_matmul,
        "Product with a sparse matrix",
        _SPARSE,
        INNER,
        is_product=True,
        template={"left": (_M, _K), "right": (_K, _N), "entries": _ENTRIES},
    ),
    operator(
        sparse_addmm,
        "Product with a sparse matrix, added to a matrix",
        _SPARSE,
        INNER,
        is_product=True,
        template={"input": (_M, _N), "left": (_M, _K), "right": (_K, _N), "entries": _ENTRIES},
    ),
    operator(
        sampled_addmm,
        "Product of two matrices at the entries of a sparse one",
        Source(
            "Nisa, Sukumaran-Rajam, Kurt, Hong & Sadayappan 2018, Sampled Dense Matrix Multiplication",
            "section 1: the inner product of a row and a column for each non-zero of the sparse matrix",
        ),
        INNER,
        is_product=True,
        template={"input": (_M, _N), "left": (_M, _K), "right": (_K, _N), "entries": _ENTRIES},
    ),
    operator(
        bilinear,
        "Bilinear layer",
        Source("PyTorch 2.13 documentation", "torch.nn.Bilinear: y = x₁ᵀ·A·x₂ + b"),
        Condition("the inputs must have the same leading axes", _leading_equal, ("left", "right")),
        is_product=True,
        template={
            "left": (ROWS, Symbol("I", "features of the left input", "features")),
            "right": (ROWS, Symbol("J", "features of the right input", "features")),
            "out_features": Symbol("K", "output features", "features"),
            "bias": BIAS,
        },
    ),
)
