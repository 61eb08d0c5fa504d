"""Grouped, scaled and activated products, products with sparse matrices, and Fourier transforms."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn

from convcost.core.cost import Cost
from convcost.core.op_call import OpCall
from convcost.trace.probe import ones_probe

from . import draws
from .case import Case
from .oracles import written
from .products import Product, Sum

Shape = tuple[int, ...]


class Activated(Sum):
    """A product, what is added to it, and an activation of the sum."""

    def __init__(self, right: Shape, added: Shape, **hyper: Any) -> None:
        super().__init__(torch._addmm_activation, right, added, **hyper)

    def macs(self, shape: Shape) -> int:
        return ones_probe(torch.mm, shape, self.others[0])

    def elementwise(self, shape: Shape, outputs: int) -> int:
        return super().elementwise(shape, outputs) + outputs


class Narrow(Product):
    """A product of eight-bit floating-point numbers with a scale for each operand; the weights are (out, in)."""

    def forward(self, input: Tensor) -> Any:
        (weight,) = self.buffers()
        scale, kind = input.new_ones(()), torch.float8_e4m3fn
        return torch._scaled_mm(input.to(kind), weight.to(kind).t(), scale, scale, out_dtype=torch.bfloat16)

    def macs(self, shape: Shape) -> int:
        return ones_probe(lambda x, weight: x @ weight.t(), shape, self.others[0])

    def elementwise(self, shape: Shape, outputs: int) -> int:
        return 2 * outputs


def by_groups(ends: list[int], left: Tensor, right: Tensor) -> Tensor:
    """Grouped products as PyTorch's documentation defines them, one group after another."""
    spans = [slice(first, end) for first, end in zip([0, *ends], ends, strict=False)]
    if left.dim() == right.dim() == 3:
        return left @ right
    if right.dim() == 3:
        return torch.cat([left[span] @ right[g] for g, span in enumerate(spans)])
    if left.dim() == 3:
        return torch.cat([left[g] @ right[:, span] for g, span in enumerate(spans)], 1)
    return torch.stack([left[:, span] @ right[span] for span in spans])


class Grouped(Product):
    """`torch._grouped_mm`; `ends` are where the groups of the axis that they share end."""

    def __init__(self, right: Shape, ends: list[int]) -> None:
        super().__init__(partial(by_groups, ends), right)
        self.ends = ends

    def forward(self, input: Tensor) -> Any:
        (right,) = self.buffers()
        ends = torch.tensor(self.ends, dtype=torch.int32, device=input.device) if self.ends else None
        return torch._grouped_mm(input.bfloat16(), right.bfloat16(), offs=ends)


@st.composite
def activated(draw: st.DrawFn) -> Case:
    rows, inner, columns = draws.shape(draw, 3, 2, 9)
    factors = {key: draw(st.sampled_from((1, 1, 0, 2))) for key in ("beta", "alpha")}
    return Case(Activated((inner, columns), (columns,), **factors), (rows, inner))


@st.composite
def narrow(draw: st.DrawFn) -> Case:
    inner, columns = (16 * n for n in draws.shape(draw, 2, 1, 5))
    return Case(Narrow(torch.mm, (columns, inner)), (draw(st.integers(2, 9)), inner))


@st.composite
def vecdots(draw: st.DrawFn) -> Case:
    """Along any axis; operands that are broadcast."""
    sizes = draws.shape(draw, draw(st.integers(2, 4)), 2, 8)
    axis = draw(st.integers(0, len(sizes) - 1)) - len(sizes)
    other = tuple(1 if draw(st.integers(0, 3)) == 0 else size for size in sizes)
    other = other[draw(st.integers(0, len(sizes) + axis)) :]
    return Case(Product(torch.linalg.vecdot, other, dim=axis), sizes)


