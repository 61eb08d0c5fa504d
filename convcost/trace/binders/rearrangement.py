"""What joins, flattens, pads or shuffles elements, hands them on, or looks them up in a table."""

from __future__ import annotations

from convcost.trace.binders.arguments import Arguments, Binder, Binding, named, on_images


def _concat(a: Arguments) -> Binding:
    shapes = tuple(tuple(tensor.shape) for tensor in a.tensors("tensors"))
    shapes = tuple(shape for shape in shapes if shape != (0,)) or shapes[:1]  # PyTorch joins nothing to anything
    return Binding("concat", (shapes,), {"dim": a.number("dim") % len(shapes[0])})


def _flatten(a: Arguments) -> Binding:
    return Binding("flatten", (a.shape("self") or (1,),), a.settings("start_dim", "end_dim"))


def _dropout(a: Arguments) -> Binding:
    return Binding(None if a.flag("train") and a["p"] else "dropout", a.leading(1))  # `input`, but `self` in place


def _pad(name: str, mode: str = "") -> Binder:
    return lambda a: Binding("pad", a.shapes("self"), {"pad": a.ints(name), "mode": mode or a["mode"]})


def _table(a: Arguments) -> dict[str, object]:
    rows, features = a.shape("weight")
    return {"num_embeddings": rows, "embedding_dim": features}


def _embedding(a: Arguments) -> Binding:
    return Binding("embedding", a.shapes("indices"), _table(a))


def _embedding_bag(a: Arguments) -> Binding:
    hyper = {
        **_table(a),
        "mode": ("sum", "mean", "max")[a.number("mode")],
        "weighted": a.given("per_sample_weights"),
        **a.settings("include_last_offset"),
    }
    # How many indices are the padding's, which are left out, no shape tells.
    padded = a.given("padding_idx") and a.number("padding_idx") >= 0
    return Binding(None if padded else "embedding_bag", a.shapes("indices", "offsets"), hyper)


def _one_hot(a: Arguments) -> Binding:
    # Without a number of classes it is the largest index that there is.
    counted = a.number("num_classes") > 0
    return Binding("one_hot" if counted else None, a.shapes("self"), a.settings("num_classes"))


_WINDOW = ("kernel_size", "stride", "padding", "dilation")
_OF_PARAMETERS: dict[str, Binder] = {
    "flatten": _flatten,
    "pad": _pad("pad"),
    "constant_pad_nd": _pad("pad", "constant"),
    "_pad_circular": _pad("pad", "circular"),
    **{f"reflection_pad{rank}d": _pad("padding", "reflect") for rank in (1, 2, 3)},
    **{f"replication_pad{rank}d": _pad("padding", "replicate") for rank in (1, 2, 3)},
    "pixel_shuffle": named("pixel_shuffle", "self", settings=("upscale_factor",)),
    "pixel_unshuffle": named("pixel_unshuffle", "self", settings=("downscale_factor",)),
    "channel_shuffle": named("channel_shuffle", "self", settings=("groups",)),
    "native_channel_shuffle": named("channel_shuffle", "self", settings=("groups",)),
    "im2col": on_images("unfold", 2, *_WINDOW),
    "col2im": on_images("fold", 1, "output_size", *_WINDOW),
}
RESHAPING = frozenset(_OF_PARAMETERS)
"""Operators that make of a parameter the parameter in another shape; what computes with that, uses the parameter."""

BINDERS: dict[str, Binder] = {
    **_OF_PARAMETERS,
    "cat": _concat,
    **dict.fromkeys(("dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout"), _dropout),
    "embedding": _embedding,
    **dict.fromkeys(("embedding_bag", "_embedding_bag", "_embedding_bag_forward_only"), _embedding_bag),
    "one_hot": _one_hot,
}
