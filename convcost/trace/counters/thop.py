"""thop and its successor ultralytics-thop, two packages of one import name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from convcost.core.errors import MeasurementError
from convcost.trace.counters.counter import Counter, Printed


def count(model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Printed:
    """`thop.profile`; it takes positional arguments only."""
    if kwargs:
        raise MeasurementError("it takes no keyword arguments")
    from thop import profile

    total, _, layers = profile(model, inputs=args, verbose=False, ret_layer_info=True)
    modules: dict[str, int] = {}
    _walk(layers, "", modules)
    return Printed(int(total), modules)


def _walk(layers: Mapping[str, Any], prefix: str, modules: dict[str, int]) -> int:
    """The counts of leaves; those of a parent are its children's and its own."""
    total = 0
    for name, (ops, _, children) in layers.items():
        path = f"{prefix}{name}"
        modules[path] = int(ops) - _walk(children, f"{path}.", modules)
        total += int(ops)
    return total


COUNTERS = (
    Counter("thop", ("thop",), "thop", "macs", count, grad=False),
    Counter("ultralytics-thop", ("ultralytics-thop",), "thop", "macs", count, grad=False),
)
