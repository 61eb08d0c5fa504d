"""Pooling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from convcost.trace.binders.bound import Arguments, Binder, Bound, batched


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


def _fractional(rank: int) -> Binder:
    def bind(a: Arguments) -> Bound:
        shape, unbatched = batched(a["self"], rank)
        hyper = {"kernel_size": tuple(a["kernel_size"]), "output_size": tuple(a["output_size"])}
        return Bound(f"fractional_max_pool{rank}d", (shape,), hyper, unbatched)

    return bind


def _unpool(rank: int) -> Binder:
    def bind(a: Arguments) -> Bound:
        (shape, unbatched), (indices, _) = batched(a["self"], rank), batched(a["indices"], rank)
        return Bound(f"max_unpool{rank}d", (shape, indices), {"output_size": tuple(a["output_size"])}, unbatched)

    return bind


def _spread(value: Any, rank: int) -> tuple[int, ...]:
    values = tuple(value) if isinstance(value, tuple | list) else (value,)
    return values * rank if len(values) == 1 else values


def _lp_pool(rank: int) -> Callable[..., Bound]:
    def bind(input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Bound:
        shape, unbatched = batched(input, rank)
        kernel, strides = (value if value is None else _spread(value, rank) for value in (kernel_size, stride))
        hyper = {"norm_type": norm_type, "kernel_size": kernel, "stride": strides, "ceil_mode": ceil_mode}
        return Bound(f"lp_pool{rank}d", (shape,), hyper, unbatched)

    return bind


FUNCTIONS: dict[Any, Callable[..., Bound]] = {
    F.lp_pool1d: _lp_pool(1),
    F.lp_pool2d: _lp_pool(2),
    F.lp_pool3d: _lp_pool(3),
}

BINDERS: dict[str, Binder] = {
    "fractional_max_pool2d": _fractional(2),
    "fractional_max_pool3d": _fractional(3),
    "max_unpool2d": _unpool(2),
    "max_unpool3d": _unpool(3),
    "_adaptive_avg_pool2d": _adaptive("avg", 2),
    "_adaptive_avg_pool3d": _adaptive("avg", 3),
}
for _rank in (1, 2, 3):
    BINDERS[f"max_pool{_rank}d_with_indices"] = _pool("max", _rank)
    for _kind in ("max", "avg"):
        BINDERS[f"{_kind}_pool{_rank}d"] = _pool(_kind, _rank)
        BINDERS[f"adaptive_{_kind}_pool{_rank}d"] = _adaptive(_kind, _rank)
