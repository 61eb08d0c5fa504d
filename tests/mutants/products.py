"""Slips in the formulas of matrix products, einsum, the bilinear layer and attention."""

from __future__ import annotations

from itertools import pairwise
from math import prod

from .mutation import Slip, gives, reads

PRODUCT: dict[str, Slip] = {
    "two for a multiply-accumulate": gives(macs=lambda v: 2 * v.macs),
    "additions of an inner product one fewer": gives(macs=lambda v: v.macs - v.activations),
    "one an output element": gives(macs=lambda v: v.activations),
    "shape of the left operand": gives(shape=lambda v: (*v.left, 1)),
    "left operand not read": gives(inputs=lambda v: prod(v.right)),
}
MATRICES: dict[str, Slip] = {
    **PRODUCT,
    "output shape transposed": gives(shape=lambda v: v.shape[::-1]),
    "inner size squared": gives(macs=lambda v: v.macs * v.left[-1]),
    "columns forgotten": gives(macs=lambda v: prod(v.left)),
    "rows forgotten": gives(macs=lambda v: prod(v.right)),
}
BMM: dict[str, Slip] = {
    **MATRICES,
    "batch forgotten": gives(macs=lambda v: v.macs // v.left[0]),
    "batch squared": gives(macs=lambda v: v.macs * v.left[0]),
}
MATMUL: dict[str, Slip] = {
    **PRODUCT,
    # fvcore, mmengine, ptflops and DeepSpeed.
    "left operand not broadcast": gives(macs=lambda v: prod(v.left) * v.right[-1]),
    "right operand not broadcast": gives(macs=lambda v: prod(v.right) * prod(v.left[-2:-1])),
    "leading axes forgotten": gives(macs=lambda v: prod(v.left[-2:]) * prod(v.right[-1:])),
    "the left operand's leading axes": gives(macs=lambda v: v.macs * prod(v.left[:-2]) // prod(v.shape[:-2])),
    # ptflops and DeepSpeed.
    "a vector's length for columns": gives(macs=lambda v: v.macs * (v.right[-1] if len(v.right) == 1 else 1)),
    "leading axes of both": gives(macs=lambda v: v.macs * prod(v.left[:-2]) * prod(v.right[:-2])),
}
OUTER: dict[str, Slip] = {
    "sizes added": gives(macs=lambda v: sum((*v.left, *v.right))),
    "element-wise": gives(elementwise=lambda v: v.macs, macs=lambda v: 0),
    "output shape transposed": gives(shape=lambda v: v.shape[::-1]),
    "left operand not read": gives(inputs=lambda v: prod(v.right)),
}
KRON: dict[str, Slip] = {
    "sizes added": gives(macs=lambda v: prod(v.left) + prod(v.right)),
    "left operand only": gives(macs=lambda v: prod(v.left)),
    "shape of an outer product": gives(shape=lambda v: (*v.left, *v.right)),
    "axes aligned at the first": gives(shape=lambda v: v.shape[::-1]),
    "element-wise": gives(elementwise=lambda v: v.macs, macs=lambda v: 0),
}
CHAIN: dict[str, Slip] = {
    "from left to right": gives(
        macs=lambda v: sum(v.matrices[0][0] * a[1] * b[1] for a, b in pairwise(v.matrices)),
    ),
    "from right to left": gives(
        macs=lambda v: sum(v.matrices[-1][-1] * a[0] * b[0] for a, b in pairwise(v.matrices)),
    ),
    "all sizes at once": gives(macs=lambda v: prod(n for n, _ in v.matrices) * v.matrices[-1][-1]),
    "first product only": gives(macs=lambda v: v.matrices[0][0] * v.matrices[0][1] * v.matrices[1][1]),
    "shape of the first": gives(shape=lambda v: v.matrices[0]),
}
SUM: dict[str, Slip] = {
    **PRODUCT,
    "what is added in the MACs": gives(macs=lambda v: v.macs + v.activations),
    "nothing added": gives(bias_adds=lambda v: 0),
    "added whatever beta is": gives(bias_adds=lambda v: v.activations),
    "what is added not broadcast": gives(bias_adds=lambda v: v.bias_adds and prod(v.input)),
    "factors free": gives(elementwise=lambda v: 0),
    "alpha for beta": reads(lambda a: {"alpha": a.beta, "beta": a.alpha}),
    "as parameters": gives(parameters=lambda v: prod(v.input)),
}
# One product an output element is right there.
_OF_INNER_PRODUCTS = {"additions of an inner product one fewer", "one an output element"}
ADDR = {name: slip for name, slip in SUM.items() if name not in _OF_INNER_PRODUCTS}
ADDBMM: dict[str, Slip] = {
    **SUM,
    "batch forgotten": gives(macs=lambda v: v.macs // v.left[0]),
    "batch in the output": gives(shape=lambda v: (v.left[0], *v.shape)),
    "something added to each of the batch": gives(bias_adds=lambda v: v.bias_adds * v.left[0]),
}
TENSORDOT: dict[str, Slip] = {
    "axes of the first pair only": gives(
        macs=lambda v: v.macs // prod(v.left[axis] for axis in v.dims[0][1:]),
    ),
    "axes for their sizes": gives(macs=lambda v: v.activations * prod(v.dims[0])),
    "every axis of both": gives(macs=lambda v: prod(v.left) * prod(v.right)),
    "one an output element": gives(macs=lambda v: v.activations),
    "right operand first": gives(shape=lambda v: v.shape[::-1]),
}
BILINEAR: dict[str, Slip] = {
    "right input forgotten": gives(macs=lambda v: v.macs // v.right[-1]),
    "left input forgotten": gives(macs=lambda v: v.macs // v.left[-1]),
    "a linear layer of both": gives(macs=lambda v: v.activations * (v.left[-1] + v.right[-1])),
    "leading axes forgotten": gives(macs=lambda v: v.left[-1] * v.right[-1] * v.out_features),
    "two multiplications a term": gives(macs=lambda v: 2 * v.macs),
    "bias forgotten": reads(lambda a: {"bias": False}),
    "weights of a linear layer": gives(parameters=lambda v: v.out_features * (v.left[-1] + v.right[-1])),
    "shape of the right input": gives(shape=lambda v: v.right),
}


def _all_indices(operands: tuple[tuple[int, ...], ...], equation: str) -> int:
    terms = equation.partition("->")[0].split(",")
    pairs = (pair for term, shape in zip(terms, operands, strict=True) for pair in zip(term, shape, strict=True))
    return prod(dict(pairs).values())


EINSUM: dict[str, Slip] = {
    "all indices at once": gives(macs=lambda v: _all_indices(v.operands, v.equation)),
    "from right to left": reads(
        lambda a: {
            "operands": a.operands[::-1],
            "equation": ",".join(a.equation.partition("->")[0].split(",")[::-1]) + "->" + a.equation.partition("->")[2],
        }
    ),
    "halved": gives(macs=lambda v: v.macs // 2),
    "one an output element": gives(macs=lambda v: v.activations),
    "sums beforehand free": gives(elementwise=lambda v: 0),
    "additions of products too": gives(elementwise=lambda v: v.elementwise + v.macs),
    "output reversed": gives(shape=lambda v: v.shape[::-1]),
    "first operand read only": gives(inputs=lambda v: prod(v.operands[0])),
}
ATTENTION: dict[str, Slip] = {
    "scores only": gives(macs=lambda v: v.macs - prod(v.shape) * v.key[-2]),
    "sums of values only": gives(macs=lambda v: prod(v.shape) * v.key[-2]),
    "width of the keys for the values": gives(
        macs=lambda v: 2 * prod(v.shape[:-1]) * v.key[-2] * v.query[-1],
    ),
    "as many keys as queries": gives(macs=lambda v: v.macs * v.query[-2] // v.key[-2]),
    "heads of the keys": gives(macs=lambda v: v.macs // v.query[-3] * v.key[-3]),
    "heads forgotten": gives(macs=lambda v: v.macs // v.query[-3]),
    "batch forgotten": gives(macs=lambda v: v.macs // v.query[0]),
    "causal halved": gives(macs=lambda v: v.macs // 2 if v.is_causal else v.macs),
    "softmax free": gives(elementwise=lambda v: 0),
    "a mask is free": gives(
        elementwise=lambda v: v.elementwise - prod(v.shape[:-1]) * v.key[-2] * (v.mask is not None)
    ),
    "softmax without its division": gives(elementwise=lambda v: v.elementwise - prod(v.shape[:-1]) * v.key[-2]),
    "shape of the queries": gives(shape=lambda v: v.query),
}
