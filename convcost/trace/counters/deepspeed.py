"""DeepSpeed's flops profiler and its descendant calflops: the MACs and the FLOPs of each."""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

from torch import nn

from convcost.trace.counters import Args, Counter, Kwargs, Printout


def _deepspeed(noting: Callable[..., type[Any]], **call: Any) -> Any:
    os.environ.setdefault("DS_ACCELERATOR", "cpu")
    from deepspeed.profiling.flops_profiler import profiler

    profiler.FlopsProfiler = noting(profiler.FlopsProfiler, "end_profile")
    return profiler.get_model_profile(**call, print_profile=False, as_string=False)


def _calflops(noting: Callable[..., type[Any]], **call: Any) -> Any:
    from calflops import calculate_pipline, flops_counter

    flops_counter.CalFlopsPipline = noting(calculate_pipline.CalFlopsPipline, "end_flops_calculate")
    return flops_counter.calculate_flops(**call, print_results=False, output_as_string=False)


def count(model: nn.Module, args: Args, kwargs: Kwargs, profile: Callable[..., Any], unit: str) -> Printout:
    """Return the profile of one call of the model."""
    modules: dict[str, int] = {}

    def noting(profiler: type[Any], end: str) -> type[Any]:
        """Return the profiler with an `end` that first notes what each module was given, which it throws away."""

        def ended(self: Any) -> None:
            modules.update({name: getattr(m, f"__{unit}__") for name, m in self.model.named_modules()})
            getattr(profiler, end)(self)

        return type(profiler.__name__, (profiler,), {end: ended})

    flops, macs, _ = profile(noting, model=model, args=list(args), kwargs=kwargs)
    return Printout(int({"flops": flops, "macs": macs}[unit]), modules)


COUNTERS = tuple(
    Counter(f"{name}{suffix}", (name,), name, unit, partial(count, profile=profile, unit=unit))
    for name, profile in (("calflops", _calflops), ("deepspeed", _deepspeed))
    for unit, suffix in (("macs", ""), ("flops", "-flops"))
)
