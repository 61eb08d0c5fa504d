"""What multiplies and adds: convolutions, fully connected and recurrent layers, matrix products, attention."""

from convcost.trace.aten import CONVOLUTIONS
from convcost.trace.binders.arguments import Arguments, Binder, Binding, leading, shape_of


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


def _linear(a: Arguments) -> Binding:
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
    mask = ("attn_mask",) if a.given("attn_mask") else ()
    shapes = a.shapes("query", "key", "value", *mask)
    return Binding("scaled_dot_product_attention", shapes, a.settings("is_causal", "enable_gqa"))


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

BINDERS: dict[str, Binder] = {
    **dict.fromkeys((*CONVOLUTIONS, "convolution", "_convolution"), _convolution),
    "linear": _linear,
    **{name: leading(name, 2) for name in ("matmul", "mm", "bmm", "mv", "dot", "outer", "kron")},
    "linalg_matmul": leading("matmul", 2),
    "vdot": leading("dot", 2),
    "ger": leading("outer", 2),
    **{name: leading(name, 3, ("beta", "alpha")) for name in ("addmm", "baddbmm", "addmv", "addbmm", "addr")},
    "linalg_multi_dot": _multi_dot,
    "chain_matmul": _multi_dot,
    "einsum": _einsum,
    "tensordot": _tensordot,
    "inner": _inner,
    "bilinear": _bilinear,
    "scaled_dot_product_attention": _attention,
    **{name: _recurrent(name, gates) for name, gates in _GATES.items()},
}
