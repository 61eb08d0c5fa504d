"""Pooling."""

from __future__ import annotations

from convcost.measure.aten.bound import Arguments, Binder, Bound, batched


def _pool(kind: str, rank: int) -> Binder:
    def bind(a: Arguments) -> Bound:
        shape, unbatched = batched(a["self"], rank)
        hyper = {
            "kernel_size": tuple(a["kernel_size"]),
            "stride": tuple(a["stride"]) or None,
            "padding": tuple(a["padding"]),
            "ceil_mode": a["ceil_mode"],
        }
        if kind == "max":
            hyper["dilation"] = tuple(a["dilation"])
        return Bound(f"{kind}_pool{rank}d", (shape,), hyper, unbatched)

    return bind


def _adaptive(kind: str, rank: int) -> Binder:
    def bind(a: Arguments) -> Bound:
        shape, unbatched = batched(a["self"], rank)
        return Bound(f"adaptive_{kind}_pool{rank}d", (shape,), {"output_size": tuple(a["output_size"])}, unbatched)

    return bind


BINDERS: dict[str, Binder] = {}
for _rank in (1, 2, 3):
    BINDERS[f"max_pool{_rank}d_with_indices"] = _pool("max", _rank)
    for _kind in ("max", "avg"):
        BINDERS[f"{_kind}_pool{_rank}d"] = _pool(_kind, _rank)
        BINDERS[f"adaptive_{_kind}_pool{_rank}d"] = _adaptive(_kind, _rank)
