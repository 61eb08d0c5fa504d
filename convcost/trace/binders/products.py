"""What multiplies and adds: convolutions, fully connected and recurrent layers, matrix products, attention."""

from collections.abc import Sequence

import torch
from torch import Tensor

from convcost.core.errors import MeasurementError
from convcost.trace.aten import CONVOLUTIONS
from convcost.trace.binders.arguments import Arguments, Binder, Binding, leading, named, shape_of
from convcost.trace.copies import is_sparse


def _convolution(a: Arguments) -> Binding:
    weight, groups = a.shape("weight"), a.number("groups")
    rank = len(weight) - 2
    # One operator stands for all of them and says which it is; of the others only a transposed one pads its output.
    transposed: bool = a.get("transposed", "output_padding" in a)
    shape, unbatched = a.batched("input", rank)
    hyper: dict[str, object] = {
        "out_channels": weight[1] * groups if transposed else weight[0],
        "kernel_size": weight[2:],
        **a.settings("stride", "padding", *(("output_padding",) if transposed else ()), "dilation", "groups"),
        "bias": a.given("bias"),
    }
    return Binding(f"conv{'_transpose' if transposed else ''}{rank}d", (shape,), hyper, unbatched)


def _if_dense(dense: Binder, first: str, second: str, added: str = "") -> Binder:
    """Bind products of kept entries where one of two matrices is sparse; a number of which no shape tells."""

    def bind(a: Arguments) -> Binding:
        left, right = a[first], a[second]
        sparse = is_sparse(left), is_sparse(right)
        if not any(sparse):
            return dense(a)
        hyper: dict[str, object] = {"entries": _entries(left, right), "kept": _KEPT[sparse]}
        if not added:
            return Binding("sparse_matmul", a.shapes(first, second), hyper)
        return Binding("sparse_addmm", a.shapes(added, first, second), {**hyper, **a.settings("beta", "alpha")})

    return bind


_KEPT = {(True, False): "left", (False, True): "right", (True, True): "both"}


def _entries(left: Tensor, right: Tensor) -> int:
    """Return the entries that one keeps, or of two sparse matrices the pairs that meet: of one column and its row."""
    if not is_sparse(right):
        return _count(left)
    if not is_sparse(left):
        return _count(right)
    columns, rows = _coordinates(left)[1], _coordinates(right)[0]
    width = left.shape[1]
    return int((columns.bincount(minlength=width) * rows.bincount(minlength=width)).sum())


def _count(sparse: Tensor) -> int:
    if sparse.is_meta:
        raise MeasurementError("how many entries a sparse tensor keeps is not known without its values")
    return (sparse._values() if sparse.layout is torch.sparse_coo else sparse.values()).numel()


def _coordinates(sparse: Tensor) -> Tensor:
    _count(sparse)
    coordinates: Tensor = sparse.to_sparse(layout=torch.sparse_coo).coalesce().indices()
    return coordinates


def _sampled(a: Arguments) -> Binding:
    hyper: dict[str, object] = {"entries": _count(a["self"]), **a.settings("beta")}
    return Binding("sampled_addmm" if a["alpha"] == 1 else None, a.shapes("self", "mat1", "mat2"), hyper)


def _grouped(a: Arguments) -> Binding:
    groups: dict[str, object] = {"groups": a["offs"].shape[0]} if a.given("offs") else {}
    return Binding(None if a.given("bias") else "grouped_mm", a.shapes("self", "mat2"), groups)


def _scaled(a: Arguments) -> Binding:
    # The scales multiply every output once, or twice where both operands have one of their own.
    scales = sum(a.given(name) for name in ("scale_a", "scale_b", "scale_result", "scales"))
    right = a.shape("mat2")
    right = right[::-1] if a.given("scales") else right  # packed as (out, in)
    hyper: dict[str, object] = {"scales": scales, "bias": a.given("bias")}
    return Binding("scaled_mm", (a.shape("self"), right), hyper)


def _linear(a: Arguments) -> Binding:
    if is_sparse(a["weight"]):
        # y = x·Wᵀ: each kept entry meets every row of x.
        rows, columns = a.shape("weight")
        hyper: dict[str, object] = {"entries": _count(a["weight"]), "kept": "right"}
        return Binding(None if a.given("bias") else "sparse_matmul", (a.shape("input"), (columns, rows)), hyper)
    weight = a.shape("weight")
    if len(weight) == 1:
        # There is no formula for a product with a vector that adds a number.
        return Binding(None if a.given("bias") else "matmul", a.shapes("input", "weight"))
    return Binding("linear", a.shapes("input"), {"out_features": weight[0], "bias": a.given("bias")})


def _multi_dot(a: Arguments) -> Binding:
    matrices, *_ = a.values()
    return Binding("multi_dot", (tuple(map(shape_of, matrices)),))


def _einsum(a: Arguments) -> Binding:
    path = {"path": a.ints("path")} if a["path"] else {}
    return Binding("einsum", (tuple(map(shape_of, a["tensors"])),), {**a.settings("equation"), **path})


