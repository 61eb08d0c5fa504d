"""Convolutions, transposed convolutions and the fully connected layer."""

from __future__ import annotations

from typing import Any

from convcost.trace.binders.bound import Arguments, Binder, Bound, batched, shape_of


def _padding(value: Any) -> Any:
    return value if isinstance(value, str) else tuple(value)


def _convolution(rank: int) -> Binder:
    def bind(a: Arguments) -> Bound:
        weight = shape_of(a["weight"])
        shape, unbatched = batched(a["input"], rank)
        hyper = {
            "out_channels": weight[0],
            "kernel_size": weight[2:],
            "stride": tuple(a["stride"]),
            "padding": _padding(a["padding"]),
            "dilation": tuple(a["dilation"]),
            "groups": a["groups"],
            "bias": a["bias"] is not None,
        }
        return Bound(f"conv{rank}d", (shape,), hyper, unbatched)

    return bind


def _transposed(rank: int) -> Binder:
    def bind(a: Arguments) -> Bound:
        weight = shape_of(a["weight"])
        shape, unbatched = batched(a["input"], rank)
        hyper = {
            "out_channels": weight[1] * a["groups"],
            "kernel_size": weight[2:],
            "stride": tuple(a["stride"]),
            "padding": tuple(a["padding"]),
            "output_padding": tuple(a["output_padding"]),
            "dilation": tuple(a["dilation"]),
            "groups": a["groups"],
            "bias": a["bias"] is not None,
        }
        return Bound(f"conv_transpose{rank}d", (shape,), hyper, unbatched)

    return bind


def _any(a: Arguments) -> Bound:
    """The convolution that stands for all of them, as a traced model calls it."""
    rank = len(a["stride"])
    return (_transposed if a["transposed"] else _convolution)(rank)(a)


def _linear(a: Arguments) -> Bound:
    if a["weight"].dim() == 1:
        plain = a["bias"] is None  # the book has no product with a vector that adds a number
        return Bound("matmul" if plain else None, (shape_of(a["input"]), shape_of(a["weight"])), {})
    hyper = {"out_features": shape_of(a["weight"])[0], "bias": a["bias"] is not None}
    return Bound("linear", (shape_of(a["input"]),), hyper)


BINDERS: dict[str, Binder] = {"linear": _linear, "convolution": _any, "_convolution": _any}
for _rank in (1, 2, 3):
    BINDERS[f"conv{_rank}d"] = _convolution(_rank)
    BINDERS[f"conv_transpose{_rank}d"] = _transposed(_rank)
