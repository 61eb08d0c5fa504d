"""Operators that join, flatten or hand on."""

from __future__ import annotations

from convcost.trace.binders.bound import Arguments, Binder, Bound, shape_of


def _concat(a: Arguments) -> Bound:
    shapes = tuple(shape_of(t) for t in a["tensors"])
    shapes = tuple(s for s in shapes if s != (0,)) or shapes[:1]  # PyTorch joins nothing to anything
    return Bound("concat", (shapes,), {"dim": a["dim"] % len(shapes[0])})


def _flatten(a: Arguments) -> Bound:
    return Bound("flatten", (shape_of(a["self"]) or (1,),), {"start_dim": a["start_dim"], "end_dim": a["end_dim"]})


def _dropout(a: Arguments) -> Bound:
    tensor = next(iter(a.values()))  # `input`, but `self` in place
    return Bound(None if a["train"] and a["p"] else "dropout", (shape_of(tensor),), {})


_DROPOUTS = ("dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout")


BINDERS: dict[str, Binder] = {"cat": _concat, "flatten": _flatten}
BINDERS.update(dict.fromkeys(_DROPOUTS, _dropout))
