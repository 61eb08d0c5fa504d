"""Activations and softmaxes."""

from __future__ import annotations

from convcost.trace.binders.bound import Arguments, Binder, Bound, shape_of


def _activation(name: str) -> Binder:
    return lambda a: Bound(name, (shape_of(next(iter(a.values()))),), {})


def _hardtanh(a: Arguments) -> Bound:
    bounds = (a["min_val"], a["max_val"])
    return Bound("relu6" if bounds == (0, 6) else "hardtanh", (shape_of(a["self"]),), {})


def _prelu(a: Arguments) -> Bound:
    return Bound("prelu", (shape_of(a["self"]),), {"slopes": a["weight"].numel()})


def _rrelu(a: Arguments) -> Bound:
    return Bound(None if a["training"] else "rrelu", (shape_of(a["self"]),), {})


def _along(name: str) -> Binder:
    def bind(a: Arguments) -> Bound:
        shape = shape_of(a["self"]) or (1,)  # a number is a row of one
        return Bound(name, (shape,), {"dim": a["dim"] % len(shape)})

    return bind


_PLAIN = ("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus", "softshrink")
_SAME = ("sigmoid", "tanh", "hardsigmoid", "hardswish", "hardshrink", "threshold")

BINDERS: dict[str, Binder] = {
    "hardtanh": _hardtanh,
    "log_sigmoid": _activation("logsigmoid"),
    "prelu": _prelu,
    "rrelu": _rrelu,
    **{name: _along(name) for name in ("glu", "softmax", "log_softmax")},
    **{name: _activation(name) for name in (*_PLAIN, *_SAME)},
}
