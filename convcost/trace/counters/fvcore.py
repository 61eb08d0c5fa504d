"""fvcore's FlopCountAnalysis."""

from collections import Counter as Tally

from torch import nn

from convcost.core.errors import MeasurementError
from convcost.trace.counters import Args, Counter, Kwargs, Printout


def count(model: nn.Module, args: Args, kwargs: Kwargs) -> Printout:
    """Return fvcore's own total; raises MeasurementError where one of its handles raises."""
    from convcost.trace.fvcore import traced_here

    traced = traced_here(model, args, kwargs)
    if traced.refused:
        raise MeasurementError(traced.refused)
    raised = next((call for call in traced.calls if call.count is None), None)
    if traced.total is None or raised:
        raise MeasurementError(f"its handle of {raised.aten} raises {raised.raised}" if raised else "no total")
    modules: Tally[str] = Tally()
    for call in traced.calls:
        modules[call.path] += call.count or 0
    return Printout(traced.total, modules)


COUNTERS = (Counter("fvcore", ("fvcore",), "fvcore", "macs", count, keywords=False),)
