"""Activations and element-wise arithmetic."""

from __future__ import annotations

from torch import Tensor

from convcost.measure.aten.bound import Arguments, Binder, Bound, shape_of


def _activation(name: str) -> Binder:
    return lambda a: Bound(name, (shape_of(next(iter(a.values()))),), {})


def _hardtanh(a: Arguments) -> Bound:
    bounds = (a["min_val"], a["max_val"])
    return Bound("relu6" if bounds == (0, 6) else "hardtanh", (shape_of(a["self"]),), {})


def _prelu(a: Arguments) -> Bound:
    return Bound("prelu", (shape_of(a["self"]),), {"slopes": a["weight"].numel()})


def _softmax(a: Arguments) -> Bound:
    return Bound("softmax", (shape_of(a["self"]),), {"dim": a["dim"] % a["self"].dim()})


def _binary(name: str) -> Binder:
    def bind(a: Arguments) -> Bound:
        shapes = tuple(shape_of(v) if isinstance(v, Tensor) else () for v in (a["self"], a["other"]))
        plain = a.get("alpha", 1) == 1 and a.get("rounding_mode") is None
        return Bound(name if plain else None, shapes, {})

    return bind


_PLAIN = ("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus", "softshrink")
_SAME = ("sigmoid", "tanh", "hardsigmoid", "hardswish", "hardshrink")

BINDERS: dict[str, Binder] = {
    "hardtanh": _hardtanh,
    "log_sigmoid": _activation("logsigmoid"),
    "prelu": _prelu,
    "softmax": _softmax,
}
for _name in (*_PLAIN, *_SAME):
    BINDERS[_name] = _activation(_name)
for _name in ("add", "sub", "mul", "div"):
    BINDERS[_name] = _binary(_name)
