"""Normalisations."""

from __future__ import annotations

from typing import Any

from convcost.measure.aten.bound import Arguments, Binder, Bound, shape_of


def _shift(a: Arguments) -> dict[str, Any]:
    """A scale without a shift is said; that both are there or neither is what `affine` says."""
    return {"bias": False} if a["weight"] is not None and a["bias"] is None else {}


def _batch_norm(a: Arguments) -> Bound:
    hyper = {"affine": a["weight"] is not None, "training": a["training"], **_shift(a)}
    return Bound("batch_norm", (shape_of(a["input"]),), hyper)


def _instance_norm(a: Arguments) -> Bound:
    hyper = {"affine": a["weight"] is not None, "running": not a["use_input_stats"], **_shift(a)}
    return Bound("instance_norm", (shape_of(a["input"]),), hyper)


def _group_norm(a: Arguments) -> Bound:
    return Bound(
        "group_norm",
        (shape_of(a["input"]),),
        {"groups": a["num_groups"], "affine": a["weight"] is not None, **_shift(a)},
    )


def _layer_norm(a: Arguments) -> Bound:
    hyper = {"normalized_shape": tuple(a["normalized_shape"]), "affine": a["weight"] is not None, **_shift(a)}
    return Bound("layer_norm", (shape_of(a["input"]),), hyper)


BINDERS: dict[str, Binder] = {
    "batch_norm": _batch_norm,
    "instance_norm": _instance_norm,
    "group_norm": _group_norm,
    "layer_norm": _layer_norm,
}
