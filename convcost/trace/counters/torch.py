"""PyTorch's own FlopCounterMode: on the CPU with and without gradients, and without weights."""

from __future__ import annotations

from typing import Any

from torch import nn

from convcost.trace.counters.counter import Counter, Printed, own


def count(model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Printed:
    """The total of one forward pass."""
    from torch.utils.flop_counter import FlopCounterMode

    mode = FlopCounterMode(display=False)
    with mode:
        model(*args, **kwargs)
    root = type(model).__name__
    inclusive = {
        path.removeprefix(root).removeprefix("."): int(sum(found.values()))
        for path, found in mode.get_flop_counts().items()
        if path != "Global"
    }
    return Printed(int(mode.get_total_flops()), own(inclusive))


COUNTERS = (
    Counter("torch-meta", ("torch",), "torch", "flops", count, device="meta"),
    Counter("torch", ("torch",), "torch", "flops", count),
    Counter("torch-nograd", ("torch",), "torch", "flops", count, grad=False),
)
