"""Matrix products in every spelling, sums of products over indices, and attention; small and uneven."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from hypothesis import strategies as st

from . import draws
from .case import Case
from .products import Attention, Bilinear, Chain, Contraction, Einsum, Product, Sum

Shape = tuple[int, ...]


def _halved(draw: st.DrawFn, sizes: Shape) -> tuple[Shape, Shape]:
    """Two shapes that broadcast to this one: either may lack leading axes and may have 1 where the other has more."""
    left, right = [], []
    for size in sizes:
        who = draw(st.integers(0, 3))
        left.append(1 if who == 0 else size)
        right.append(1 if who == 1 else size)
    shorter = tuple(right[draw(st.integers(0, len(sizes))) :])
    first, second = draw(st.permutations((tuple(left), shorter)))
    return first, second


@st.composite
def matrix_products(draw: st.DrawFn, vectors: bool = True) -> Case:
    """On vectors too, if wanted: left, right or both."""
    inner, rows, columns, *leading = draws.shape(draw, 3 + draw(st.integers(0, 3)), high=8)
    kind = draw(st.sampled_from(("matrices", "matrices", "left", "right", "both"))) if vectors else "matrices"
    left, right = _halved(draw, tuple(leading))
    first = (inner,) if kind in ("left", "both") else (*left, rows, inner)
    second = (inner,) if kind in ("right", "both") else (*right, inner, columns)
    function = draw(st.sampled_from((torch.matmul, torch.linalg.matmul)))
    return Case(Product(function, second), first)


@st.composite
def two_matrices(draw: st.DrawFn) -> Case:
    rows, inner, columns = draws.shape(draw, 3, 1, 12)
    return Case(Product(torch.mm, (inner, columns)), (rows, inner))


@st.composite
def batches(draw: st.DrawFn) -> Case:
    batch, rows, inner, columns = draws.shape(draw, 4, 1, 9)
    return Case(Product(torch.bmm, (batch, inner, columns)), (batch, rows, inner))


@st.composite
def matrix_and_vector(draw: st.DrawFn) -> Case:
    rows, inner = draws.shape(draw, 2, 1, 12)
    return Case(Product(torch.mv, (inner,)), (rows, inner))


@st.composite
def two_vectors(draw: st.DrawFn) -> Case:
    (inner,) = draws.shape(draw, 1, 1, 20)
    return Case(Product(draw(st.sampled_from((torch.dot, torch.vdot))), (inner,)), (inner,))


@st.composite
def outer_products(draw: st.DrawFn) -> Case:
    left, right = draws.shape(draw, 2, 1, 12)
    return Case(Product(draw(st.sampled_from((torch.outer, torch.ger))), (right,)), (left,))


@st.composite
def kronecker_products(draw: st.DrawFn) -> Case:
    left, right = (draws.shape(draw, draw(st.integers(1, 3)), 1, 6) for _ in range(2))
    return Case(Product(torch.kron, right), left)


@st.composite
def chains(draw: st.DrawFn) -> Case:
    """Of two to five matrices; the ends may be vectors."""
    sizes = draws.shape(draw, draw(st.integers(3, 6)), 1, 14)
    matrices: list[Shape] = list(pairwise(sizes))
    if draw(st.booleans()):
        matrices[0] = matrices[0][1:]
    if draw(st.booleans()):
        matrices[-1] = matrices[-1][:1]
    return Case(Chain(*matrices[1:]), matrices[0])


@st.composite
def sums(draw: st.DrawFn, name: str) -> Case:
    """What is added may be broadcast; factors of 0, 1 and others."""
    batch, rows, inner, columns = draws.shape(draw, 4, 2, 9)
    left, right, output = {
        "addmm": ((rows, inner), (inner, columns), (rows, columns)),
        "baddbmm": ((batch, rows, inner), (batch, inner, columns), (batch, rows, columns)),
        "addbmm": ((batch, rows, inner), (batch, inner, columns), (rows, columns)),
        "addmv": ((rows, inner), (inner,), (rows,)),
        "addr": ((rows,), (columns,), (rows, columns)),
    }[name]
    added = tuple(1 if draw(st.integers(0, 3)) == 0 else size for size in output)[draw(st.integers(0, len(output))) :]
    # Not every kernel takes a scalar or what lacks an axis.
    added = added if name in ("addmm", "addr") and added else output
    factors = {key: draw(st.sampled_from((1, 1, 0, 2, 0.5))) for key in ("beta", "alpha")}
    return Case(Sum(getattr(torch, name), right, added, **factors), left)


@st.composite
def tensordots(draw: st.DrawFn) -> Case:
    """Over any pairs of axes, in any order, one of a pair being 1 at times; or the inner product of last axes."""
    count = draw(st.integers(0, 2))
    sizes = draws.shape(draw, count + 4, 2, 8)
    common, own = sizes[:count], (sizes[count : count + 2], sizes[count + 2 :])
    if draw(st.integers(0, 3)) == 0:
        last = sizes[0]
        left, right = ((*sizes[1 : 1 + draw(st.integers(0, 2))], last), (*sizes[3 : 3 + draw(st.integers(0, 1))], last))
        return Case(Contraction(torch.inner, right), left)
    shapes, axes = [], []
    for mine in own:
        kept = mine[: draw(st.integers(0 if count else 1, 2))]
        labels = draw(st.permutations(range(count + len(kept))))
        whole = [1 if label < count and draw(st.integers(0, 5)) == 0 else (*common, *kept)[label] for label in labels]
        shapes.append(tuple(whole))
        axes.append([labels.index(label) for label in range(count)])
    return Case(Contraction(torch.tensordot, shapes[1], dims=axes), shapes[0])


@st.composite
def bilinears(draw: st.DrawFn) -> Case:
    left, right, outward, *leading = draws.shape(draw, 3 + draw(st.integers(0, 2)), high=7)
    return Case(Bilinear((*leading, right), left, outward, draw(st.booleans())), (*leading, left))


@st.composite
def attentions(draw: st.DrawFn) -> Case:
    """Self, cross and grouped-query attention, with any kind of mask, on three axes or four."""
    batch, heads, queries, keys, width, value_width = draws.shape(draw, 6, 2, 8)
    grouped = draw(st.booleans())
    times = draw(st.integers(2, 3)) if grouped else 1
    leading = () if not grouped and draw(st.integers(0, 3)) == 0 else (batch,)
    hyper: dict[str, Any] = {"enable_gqa": True} if grouped else {}
    others: list[Shape] = [(*leading, heads, keys, width), (*leading, heads, keys, value_width)]
    masked = draw(st.sampled_from((None, None, "causal", "added", "boolean")))
    if masked == "causal":
        hyper["is_causal"] = True
    elif masked:
        hyper["boolean"] = masked == "boolean"
        shapes: list[Shape] = [(queries, keys), (1, keys), (heads * times, queries, keys)]
        others.append(draw(st.sampled_from(shapes)))
    return Case(Attention(*others, **hyper), (*leading, heads * times, queries, width))


LETTERS = "ijkLm"


@st.composite
def einsums(draw: st.DrawFn, operands: tuple[int, int] = (2, 4)) -> Case:
    """Any equation: indices repeated, summed early, broadcast from 1 or hidden in `...`; the output may be implied."""
    sizes = dict(zip(LETTERS, draws.shape(draw, len(LETTERS), high=6), strict=True))
    hidden = draws.shape(draw, 2, high=4) if draw(st.integers(0, 2)) == 0 else ()
    terms, shapes = [], []
    for _ in range(draw(st.integers(*operands))):
        letters = draw(st.permutations(LETTERS))[: draw(st.integers(1, 3))]
        if draw(st.integers(0, 5)) == 0:
            letters = [*letters, letters[0]]
        broadcast = letters[-1] if len(set(letters)) == len(letters) and draw(st.integers(0, 5)) == 0 else None
        shape = [1 if letter == broadcast else sizes[letter] for letter in letters]
        if draw(st.booleans()) and hidden:
            place = draw(st.integers(0, len(letters)))
            more = [1 if draw(st.integers(0, 3)) == 0 else size for size in hidden][draw(st.integers(0, 2)) :]
            letters, shape = [*letters[:place], "...", *letters[place:]], [*shape[:place], *more, *shape[place:]]
        terms.append("".join(letters))
        shapes.append(tuple(shape))
    equation = ", ".join(terms) if draw(st.booleans()) else ",".join(terms)
    if draw(st.integers(0, 3)):
        seen = sorted({letter for term in terms for letter in term} - {"."})
        output = draw(st.permutations(seen))[: draw(st.integers(0, 3))]
        dots = "..." if any("..." in term for term in terms) and draw(st.integers(0, 3)) else ""
        equation += "->" + dots + "".join(output)
    return Case(Einsum(equation, *shapes[1:]), shapes[0])
