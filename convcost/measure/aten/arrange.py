"""Operators that join, cut or hand on, and means."""

from __future__ import annotations

from convcost.measure.aten.bound import Arguments, Binder, Bound, shape_of


def _concat(a: Arguments) -> Bound:
    shapes = tuple(shape_of(t) for t in a["tensors"])
    return Bound("concat", (shapes,), {"dim": a["dim"] % len(shapes[0])})


def _mean(a: Arguments) -> Bound:
    rank = a["self"].dim()
    axes = a.get("dim") or range(rank)
    return Bound(
        "mean", (shape_of(a["self"]),), {"dim": tuple(x % rank for x in axes), "keepdim": bool(a.get("keepdim"))}
    )


def _flatten(a: Arguments) -> Bound:
    return Bound("flatten", (shape_of(a["self"]),), {"start_dim": a["start_dim"], "end_dim": a["end_dim"]})


def _dropout(a: Arguments) -> Bound:
    tensor = next(iter(a.values()))  # `input`, but `self` in place
    return Bound(None if a["train"] and a["p"] else "dropout", (shape_of(tensor),), {})


_DROPOUTS = ("dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout")


BINDERS: dict[str, Binder] = {"cat": _concat, "mean": _mean, "flatten": _flatten}
BINDERS.update(dict.fromkeys(_DROPOUTS, _dropout))
