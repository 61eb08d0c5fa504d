"""torchprofile's MACs from a torch.jit trace."""

from __future__ import annotations

import warnings
from typing import Any

from torch import nn

from convcost.core.errors import MeasurementError
from convcost.trace.counters.counter import Counter, Printed


def count(model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Printed:
    """`profile_macs`; it takes positional arguments only."""
    if kwargs:
        raise MeasurementError("it takes no keyword arguments")
    from torchprofile import profile_macs

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        total: Any = profile_macs(model, args)
    return Printed(int(total))


COUNTERS = (Counter("torchprofile", ("torchprofile",), "torchprofile", "macs", count),)