@st.composite
def grouped(draw: st.DrawFn) -> Case:
    groups = draw(st.integers(2, 4))
    rows, inner, columns = (8 * n for n in draws.shape(draw, 3, groups, 9))
    shared = draw(st.sampled_from(("rows", "columns", "inner", "none")))
    whole = {"rows": rows, "columns": columns, "inner": inner, "none": 0}[shared]
    ends = [whole // 8 * 8 * (g + 1) // groups // 8 * 8 for g in range(groups)] if whole else []
    left = (rows, inner) if shared in ("rows", "inner") else (groups, rows, inner)
    right = (inner, columns) if shared in ("columns", "inner") else (groups, inner, columns)
    return Case(Grouped(right, ends), left)


PRODUCTS: dict[str, st.SearchStrategy[Case]] = {
    "addmm_activation": activated(),
    "scaled_mm": narrow(),
    "vecdot": vecdots(),
    "grouped_mm": grouped(),
}


def sparse(mask: Tensor, layout: torch.layout, **settings: Any) -> Tensor:
    """A sparse tensor of the entries that are not 0; PyTorch says once that it is new to it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        made: Tensor = mask.to_sparse(layout=layout, **settings)
        return made


class Kept(nn.Module):
    """`function(matrix, input)` of a sparse matrix that keeps the entries of `mask` that are not 0."""

    def __init__(self, function: Callable[..., Any], mask: Tensor, layout: torch.layout) -> None:
        super().__init__()
        self.function, self.mask, self.layout = function, mask, layout
        self.register_buffer("matrix", sparse(mask, layout))

    def extra_repr(self) -> str:
        return f"{self.layout}, {self.mask.tolist()}"

    def forward(self, input: Tensor) -> Any:
        return self.function(self.matrix, input)


def kept(case: Case, call: OpCall) -> Cost:
    """The ones probe with the mask in place of the sparse matrix: what is not kept adds nothing to the sum."""
    model = case.model
    assert isinstance(model, Kept)
    ones = torch.ones(case.shape, dtype=torch.float64)
    mask = model.mask.double()
    entries, dense = int(mask.count_nonzero()), math.prod(case.shape)
    outputs = math.prod(call.output)
    if call.name == "sampled_addmm":
        # Of all products those at the kept entries, to each of which what is kept is added.
        return Cost(int((mask * (ones @ ones.mT)).sum()), entries, 0, 0, entries, 2 * dense + entries)
    macs = int(model.function(mask, ones).sum())
    added = call.name == "sparse_addmm"
    # What is added is the input once more.
    macs = macs - dense if added else macs
    return Cost(macs, outputs if added else 0, 0, 0, outputs, (2 * dense if added else dense) + entries)


def right(matrix: Tensor, input: Tensor) -> Tensor:
    return input @ matrix


def plus(matrix: Tensor, input: Tensor) -> Tensor:
    return torch.addmm(input, matrix, input)


def sampled(matrix: Tensor, input: Tensor) -> Any:
    return torch.sparse.sampled_addmm(matrix, input, input.mT)


def times(matrix: Tensor, input: Tensor) -> Tensor:
    return matrix @ input


def linear(matrix: Tensor, input: Tensor) -> Any:
    return nn.functional.linear(input, matrix)


@st.composite
def masks(draw: st.DrawFn, rows: int, columns: int) -> Tensor:
    """At least one entry is kept, and not all."""
    cells = draw(st.lists(st.booleans(), min_size=rows * columns, max_size=rows * columns))
    mask = torch.tensor(cells).float().reshape(rows, columns)
    mask[0, 0], mask[-1, -1] = 1, 0
    return mask


LAYOUTS = (torch.sparse_coo, torch.sparse_csr, torch.sparse_csc)


@st.composite
def sparse_products(draw: st.DrawFn) -> Case:
    rows, inner, columns = draws.shape(draw, 3, 2, 7)
    layout, mask = draw(st.sampled_from(LAYOUTS)), draw(masks(rows, inner))
    function, shape = draw(
        st.sampled_from(((times, (inner, columns)), (times, (inner,)), (right, (columns, rows)), (linear, (5, inner))))
    )
    return Case(Kept(function, mask, layout), shape, oracle=kept)


@st.composite
def sparse_sums(draw: st.DrawFn) -> Case:
    rows, columns = draws.shape(draw, 2, 2, 7)
    return Case(Kept(plus, draw(masks(rows, rows)), draw(st.sampled_from(LAYOUTS[:2]))), (rows, columns), oracle=kept)


@st.composite
def samples(draw: st.DrawFn) -> Case:
    rows, inner = draws.shape(draw, 2, 2, 7)
    return Case(Kept(sampled, draw(masks(rows, rows)), torch.sparse_csr), (rows, inner), oracle=kept)


def depth(size: int) -> int:
    """How often a length is halved, rounded up, until one number is left."""
    return 0 if size == 1 else 1 + depth(size - size // 2)


def butterflies(case: Case, call: OpCall) -> Cost:
    """In each stage a butterfly for every two numbers: a complex product (6) and two sums (2 each)."""
    numbers = max(math.prod(call.inputs[0]), math.prod(call.output)) if call.name != "fft" else math.prod(call.output)
    sizes = [max(call.inputs[0][axis], call.output[axis]) for axis in call.hyper["dim"]]
    operations = numbers * sum(map(depth, sizes)) * (6 + 2 * 2)
    # Half of them are of two complex numbers each; of real numbers there are half as many, rounded up.
    return written(case, call, elementwise=operations // 2 if call.name == "fft" else -(-operations // 4))


class Transform(nn.Module):
    """A transform along some axes of complex or real numbers; of half a spectrum back to `size` real ones."""

    def __init__(self, name: str, dim: tuple[int, ...], size: int = 0) -> None:
        super().__init__()
        self.name, self.dim, self.size = name, dim, size

    def extra_repr(self) -> str:
        return f"{self.name}, {self.dim}, {self.size}"

    def forward(self, input: Tensor) -> Any:
        if self.name == "fft":
            return torch.fft.fftn(torch.complex(input, input), dim=self.dim)
        if self.name == "rfft":
            return torch.fft.rfftn(input, dim=self.dim)
        return torch.fft.irfft(torch.complex(input, input), n=self.size, dim=self.dim[-1])


@st.composite
def transforms(draw: st.DrawFn, name: str) -> Case:
    sizes = draws.shape(draw, draw(st.integers(1, 3)), 3, 17)
    axes = draw(st.lists(st.integers(0, len(sizes) - 1), min_size=1, max_size=2, unique=True))
    axes = axes[:1] if name == "irfft" else axes
    half = sizes[axes[-1]]
    size = 2 * half - 2 + draw(st.integers(0, 1))
    return Case(Transform(name, tuple(axes), size), sizes, oracle=butterflies)


FEW: dict[str, st.SearchStrategy[Case]] = {
    "sparse_matmul": sparse_products(),
    "sparse_addmm": sparse_sums(),
    "sampled_addmm": samples(),
    **{name: transforms(name) for name in ("fft", "rfft", "irfft")},
}
