"""Normalisations."""

from __future__ import annotations

from typing import Any

from convcost.trace.binders.bound import Arguments, Binder, Bound, shape_of


def _shift(a: Arguments) -> dict[str, Any]:
    """A scale without a shift is said; that both are there or neither is what `affine` says."""
    return {"bias": False} if a["weight"] is not None and a["bias"] is None else {}


def _batch_norm(a: Arguments) -> Bound:
    hyper = {"affine": a["weight"] is not None, "training": a["training"], **_shift(a)}
    return Bound("batch_norm", (shape_of(a["input"]),), hyper)


def _instance_norm(a: Arguments) -> Bound:
    hyper = {"affine": a["weight"] is not None, "running": not a["use_input_stats"], **_shift(a)}
    return Bound("instance_norm", (shape_of(a["input"]),), hyper)


def _group_norm(a: Arguments, groups: str) -> Bound:
    hyper = {"groups": a[groups], "affine": a["weight"] is not None, **_shift(a)}
    return Bound("group_norm", (shape_of(a["input"]),), hyper)


def _layer_norm(a: Arguments) -> Bound:
    hyper = {"normalized_shape": tuple(a["normalized_shape"]), "affine": a["weight"] is not None, **_shift(a)}
    return Bound("layer_norm", (shape_of(a["input"]),), hyper)


def _rms_norm(a: Arguments) -> Bound:
    hyper = {"normalized_shape": tuple(a["normalized_shape"]), "affine": a["weight"] is not None}
    return Bound("rms_norm", (shape_of(a["input"]),), hyper)


def _weight_norm(a: Arguments) -> Bound:
    rank = a["v"].dim()
    return Bound("weight_norm", (shape_of(a["v"]),), {"dim": a["dim"] if a["dim"] == -1 else a["dim"] % rank})


BINDERS: dict[str, Binder] = {
    "batch_norm": _batch_norm,
    "instance_norm": _instance_norm,
    "group_norm": lambda a: _group_norm(a, "num_groups"),
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "_fused_rms_norm": _rms_norm,
    "_weight_norm": _weight_norm,
    "_weight_norm_interface": _weight_norm,
    # What the ones above are run as, for models that spell it out.
    "native_layer_norm": _layer_norm,
    "native_group_norm": lambda a: _group_norm(a, "group"),
    "_native_batch_norm_legit_no_training": lambda a: _batch_norm({**a, "training": False}),
    **dict.fromkeys(
        (
            *("native_batch_norm", "_native_batch_norm_legit", "_batch_norm_impl_index"),
            *("cudnn_batch_norm", "miopen_batch_norm"),
        ),
        _batch_norm,
    ),
}
