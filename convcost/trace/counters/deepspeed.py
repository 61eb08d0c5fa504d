"""DeepSpeed's flops profiler: its MACs and its FLOPs."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from torch import nn

from convcost.trace.counters import Args, Counter, Kwargs, Printout


def noting(profiler: type[Any], end: str, unit: str, modules: dict[str, int]) -> type[Any]:
    """Return the profiler with an `end` that first notes what each module was given, which it throws away."""

    def ended(self: Any) -> None:
        modules.update({name: getattr(m, f"__{unit}__") for name, m in self.model.named_modules()})
        getattr(profiler, end)(self)

    return type(profiler.__name__, (profiler,), {end: ended})


def count(model: nn.Module, args: Args, kwargs: Kwargs, unit: str) -> Printout:
    """Return the profile of one call of the model."""
    os.environ.setdefault("DS_ACCELERATOR", "cpu")
    from deepspeed.profiling.flops_profiler import profiler

    modules: dict[str, int] = {}
    profiler.FlopsProfiler = noting(profiler.FlopsProfiler, "end_profile", unit, modules)
    flops, macs, _ = profiler.get_model_profile(
        model, args=list(args), kwargs=kwargs, print_profile=False, as_string=False
    )
    return Printout(int({"flops": flops, "macs": macs}[unit]), modules)


COUNTERS = (
    Counter("deepspeed", ("deepspeed",), "deepspeed", "macs", partial(count, unit="macs")),
    Counter("deepspeed-flops", ("deepspeed",), "deepspeed", "flops", partial(count, unit="flops")),
)
