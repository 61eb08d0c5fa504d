"""Sampling at the positions of a grid."""

from __future__ import annotations

from convcost.trace.binders.bound import Arguments, Binder, Bound, shape_of

_MODES = ("bilinear", "nearest", "bicubic")


def _grid_sample(a: Arguments) -> Bound:
    return Bound("grid_sample", (shape_of(a["input"]), shape_of(a["grid"])), {"mode": _MODES[a["interpolation_mode"]]})


def _affine_grid(a: Arguments) -> Bound:
    return Bound("affine_grid", (shape_of(a["theta"]),), {"size": tuple(a["size"])})


BINDERS: dict[str, Binder] = {
    "grid_sampler": _grid_sample,
    "grid_sampler_2d": _grid_sample,
    "grid_sampler_3d": _grid_sample,
    "affine_grid_generator": _affine_grid,
}
