"""thop and its successor ultralytics-thop, two packages of one import name."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from convcost.trace.counters import Args, Counter, Kwargs, Printout


def count(model: nn.Module, args: Args, kwargs: Kwargs) -> Printout:
    """Return the total of `thop.profile`; it takes no keyword arguments."""
    from thop import profile

    total, _, layers = profile(model, inputs=args, verbose=False, ret_layer_info=True)
    modules: dict[str, int] = {}
    _walk(layers, "", modules)
    return Printout(int(total), modules)


def _walk(layers: Mapping[str, Any], prefix: str, modules: dict[str, int]) -> int:
    """Note what each module counts without its children, and return what all of them count."""
    total = 0
    for name, (ops, _, children) in layers.items():
        path = f"{prefix}{name}"
        modules[path] = int(ops) - _walk(children, f"{path}.", modules)
        total += int(ops)
    return total


COUNTERS = (
    Counter("thop", ("thop",), "thop", "macs", count, keywords=False, grad=False),
    Counter("ultralytics-thop", ("ultralytics-thop",), "thop", "macs", count, keywords=False, grad=False),
)
