"""PyTorch's own FlopCounterMode: on the CPU with and without gradients, and without weights."""

from torch import nn

from convcost.trace.counters import Args, Counter, Kwargs, Printout, own_counts


def count(model: nn.Module, args: Args, kwargs: Kwargs) -> Printout:
    """Return the total of one forward pass."""
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
    return Printout(int(mode.get_total_flops()), own_counts(inclusive))


COUNTERS = (
    Counter("torch-meta", ("torch",), "torch", "flops", count, device="meta"),
    Counter("torch", ("torch",), "torch", "flops", count),
    Counter("torch-nograd", ("torch",), "torch", "flops", count, grad=False),
)
