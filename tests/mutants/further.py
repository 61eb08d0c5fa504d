"""Slips in the formulas of interpolation, sampling, tables, rearrangement, and the remaining norms and pools."""

from __future__ import annotations

from math import prod

from .mutation import Slip, gives, reads

RESIZE: dict[str, Slip] = {
    "a tap more": gives(elementwise=lambda v: v.elementwise + 2 * v.activations),
    "products without additions": gives(elementwise=lambda v: (v.elementwise + v.activations) // 2),
    "as many additions as products": gives(elementwise=lambda v: v.elementwise + v.activations),
    "of the input": gives(elementwise=lambda v: prod(v.input)),
    "one channel": gives(elementwise=lambda v: v.elementwise // v.input[1]),
    "multiply-accumulates": gives(macs=lambda v: v.activations),
    "output axes swapped": reads(lambda a: {"output_size": a.output_size and a.output_size[::-1]}),
    "factor ignored": gives(shape=lambda v: v.shape if v.scale_factor is None else v.input),
    "factor of the last axis for all": reads(
        lambda a: {"scale_factor": a.scale_factor and (a.scale_factor[-1],) * len(a.scale_factor)}
    ),
}
NEAREST = {name: RESIZE[name] for name in RESIZE if name not in ("one channel",)}
NEAREST.pop("products without additions")
NEAREST["a product each"] = gives(elementwise=lambda v: v.activations)
ANTIALIASED: dict[str, Slip] = {
    **{name: RESIZE[name] for name in RESIZE if not name.startswith("factor")},
    "taps as where it grows": gives(
        elementwise=lambda v: (
            (v.elementwise + v.activations)
            // prod(max(n, o) for n, o in zip(v.input[2:], v.shape[2:], strict=True))
            * prod(v.shape[2:])
            - v.activations
        )
    ),
    "taps as where it shrinks": gives(
        elementwise=lambda v: (
            (v.elementwise + v.activations)
            // prod(max(n, o) for n, o in zip(v.input[2:], v.shape[2:], strict=True))
            * prod(v.input[2:])
            - v.activations
        )
    ),
}
GRID_SAMPLE: dict[str, Slip] = {
    "always bilinear": reads(lambda a: {"mode": "bilinear"}),
    "fvcore's four an element": gives(elementwise=lambda v: 4 * v.activations),
    "of the input": gives(elementwise=lambda v: 7 * prod(v.input)),
    "two axes always": gives(elementwise=lambda v: v.elementwise if len(v.input) == 4 else 7 * v.activations),
    "the grid not read": gives(inputs=lambda v: prod(v.input)),
    "the input's sizes": gives(shape=lambda v: v.input),
}
AFFINE_GRID: dict[str, Slip] = {
    "without the shift": gives(macs=lambda v: v.macs // v.input[2] * v.input[1]),
    "a channel each": gives(macs=lambda v: v.macs * v.size[1]),
    "one sample": gives(macs=lambda v: v.macs // v.size[0]),
    "coordinates first": gives(shape=lambda v: (v.shape[0], v.shape[-1], *v.shape[1:-1])),
    "the map as parameters": gives(parameters=lambda v: prod(v.input)),
}
EMBEDDING: dict[str, Slip] = {
    "a product with one-hot rows": gives(macs=lambda v: v.activations * v.num_embeddings),
    "parameters an index": gives(parameters=lambda v: v.activations),
    "one operation per element": gives(elementwise=lambda v: v.activations),
    "the table read": gives(inputs=lambda v: v.parameters),
    "rows for features": gives(shape=lambda v: (*v.input, v.num_embeddings)),
}
EMBEDDING_BAG: dict[str, Slip] = {
    "as many additions as rows": gives(elementwise=lambda v: v.input[0] * v.embedding_dim),
    "the mode ignored": reads(lambda a: {"mode": "max"}),
    "weights ignored": reads(lambda a: {"weighted": False}),
    "the end is a bag": reads(lambda a: {"include_last_offset": False}),
    "a row for each index": gives(shape=lambda v: (v.input[0], v.embedding_dim)),
    "no parameters": gives(parameters=lambda v: 0),
}
_MOVES: dict[str, Slip] = {
    "one operation per element": gives(elementwise=lambda v: v.activations),
    "a view": gives(activations=lambda v: 0),
    "parameters": gives(parameters=lambda v: 1),
}
ONE_HOT = {**_MOVES, "classes not written": gives(activations=lambda v: prod(v.input))}
PAD: dict[str, Slip] = {
    **_MOVES,
    "first axis first": reads(lambda a: {"pad": (0, 0) * (len(a.input) - len(a.pad) // 2) + a.pad}),
    "one side": reads(lambda a: {"pad": tuple(0 if i % 2 else p for i, p in enumerate(a.pad))}),
    "the padding is not written": gives(activations=lambda v: prod(v.input)),
}
PIXEL_SHUFFLE: dict[str, Slip] = {
    **_MOVES,
    "channels by the factor": gives(shape=lambda v: (*v.shape[:-3], v.shape[-3] * v.upscale_factor, *v.shape[-2:])),
    "height only": gives(shape=lambda v: (*v.shape[:-1], v.input[-1])),
}
PIXEL_UNSHUFFLE: dict[str, Slip] = {
    **_MOVES,
    "channels by the factor": gives(shape=lambda v: (*v.shape[:-3], v.shape[-3] // v.downscale_factor, *v.shape[-2:])),
    "height only": gives(shape=lambda v: (*v.shape[:-1], v.input[-1])),
}
CHANNEL_SHUFFLE = {**_MOVES, "groups as an axis": gives(shape=lambda v: (v.input[0], v.groups, *v.input[1:]))}
_WINDOWS: dict[str, Slip] = {
    "stride axes swapped": reads(lambda a: {"stride": a.stride[::-1]}),
    "padding forgotten": reads(lambda a: {"padding": (0, 0)}),
    "dilation forgotten": reads(lambda a: {"dilation": (1, 1)}),
}
UNFOLD: dict[str, Slip] = {
    **_MOVES,
    **_WINDOWS,
    "kernel squared": reads(lambda a: {"kernel_size": (a.kernel_size[0],) * 2}),
    "one channel": gives(shape=lambda v: (v.shape[0], v.shape[1] // v.input[1], v.shape[2])),
}
FOLD: dict[str, Slip] = {
    "nothing is added": gives(elementwise=lambda v: 0),
    "an addition an output": gives(elementwise=lambda v: v.activations),
    "channels as rows": gives(shape=lambda v: (*v.input[:2], *v.output_size)),
    "output axes swapped": reads(lambda a: {"output_size": a.output_size[::-1]}),
    "multiply-accumulates": gives(macs=lambda v: v.elementwise),
}
RMS_NORM: dict[str, Slip] = {
    "as a layer norm": gives(elementwise=lambda v: v.elementwise + 2 * v.activations),
    "one operation per element": gives(elementwise=lambda v: v.activations),
    "scale forgotten": reads(lambda a: {"affine": False}),
    "a shift too": gives(parameters=lambda v: 2 * v.parameters),
    "parameters of the last axis only": gives(parameters=lambda v: v.normalized_shape[-1]),
}
WEIGHT_NORM: dict[str, Slip] = {
    "the direction only": gives(parameters=lambda v: prod(v.input)),
    "lengths of the first axis": gives(parameters=lambda v: prod(v.input) + v.input[0]),
    "one length": reads(lambda a: {"dim": -1}),
    "the scaling only": gives(elementwise=lambda v: v.activations),
    "parameters as inputs": gives(inputs=lambda v: v.parameters),
}
LP_POOL: dict[str, Slip] = {
    "a power a tap": gives(elementwise=lambda v: 2 * (v.elementwise - prod(v.input))),
    "as an average pool": gives(elementwise=lambda v: v.elementwise - prod(v.input)),
    "the root forgotten": gives(elementwise=lambda v: v.elementwise - v.activations),
    "rounded the other way": reads(lambda a: {"ceil_mode": not a.ceil_mode}),
    "stride as one": reads(lambda a: {"stride": (1,) * len(a.kernel_size)}),
}
FRACTIONAL: dict[str, Slip] = {
    "a comparison a tap": gives(elementwise=lambda v: v.elementwise + v.activations),
    "one an input element": gives(elementwise=lambda v: prod(v.input)),
    "kernel squared": reads(lambda a: {"kernel_size": (a.kernel_size[-1],) * len(a.kernel_size)}),
    "output axes swapped": reads(lambda a: {"output_size": a.output_size[::-1]}),
}
UNPOOL: dict[str, Slip] = {
    **_MOVES,
    "indices not read": gives(inputs=lambda v: prod(v.input)),
    "the zeros not written": gives(activations=lambda v: prod(v.input)),
    "output axes swapped": reads(lambda a: {"output_size": a.output_size[::-1]}),
}

SLIPS: dict[str, dict[str, Slip]] = {
    **{f"upsample_nearest{kind}{rank}d": NEAREST for kind in ("", "_exact") for rank in (1, 2, 3)},
    **dict.fromkeys(("upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d", "upsample_bicubic2d"), RESIZE),
    **{f"upsample_{mode}2d_aa": ANTIALIASED for mode in ("bilinear", "bicubic", "lanczos")},
    "grid_sample": GRID_SAMPLE,
    "affine_grid": AFFINE_GRID,
    "embedding": EMBEDDING,
    "embedding_bag": EMBEDDING_BAG,
    "one_hot": ONE_HOT,
    "pad": PAD,
    "pixel_shuffle": PIXEL_SHUFFLE,
    "pixel_unshuffle": PIXEL_UNSHUFFLE,
    "channel_shuffle": CHANNEL_SHUFFLE,
    "unfold": UNFOLD,
    "fold": FOLD,
    "rms_norm": RMS_NORM,
    "weight_norm": WEIGHT_NORM,
    **{f"lp_pool{rank}d": LP_POOL for rank in (1, 2, 3)},
    **{f"fractional_max_pool{rank}d": FRACTIONAL for rank in (2, 3)},
    **{f"max_unpool{rank}d": UNPOOL for rank in (2, 3)},
}
