"""DeepSpeed's flops profiler: its MACs and its FLOPs."""

from __future__ import annotations

import os
from typing import Any

from torch import nn

from convcost.trace.counters.counter import Count, Counter, Printed


def _count(unit: str) -> Count:
    def count(model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Printed:
        os.environ.setdefault("DS_ACCELERATOR", "cpu")
        from deepspeed.profiling.flops_profiler import profiler

        modules: dict[str, int] = {}

        class Noting(profiler.FlopsProfiler):  # type: ignore[misc]
            """Reads what each module was given before it is thrown away."""

            def end_profile(self) -> None:
                modules.update({name: getattr(m, f"__{unit}__") for name, m in self.model.named_modules()})
                super().end_profile()

        profiler.FlopsProfiler = Noting
        flops, macs, _ = profiler.get_model_profile(
            model, args=list(args), kwargs=kwargs, print_profile=False, as_string=False
        )
        return Printed(int({"flops": flops, "macs": macs}[unit]), modules)

    return count


COUNTERS = (
    Counter("deepspeed", ("deepspeed",), "deepspeed", "macs", _count("macs")),
    Counter("deepspeed-flops", ("deepspeed",), "deepspeed", "flops", _count("flops")),
)
