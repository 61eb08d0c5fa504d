"""mmengine's FlopAnalyzer, a descendant of fvcore's."""

from __future__ import annotations

from typing import Any

from torch import nn

from convcost.core.errors import MeasurementError
from convcost.trace.counters.counter import Counter, Printed, own


def count(model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Printed:
    """mmengine's total; it takes positional arguments only."""
    if kwargs:
        raise MeasurementError("it takes no keyword arguments")
    from mmengine.analysis import FlopAnalyzer

    analysis = FlopAnalyzer(model, args)
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).tracer_warnings("none")
    total = int(analysis.total())
    return Printed(total, own({path: int(found) for path, found in analysis.by_module().items()}))


COUNTERS = (Counter("mmengine", ("mmengine-lite", "mmengine"), "mmengine", "macs", count),)
