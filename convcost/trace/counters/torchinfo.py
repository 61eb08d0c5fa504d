"""torchinfo's summary: its mult-adds."""

from collections import Counter as Tally
from typing import Any

from torch import nn

from convcost.trace.counters import Args, Counter, Kwargs, Printout


def count(model: nn.Module, args: Args, kwargs: Kwargs) -> Printout:
    """Return the total mult-adds, and those of each leaf."""
    from torchinfo import summary

    # Without positional arguments it takes a dict, which spares its own names from clashing with the model's.
    given: Any = list(args) if args else kwargs
    named = kwargs if args else {}
    found = summary(model, input_data=given, verbose=0, cache_forward_pass=False, device="cpu", **named)
    modules: Tally[str] = Tally()
    for layer in found.summary_list:
        if layer.is_leaf_layer:
            modules[_path(layer)] += int(layer.macs)
    return Printout(int(found.total_mult_adds), modules)


def _path(layer: Any) -> str:
    names: list[str] = []
    while layer.parent_info is not None:
        names.append(layer.var_name)
        layer = layer.parent_info
    return ".".join(reversed(names))


COUNTERS = (Counter("torchinfo", ("torchinfo",), "torchinfo", "macs", count, grad=False),)
