"""mmengine's FlopAnalyzer, a descendant of fvcore's."""

from torch import nn

from convcost.trace.counters import Args, Counter, Kwargs, Printout, own_counts


def count(model: nn.Module, args: Args, kwargs: Kwargs) -> Printout:
    """Return mmengine's total; it takes no keyword arguments."""
    from mmengine.analysis import FlopAnalyzer

    analysis = FlopAnalyzer(model, args)
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).tracer_warnings("none")
    total = int(analysis.total())
    return Printout(total, own_counts({path: int(found) for path, found in analysis.by_module().items()}))


COUNTERS = (Counter("mmengine", ("mmengine-lite", "mmengine"), "mmengine", "macs", count, keywords=False),)
