"""Matrix products, sums of products over indices, and attention."""

from __future__ import annotations

from convcost.trace.binders.bound import Arguments, Binder, Bound, shape_of


def _pair(name: str) -> Binder:
    """Two operands and no settings, whatever the schema calls them."""

    def bind(a: Arguments) -> Bound:
        left, right, *_ = a.values()
        return Bound(name, (shape_of(left), shape_of(right)), {})

    return bind


def _added(name: str) -> Binder:
    def bind(a: Arguments) -> Bound:
        shapes = tuple(shape_of(tensor) for tensor in list(a.values())[:3])
        return Bound(name, shapes, {"beta": a["beta"], "alpha": a["alpha"]})

    return bind


def _chain(a: Arguments) -> Bound:
    matrices, *_ = a.values()
    return Bound("multi_dot", (tuple(shape_of(matrix) for matrix in matrices),), {})


def _einsum(a: Arguments) -> Bound:
    hyper = {"equation": a["equation"], **({"path": tuple(a["path"])} if a["path"] else {})}
    return Bound("einsum", (tuple(shape_of(tensor) for tensor in a["tensors"]),), hyper)


def _tensordot(a: Arguments) -> Bound:
    left, right = a["self"], a["other"]
    dims = tuple(axis % left.dim() for axis in a["dims_self"]), tuple(axis % right.dim() for axis in a["dims_other"])
    return Bound("tensordot", (shape_of(left), shape_of(right)), {"dims": dims})


def _inner(a: Arguments) -> Bound:
    shapes = shape_of(a["self"]), shape_of(a["other"])
    if not all(shapes):
        return Bound("mul", shapes, {})
    return Bound("tensordot", shapes, {"dims": tuple((len(shape) - 1,) for shape in shapes)})


def _bilinear(a: Arguments) -> Bound:
    hyper = {"out_features": shape_of(a["weight"])[0], "bias": a["bias"] is not None}
    return Bound("bilinear", (shape_of(a["input1"]), shape_of(a["input2"])), hyper)


def _attention(a: Arguments) -> Bound:
    operands = [a["query"], a["key"], a["value"], *([] if a["attn_mask"] is None else [a["attn_mask"]])]
    hyper = {"is_causal": a["is_causal"], "enable_gqa": a["enable_gqa"]}
    return Bound("scaled_dot_product_attention", tuple(shape_of(tensor) for tensor in operands), hyper)


BINDERS: dict[str, Binder] = {
    **{name: _pair(name) for name in ("matmul", "mm", "bmm", "mv", "dot", "outer", "kron")},
    "linalg_matmul": _pair("matmul"),
    "vdot": _pair("dot"),
    "ger": _pair("outer"),
    **{name: _added(name) for name in ("addmm", "baddbmm", "addmv", "addbmm", "addr")},
    "linalg_multi_dot": _chain,
    "chain_matmul": _chain,
    "einsum": _einsum,
    "tensordot": _tensordot,
    "inner": _inner,
    "bilinear": _bilinear,
    "scaled_dot_product_attention": _attention,
}
