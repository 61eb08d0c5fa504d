"""Einstein's sums of any number of operands, contracted two by two as PyTorch does."""

from collections.abc import Hashable, Mapping, Sequence
from types import SimpleNamespace

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, Truth, every, product
from convcost.core.record import Condition, Source, Symbol, operator

Labels = tuple[Hashable, ...]
"""The indices of an operand's axes: letters, and the numbers from the end of the axes that `...` stands for."""


def einsum(operands: Sequence[Shape], *, equation: str, path: Sequence[int] | None = None) -> Result:
    """Sum of products over named indices, contracted from left to right, or pair by pair along `path`.

    Before two operands are multiplied, an index that nothing else needs and only one of them has is summed:
    additions, not multiply-accumulates. A single operand is only summed, or a view.
    """
    terms, output = indices(equation, [len(shape) for shape in operands])
    return contracted(operands, terms, output, path)


def tensordot(left: Shape, right: Shape, *, dims: tuple[Sequence[int], Sequence[int]]) -> Result:
    """Sum of products over the axes `dims[0]` of the left operand and `dims[1]` of the right one, pair by pair."""
    names: list[list[Hashable]] = [[(side, axis) for axis in range(len(x))] for side, x in enumerate((left, right))]
    for number, (first, second) in enumerate(zip(*dims, strict=True)):
        names[0][first] = names[1][second] = number
    output = tuple(name for side in names for name in side if isinstance(name, tuple))
    return contracted((left, right), (tuple(names[0]), tuple(names[1])), output)


def indices(equation: str, ranks: Sequence[int]) -> tuple[tuple[Labels, ...], Labels]:
    """The indices of each operand and of the output, `...` spelled out for operands of these ranks."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    written = left.split(",")
    pairs = list(zip(written, ranks, strict=True))
    hidden = [rank - len(term.replace("...", "")) if "..." in term else 0 for term, rank in pairs]
    terms = tuple(_spelled(term, count) for term, count in zip(written, hidden, strict=True))
    if arrow:
        return terms, _spelled(right, max(hidden))
    once = sorted(letter for letter in set(left) - set(",.") if left.count(letter) == 1)
    return terms, (*_spelled("..." if "..." in left else "", max(hidden)), *once)


def _spelled(term: str, count: int) -> Labels:
    head, dots, tail = term.partition("...")
    return (*head, *(range(count, 0, -1) if dots else ()), *tail)


def contracted(
    operands: Sequence[Shape], terms: Sequence[Labels], output: Labels, path: Sequence[int] | None = None
) -> Result:
    """Shape and cost of a sum of products, two operands at a time."""
    factors = [dict(zip(term, shape, strict=True)) for term, shape in zip(terms, operands, strict=True)]
    if len(factors) == 1:
        return _of_one(factors[0], output)
    steps = list(path or ())
    macs: Count = 0
    sums: Count = 0
    while len(factors) > 1:
        first, second = sorted(steps[:2]) if path else (0, 1)
        right, left = factors.pop(second), factors.pop(first)
        needed = {*output, *(name for factor in factors for name, size in factor.items() if not _one(size))}
        left, left_sums = _summed(left, right, needed)
        right, right_sums = _summed(right, left, needed)
        joint = {**right, **{name: right[name] if _one(n) and name in right else n for name, n in left.items()}}
        macs, sums = macs + product(joint.values()), sums + left_sums + right_sums
        # Along a path PyTorch puts what comes out behind the rest, without one in front of it.
        factors.insert(len(factors) if path else 0, {name: n for name, n in joint.items() if name in needed})
        steps = steps[2:]
    shape = tuple(factors[0][name] for name in output)
    return Result.of(shape, *operands, macs=macs, elementwise=sums)


def _of_one(sizes: Mapping[Hashable, Count], output: Labels) -> Result:
    """A single operand: its diagonals and permutations are views, what the output lacks is summed."""
    shape = tuple(sizes[name] for name in output)
    if set(sizes) == set(output):
        return Result(shape, Cost())
    read, written = product(sizes.values()), product(shape)
    return Result(shape, Cost(elementwise=read - written, activations=written, inputs=read))


def _summed(
    factor: Mapping[Hashable, Count], other: Mapping[Hashable, Count], needed: set[Hashable]
) -> tuple[dict[Hashable, Count], Count]:
    """The factor summed over what neither the other nor anything later has, and how many additions that takes."""
    shared = {name for name, size in other.items() if not _one(size)}
    kept = {name: size for name, size in factor.items() if name in needed or name in shared}
    return kept, product(factor.values()) - product(kept.values())


def _one(size: Count) -> bool:
    """Whether an axis is to be broadcast; a symbol is not."""
    return isinstance(size, int) and size == 1


def _spans(a: SimpleNamespace) -> bool:
    written = a.equation.replace(" ", "").partition("->")[0].split(",")
    return len(written) == len(a.operands) and all(
        len(shape) >= len(term.replace("...", "")) and ("..." in term or len(shape) == len(term))
        for term, shape in zip(written, a.operands, strict=True)
    )


def _sizes_agree(a: SimpleNamespace) -> Truth:
    terms, _ = indices(a.equation, [len(shape) for shape in a.operands])
    pairs = [pair for term, shape in zip(terms, a.operands, strict=True) for pair in zip(term, shape, strict=True)]
    return every(
        (x == y) | (x == 1) | (y == 1) for i, (name, x) in enumerate(pairs) for also, y in pairs[:i] if name == also
    )


def _pairs_agree(a: SimpleNamespace) -> Truth:
    sizes = [(a.left[i], a.right[j]) for i, j in zip(*a.dims, strict=True)]
    return every((x == y) | (x == 1) | (y == 1) for x, y in sizes)


_TORCH = "PyTorch 2.13"

_B = Symbol("B", "size of b in bik,bjk->bij", "elements")
_I = Symbol("M", "size of i", "elements")
_J = Symbol("N", "size of j", "elements")
_K = Symbol("K", "size of k, which is summed", "elements")
_SUMMED = Symbol("K", "elements of the axes that are summed", "elements")

RECORDS = (
    operator(
        einsum,
        "Sum of products over named indices",
        Source(_TORCH, "torch.einsum; einsum and sumproduct_pair in aten/src/ATen/native/Linear.cpp"),
        Condition("each operand must have an axis for each of its indices", _spans, ("equation", "operands")),
        Condition("axes of the same index must have the same size or 1", _sizes_agree, ("equation", "operands")),
        is_product=True,
        template={"operands": ((_B, _I, _K), (_B, _J, _K)), "equation": "bik,bjk->bij"},
    ),
    operator(
        tensordot,
        "Sum of products over pairs of axes",
        Source(_TORCH, "torch.tensordot; tensordot in aten/src/ATen/native/Linear.cpp"),
        Condition("axes summed together must have the same size or 1", _pairs_agree, ("left", "right", "dims")),
        is_product=True,
        template={
            "left": (Symbol("M", "elements of the left operand's own axes", "elements"), _SUMMED),
            "right": (_SUMMED, Symbol("N", "elements of the right operand's own axes", "elements")),
            "dims": ((1,), (0,)),
        },
    ),
)
