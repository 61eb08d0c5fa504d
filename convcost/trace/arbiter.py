"""The ones probe of a call that a model made: who is right where a formula and a counter differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import torch
from torch.nn import functional as F  # noqa: N812

from convcost.core.op_call import OpCall
from convcost.trace.executed import executed
from convcost.trace.probe import ones_probe

# A larger call would take longer to run than the whole comparison.
_MOST_ELEMENTS = 2**24

_CONVOLUTIONS: dict[str, Callable[..., Any]] = {
    f"{name}{rank}d": getattr(F, f"{name}{rank}d") for name in ("conv", "conv_transpose") for rank in (1, 2, 3)
}
_SETTINGS = ("stride", "padding", "output_padding", "dilation", "groups")


def probed(call: OpCall) -> int | None:
    """Multiply-accumulates of a call by running it on all-ones operands; None for what cannot be run so."""
    hyper = tuple(sorted(call.hyper.items()))
    return _probed(call.name, call.inputs, hyper)


@cache
def _probed(operator: str, inputs: tuple[Any, ...], settings: tuple[tuple[str, Any], ...]) -> int | None:
    hyper = dict(settings)
    if operator in _CONVOLUTIONS:
        groups, outputs, kernel = hyper["groups"], hyper["out_channels"], hyper["kernel_size"]
        channels = inputs[0][1]
        transposed = "output_padding" in hyper
        weight = (channels, outputs // groups, *kernel) if transposed else (outputs, channels // groups, *kernel)
        return _run(_CONVOLUTIONS[operator], inputs[0], weight, **{k: hyper[k] for k in _SETTINGS if k in hyper})
    if operator == "linear":
        return _run(F.linear, inputs[0], (hyper["out_features"], inputs[0][-1]))
    if operator in ("mm", "bmm", "matmul", "mv", "dot"):
        return _run(torch.matmul, *inputs)
    if operator == "einsum":
        equation, path = hyper["equation"], hyper.get("path")
        return _run_apart(lambda *operands: torch.ops.aten.einsum(equation, operands, path=path), *inputs[0])
    return None


def _run_apart(function: Callable[..., Any], *shapes: tuple[int, ...]) -> int | None:
    """The same for what PyTorch executes as several products, each probed alone."""
    return None if _too_large(shapes) else executed(function, *shapes).macs


def _run(function: Callable[..., Any], *shapes: tuple[int, ...], **hyper: Any) -> int | None:
    return None if _too_large(shapes) else ones_probe(function, *shapes, **hyper)


def _too_large(shapes: Sequence[tuple[int, ...]]) -> bool:
    return sum(torch.Size(shape).numel() for shape in shapes) > _MOST_ELEMENTS
