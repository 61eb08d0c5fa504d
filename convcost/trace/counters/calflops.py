"""calflops, a descendant of DeepSpeed's profiler: its MACs and its FLOPs."""

from __future__ import annotations

from functools import partial

from torch import nn

from convcost.trace.counters import Args, Counter, Kwargs, Printout
from convcost.trace.counters.deepspeed import noting


def count(model: nn.Module, args: Args, kwargs: Kwargs, unit: str) -> Printout:
    """Return the profile of one call of the model."""
    from calflops import calculate_pipline, flops_counter

    modules: dict[str, int] = {}
    flops_counter.CalFlopsPipline = noting(calculate_pipline.CalFlopsPipline, "end_flops_calculate", unit, modules)
    flops, macs, _ = flops_counter.calculate_flops(
        model, args=list(args), kwargs=kwargs, print_results=False, output_as_string=False
    )
    return Printout(int({"flops": flops, "macs": macs}[unit]), modules)


COUNTERS = (
    Counter("calflops", ("calflops",), "calflops", "macs", partial(count, unit="macs")),
    Counter("calflops-flops", ("calflops",), "calflops", "flops", partial(count, unit="flops")),
)
