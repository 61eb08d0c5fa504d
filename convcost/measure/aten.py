"""From ATen calls to the book's words: operator, input shapes and hyper-parameters, nothing else.

A binder reads only what the model passed (shapes of inputs and weights, numbers). It never looks at the
output: the formula must derive that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor
from torch.nn import functional as F  # noqa: N812

Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Bound:
    """A call in the book's words; `operator` is None for a use that its formula does not cover.

    `unbatched`: the batch axis was absent and stands as 1.
    """

    operator: str | None
    inputs: tuple[Any, ...]
    hyper: dict[str, Any]
    unbatched: bool = False


def _shape(tensor: Tensor) -> tuple[int, ...]:
    return tuple(tensor.shape)


def _image(tensor: Tensor, rank: int) -> tuple[tuple[int, ...], bool]:
    unbatched = tensor.dim() == rank + 1
    return ((1, *_shape(tensor)) if unbatched else _shape(tensor)), unbatched


def _padding(value: Any) -> Any:
    return value if isinstance(value, str) else tuple(value)


def _convolution(rank: int) -> Callable[[Arguments], Bound]:
    def bind(a: Arguments) -> Bound:
        weight = _shape(a["weight"])
        shape, unbatched = _image(a["input"], rank)
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


def _transposed(rank: int) -> Callable[[Arguments], Bound]:
    def bind(a: Arguments) -> Bound:
        weight = _shape(a["weight"])
        shape, unbatched = _image(a["input"], rank)
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


def _linear(a: Arguments) -> Bound:
    hyper = {"out_features": _shape(a["weight"])[0], "bias": a["bias"] is not None}
    return Bound("linear", (_shape(a["input"]),), hyper)


def _shift(a: Arguments) -> dict[str, Any]:
    """A scale without a shift is said; that both are there or neither is what `affine` says."""
    return {"bias": False} if a["weight"] is not None and a["bias"] is None else {}


def _batch_norm(a: Arguments) -> Bound:
    hyper = {"affine": a["weight"] is not None, "training": a["training"], **_shift(a)}
    return Bound("batch_norm", (_shape(a["input"]),), hyper)


def _instance_norm(a: Arguments) -> Bound:
    hyper = {"affine": a["weight"] is not None, "running": not a["use_input_stats"], **_shift(a)}
    return Bound("instance_norm", (_shape(a["input"]),), hyper)


def _group_norm(a: Arguments) -> Bound:
    return Bound(
        "group_norm", (_shape(a["input"]),), {"groups": a["num_groups"], "affine": a["weight"] is not None, **_shift(a)}
    )


def _layer_norm(a: Arguments) -> Bound:
    hyper = {"normalized_shape": tuple(a["normalized_shape"]), "affine": a["weight"] is not None, **_shift(a)}
    return Bound("layer_norm", (_shape(a["input"]),), hyper)


def _pool(kind: str, rank: int) -> Callable[[Arguments], Bound]:
    def bind(a: Arguments) -> Bound:
        shape, unbatched = _image(a["self"], rank)
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


def _adaptive(kind: str, rank: int) -> Callable[[Arguments], Bound]:
    def bind(a: Arguments) -> Bound:
        shape, unbatched = _image(a["self"], rank)
        return Bound(f"adaptive_{kind}_pool{rank}d", (shape,), {"output_size": tuple(a["output_size"])}, unbatched)

    return bind


def _activation(name: str) -> Callable[[Arguments], Bound]:
    return lambda a: Bound(name, (_shape(next(iter(a.values()))),), {})


def _hardtanh(a: Arguments) -> Bound:
    bounds = (a["min_val"], a["max_val"])
    return Bound("relu6" if bounds == (0, 6) else "hardtanh", (_shape(a["self"]),), {})


def _prelu(a: Arguments) -> Bound:
    return Bound("prelu", (_shape(a["self"]),), {"slopes": a["weight"].numel()})


def _softmax(a: Arguments) -> Bound:
    return Bound("softmax", (_shape(a["self"]),), {"dim": a["dim"] % a["self"].dim()})


def _binary(name: str) -> Callable[[Arguments], Bound]:
    def bind(a: Arguments) -> Bound:
        shapes = tuple(_shape(v) if isinstance(v, Tensor) else () for v in (a["self"], a["other"]))
        plain = a.get("alpha", 1) == 1 and a.get("rounding_mode") is None
        return Bound(name if plain else None, shapes, {})

    return bind


def _concat(a: Arguments) -> Bound:
    shapes = tuple(_shape(t) for t in a["tensors"])
    return Bound("concat", (shapes,), {"dim": a["dim"] % len(shapes[0])})


def _mean(a: Arguments) -> Bound:
    rank = a["self"].dim()
    axes = a.get("dim") or range(rank)
    return Bound(
        "mean", (_shape(a["self"]),), {"dim": tuple(x % rank for x in axes), "keepdim": bool(a.get("keepdim"))}
    )


def _flatten(a: Arguments) -> Bound:
    return Bound("flatten", (_shape(a["self"]),), {"start_dim": a["start_dim"], "end_dim": a["end_dim"]})


def _dropout(a: Arguments) -> Bound:
    return Bound(None if a["train"] and a["p"] else "dropout", (_shape(a["input"]),), {})


_PLAIN = ("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus", "softshrink")
_SAME = ("sigmoid", "tanh", "hardsigmoid", "hardswish", "hardshrink")

BINDERS: dict[str, Callable[[Arguments], Bound]] = {
    "linear": _linear,
    "batch_norm": _batch_norm,
    "instance_norm": _instance_norm,
    "group_norm": _group_norm,
    "layer_norm": _layer_norm,
    "hardtanh": _hardtanh,
    "log_sigmoid": _activation("logsigmoid"),
    "prelu": _prelu,
    "softmax": _softmax,
    "cat": _concat,
    "mean": _mean,
    "flatten": _flatten,
    "dropout": _dropout,
}
for _name in (*_PLAIN, *_SAME):
    BINDERS[_name] = _activation(_name)
for _name in ("add", "sub", "mul", "div"):
    BINDERS[_name] = _binary(_name)
for _rank in (1, 2, 3):
    BINDERS[f"conv{_rank}d"] = _convolution(_rank)
    BINDERS[f"conv_transpose{_rank}d"] = _transposed(_rank)
    BINDERS[f"max_pool{_rank}d_with_indices"] = _pool("max", _rank)
    for _kind in ("max", "avg"):
        BINDERS[f"{_kind}_pool{_rank}d"] = _pool(_kind, _rank)
        BINDERS[f"adaptive_{_kind}_pool{_rank}d"] = _adaptive(_kind, _rank)


def _local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Bound:
    return Bound("local_response_norm", (_shape(input),), {"size": size})


FUNCTIONS: dict[Any, Callable[..., Bound]] = {F.local_response_norm: _local_response_norm}
"""Functions that PyTorch itself writes in Python out of several operators, and that papers have as one."""
