"""torchscan: the MACs and the FLOPs of its module formulas."""

from __future__ import annotations

from collections import Counter as Tally
from typing import Any

from torch import nn

from convcost.core.errors import MeasurementError
from convcost.trace.counters.counter import Count, Counter, Printed


def _count(metric: str) -> Count:
    def count(model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Printed:
        from torchscan import crawl_module

        report = crawl_module(model, args=args, kwargs=kwargs)
        total = report["totals"][metric]["known_value"]
        if total is None:
            raise MeasurementError("it has no formula for any module of this model")
        modules: Tally[str] = Tally()
        for layer in report["layers"]:
            modules[layer["path"]] += layer["metrics"].get(metric, {}).get("known_value") or 0
        return Printed(int(total), dict(modules))

    return count


COUNTERS = (
    Counter("torchscan", ("torchscan",), "torchscan", "macs", _count("macs"), grad=False),
    Counter("torchscan-flops", ("torchscan",), "torchscan", "flops", _count("module_flops"), grad=False),
)
