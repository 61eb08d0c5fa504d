"""torchscan: the MACs and the FLOPs of its module formulas."""

from collections import Counter as Tally
from functools import partial

from torch import nn

from convcost.core.errors import MeasurementError
from convcost.trace.counters import Args, Counter, Kwargs, Printout


def count(model: nn.Module, args: Args, kwargs: Kwargs, metric: str) -> Printout:
    """Return the total of a metric, and what each module has of it."""
    from torchscan import crawl_module

    report = crawl_module(model, args=args, kwargs=kwargs)
    total = report["totals"][metric]["known_value"]
    if total is None:
        raise MeasurementError("it has no formula for any module of this model")
    modules: Tally[str] = Tally()
    for layer in report["layers"]:
        modules[layer["path"]] += layer["metrics"].get(metric, {}).get("known_value") or 0
    return Printout(int(total), modules)


_flops = partial(count, metric="module_flops")

COUNTERS = (
    Counter("torchscan", ("torchscan",), "torchscan", "macs", partial(count, metric="macs"), grad=False),
    Counter("torchscan-flops", ("torchscan",), "torchscan", "flops", _flops, grad=False),
)
