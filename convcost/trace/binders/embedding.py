"""Rows of a table by their numbers."""

from __future__ import annotations

from typing import Any

from convcost.trace.binders.bound import Arguments, Binder, Bound, shape_of


def _table(a: Arguments) -> dict[str, Any]:
    rows, features = shape_of(a["weight"])
    return {"num_embeddings": rows, "embedding_dim": features}


def _embedding(a: Arguments) -> Bound:
    return Bound("embedding", (shape_of(a["indices"]),), _table(a))


def _embedding_bag(a: Arguments) -> Bound:
    hyper = {
        **_table(a),
        "mode": ("sum", "mean", "max")[a["mode"]],
        "weighted": a["per_sample_weights"] is not None,
        "include_last_offset": a["include_last_offset"],
    }
    # How many indices are the padding's, which are left out, no shape tells.
    padded = a.get("padding_idx") is not None and a["padding_idx"] >= 0
    return Bound(None if padded else "embedding_bag", (shape_of(a["indices"]), shape_of(a["offsets"])), hyper)


def _one_hot(a: Arguments) -> Bound:
    # Without a number of classes it is the largest index that there is.
    return Bound("one_hot" if a["num_classes"] > 0 else None, (shape_of(a["self"]),), {"num_classes": a["num_classes"]})


BINDERS: dict[str, Binder] = {
    "embedding": _embedding,
    "embedding_bag": _embedding_bag,
    "_embedding_bag": _embedding_bag,
    "_embedding_bag_forward_only": _embedding_bag,
    "one_hot": _one_hot,
}
