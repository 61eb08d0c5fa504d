"""torchprofile's MACs from a torch.jit trace."""

from __future__ import annotations

import warnings
from collections import Counter as Tally
from typing import Any

from torch import nn

from convcost.measure.counters.counter import Counter, Printed
from convcost.theory.errors import MeasurementError


def count(model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Printed:
    """`profile_macs`; it takes positional arguments only."""
    if kwargs:
        raise MeasurementError("it takes no keyword arguments")
    from torchprofile import profile_macs

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nodes = profile_macs(model, args, reduction=None)
    modules: Tally[str] = Tally()
    for node, macs in nodes.items():
        modules[_path(node.scope)] += int(macs)
    return Printed(int(sum(nodes.values())), dict(modules))


def _path(scope: str) -> str:
    """The path in the model from torch.jit's scope: its last part is the module's full name."""
    last = scope.split("/")[-1]
    return last.partition("::")[2].removeprefix("__module.model").removeprefix("__module.").removeprefix(".")


COUNTERS = (Counter("torchprofile", ("torchprofile",), "torchprofile", "macs", count),)