def _tensordot(a: Arguments) -> Binding:
    shapes = a.shapes("self", "other")
    axes = (a.ints("dims_self"), a.ints("dims_other"))
    dims = tuple(tuple(axis % len(shape) for axis in found) for found, shape in zip(axes, shapes, strict=True))
    return Binding("tensordot", shapes, {"dims": dims})


def _inner(a: Arguments) -> Binding:
    shapes = a.shapes("self", "other")
    if not all(shapes):
        return Binding("mul", shapes)
    return Binding("tensordot", shapes, {"dims": tuple((len(shape) - 1,) for shape in shapes)})


def _bilinear(a: Arguments) -> Binding:
    hyper: dict[str, object] = {"out_features": a.shape("weight")[0], "bias": a.given("bias")}
    return Binding("bilinear", a.shapes("input1", "input2"), hyper)


def _attention(a: Arguments) -> Binding:
    mask = tuple(name for name in ("attn_mask", "attn_bias") if a.given(name))
    shapes = a.shapes("query", "key", "value", *mask)
    grouped = a.settings("enable_gqa") if "enable_gqa" in a else {}
    return Binding("scaled_dot_product_attention", shapes, {**a.settings("is_causal"), **grouped})


def higher_order(name: str, args: Sequence[object]) -> Binding:
    """Return the call of an operator that takes functions; of flex_attention every score counts, masked ones too."""
    shapes = tuple(shape_of(value) for value in args if isinstance(value, Tensor))
    if name != "flex_attention" or len(shapes) < 3:
        return Binding(None, shapes)
    shared = shapes[0][-3] != shapes[1][-3]
    return Binding("scaled_dot_product_attention", shapes[:3], {"enable_gqa": shared})


def _recurrent(name: str, gates: int) -> Binder:
    """A whole recurrent layer; what a cell does in one step arrives as its parts, as in a torch.jit trace."""

    def bind(a: Arguments) -> Binding:
        # The LSTM has its states (h, c) as a list, and its weights, like all others, with every gate's rows in one.
        state = a["hx"][0].shape if name == "lstm" else a.shape("hx")
        hidden = a["params"][0].shape[0] // gates
        hyper = {"hidden_size": hidden, **a.settings("num_layers"), "bias": a.flag("has_biases")}
        hyper |= a.settings("bidirectional")
        if name == "lstm":
            hyper["proj_size"] = 0 if state[-1] == hidden else state[-1]
        packed = "data" in a
        hyper |= {"sequences": state[1]} if packed else a.settings("batch_first")
        drops = a.flag("train") and a["dropout"] and a.number("num_layers") > 1
        return Binding(None if drops else name, a.shapes("data" if packed else "input"), hyper)

    return bind


_GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}

_PAIR = {"matmul": ("self", "other"), "mm": ("self", "mat2"), "mv": ("self", "vec")}
_ADDMM = leading("addmm", 3, ("beta", "alpha"))
# What attention is run as, by device.
_ATTENTIONS = (
    *("scaled_dot_product_attention", "_scaled_dot_product_flash_attention_for_cpu"),
    *("_scaled_dot_product_flash_attention", "_scaled_dot_product_efficient_attention"),
    *("_scaled_dot_product_cudnn_attention", "_scaled_dot_product_fused_attention_overrideable"),
)

BINDERS: dict[str, Binder] = {
    **dict.fromkeys((*CONVOLUTIONS, "convolution", "_convolution"), _convolution),
    "linear": _linear,
    **{name: _if_dense(leading(name, 2), *_PAIR[name]) for name in ("matmul", "mm", "mv")},
    **{name: leading(name, 2) for name in ("bmm", "dot", "outer", "kron")},
    "linalg_matmul": leading("matmul", 2),
    "vdot": leading("dot", 2),
    "ger": leading("outer", 2),
    "linalg_vecdot": named("vecdot", "x", "y", settings=("dim",)),
    **{name: leading(name, 3, ("beta", "alpha")) for name in ("baddbmm", "addmv", "addbmm", "addr")},
    "addmm": _if_dense(_ADDMM, "mat1", "mat2", "self"),
    "_sparse_addmm": _if_dense(_ADDMM, "mat1", "mat2", "self"),
    "_sparse_mm": _if_dense(leading("mm", 2), "sparse", "dense"),
    "sparse_sampled_addmm": _sampled,
    "_addmm_activation": leading("addmm_activation", 3, ("beta", "alpha")),
    "_int_mm": leading("mm", 2),
    **dict.fromkeys(("_grouped_mm", "_scaled_grouped_mm"), _grouped),
    **dict.fromkeys(("_scaled_mm", "_weight_int8pack_mm"), _scaled),
    "linalg_multi_dot": _multi_dot,
    "chain_matmul": _multi_dot,
    "einsum": _einsum,
    "tensordot": _tensordot,
    "inner": _inner,
    "bilinear": _bilinear,
    **dict.fromkeys(_ATTENTIONS, _attention),
    **{name: _recurrent(name, gates) for name, gates in _GATES.items()},
}
