"""calflops: its MACs and its FLOPs."""

from __future__ import annotations

from typing import Any

from torch import nn

from convcost.trace.counters.counter import Count, Counter, Printed


def _count(unit: str) -> Count:
    def count(model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Printed:
        from calflops import calculate_pipline, flops_counter

        modules: dict[str, int] = {}

        class Noting(calculate_pipline.CalFlopsPipline):  # type: ignore[misc]
            """Reads what each module was given before it is thrown away."""

            def end_flops_calculate(self) -> None:
                modules.update({name: getattr(m, f"__{unit}__") for name, m in self.model.named_modules()})
                super().end_flops_calculate()

        flops_counter.CalFlopsPipline = Noting
        flops, macs, _ = flops_counter.calculate_flops(
            model, args=list(args), kwargs=kwargs, print_results=False, output_as_string=False
        )
        return Printed(int({"flops": flops, "macs": macs}[unit]), modules)

    return count


COUNTERS = (
    Counter("calflops", ("calflops",), "calflops", "macs", _count("macs")),
    Counter("calflops-flops", ("calflops",), "calflops", "flops", _count("flops")),
)
