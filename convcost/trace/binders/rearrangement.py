"""What joins, pads, shuffles or looks up elements, and what samples images: pooling, interpolation and grids."""

from collections.abc import Sequence
from fractions import Fraction

from torch.nn import functional as F  # noqa: N812

from convcost.trace.binders.arguments import Arguments, Binder, Binding, Sizes, named, on_images, spread

_Table = dict[str, Binder]

_WINDOW = ("kernel_size", "stride", "padding", "ceil_mode")


def _concat(a: Arguments) -> Binding:
    shapes = tuple(tuple(tensor.shape) for tensor in a["tensors"])
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


def _images(operator: str, ranks: Sequence[int], *settings: str, aten: str = "{}", **inputs: Sequence[str]) -> _Table:
    """Bind an operator of several ranks; `aten` makes PyTorch's names of the registry's."""
    names = {f"{operator}{rank}d": rank for rank in ranks}
    return {aten.format(name): on_images(name, rank, *settings, **inputs) for name, rank in names.items()}


def _power_average(rank: int) -> Binder:
    """Pooling by powers, which PyTorch writes in Python: its window is one number, or one per axis."""
    plain = on_images(f"lp_pool{rank}d", rank, "norm_type", "kernel_size", "stride", "ceil_mode", names=("input",))

    def bind(a: Arguments) -> Binding:
        window = {name: spread(a[name], rank) for name in ("kernel_size", "stride") if a.given(name)}
        return plain(Arguments({**a, **window}))

    return bind


def _interpolation(name: str, rank: int) -> Binder:
    def bind(a: Arguments) -> Binding:
        image = a.shape("input" if "input" in a else "self")
        scales = _scales(a, rank)
        if a.given("output_size"):
            hyper = a.settings("output_size")
        elif all(scale == int(scale) for scale in scales):
            hyper = {"scale_factor": tuple(int(scale) for scale in scales)}
        else:
            # PyTorch multiplies in double precision and drops what is behind the point.
            hyper = {"output_size": tuple(int(n * scale) for n, scale in zip(image[2:], scales, strict=True))}
        plain = not name.endswith("_aa") or _by_sizes(a, image[2:], scales)
        return Binding(name if plain else None, (image,), hyper)

    return bind


def _scales(a: Arguments, rank: int) -> tuple[float, ...]:
    """Return the scale factors that were given, by axis; a call with explicit sizes may have them too."""
    if "scale_factors" in a:
        return tuple(a["scale_factors"] or ())
    names = ("scales",) if rank == 1 else ("scales_d", "scales_h", "scales_w")[3 - rank :]
    return tuple(a[name] for name in names if a.given(name))


def _by_sizes(a: Arguments, sizes: Sizes, scales: tuple[float, ...]) -> bool:
    """Whether the kernel is stretched by the quotient of the sizes: by another, an output has other taps."""
    exact = all((Fraction(scale) * n).denominator == 1 for n, scale in zip(sizes, scales, strict=False))
    return exact and not a.flag("align_corners")


def _grid_sample(a: Arguments) -> Binding:
    mode = ("bilinear", "nearest", "bicubic")[a.number("interpolation_mode")]
    return Binding("grid_sample", a.shapes("input", "grid"), {"mode": mode})


_INTERPOLATIONS = {
    **{f"upsample_nearest{rank}d": rank for rank in (1, 2, 3)},
    **{f"_upsample_nearest_exact{rank}d": rank for rank in (1, 2, 3)},
    "upsample_linear1d": 1,
    "upsample_bilinear2d": 2,
    "upsample_trilinear3d": 3,
    "upsample_bicubic2d": 2,
    **{f"_upsample_{mode}2d_aa": 2 for mode in ("bilinear", "bicubic", "lanczos")},
}
_PATCHES = ("kernel_size", "stride", "padding", "dilation")
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
    "im2col": on_images("unfold", 2, *_PATCHES),
    "col2im": on_images("fold", 1, "output_size", *_PATCHES),
}
RESHAPING = frozenset(_OF_PARAMETERS)
"""Operators that make of a parameter the parameter in another shape; what computes with that, uses the parameter."""

BINDERS: _Table = {
    **_OF_PARAMETERS,
    "cat": _concat,
    **dict.fromkeys(("dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout"), _dropout),
    "embedding": _embedding,
    **dict.fromkeys(("embedding_bag", "_embedding_bag", "_embedding_bag_forward_only"), _embedding_bag),
    "one_hot": _one_hot,
    **_images("max_pool", (1, 2, 3), *_WINDOW, "dilation"),
    **_images("max_pool", (1, 2, 3), *_WINDOW, "dilation", aten="{}_with_indices"),
    **_images("avg_pool", (1, 2, 3), *_WINDOW),
    **_images("adaptive_max_pool", (1, 2, 3), "output_size"),
    **_images("adaptive_avg_pool", (1, 2, 3), "output_size"),
    **_images("adaptive_avg_pool", (2, 3), "output_size", aten="_{}"),
    **_images("fractional_max_pool", (2, 3), "kernel_size", "output_size"),
    **_images("max_unpool", (2, 3), "output_size", names=("self", "indices")),
    **{name: _interpolation(name.removeprefix("_"), rank) for name, rank in _INTERPOLATIONS.items()},
    **dict.fromkeys(("grid_sampler", "grid_sampler_2d", "grid_sampler_3d"), _grid_sample),
    "affine_grid_generator": named("affine_grid", "theta", settings=("size",)),
}

FUNCTIONS: dict[object, Binder] = {
    function: _power_average(rank) for rank, function in enumerate((F.lp_pool1d, F.lp_pool2d, F.lp_pool3d), 1)
}
