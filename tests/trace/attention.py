"""Multi-head attention on every path of PyTorch's code, and PyTorch's own count of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from convcost.core.record import Operator
from convcost.core.registry import find
from convcost.trace.capture import capture

from .modules import Case, Written

WIDTH, HEADS, KEYS = 12, 2, 7  # an odd number of heads never takes the native path


def macs(model: nn.Module, shape: tuple[int, ...]) -> int:
    """By the book's formulas of what the model calls."""
    calls = [call for call in capture(model, shape).calls if call.operator]
    return sum(int(find(Operator, c.name, "operator")(*c.inputs, **c.hyper).cost.macs) for c in calls)


def macs_by_torch(model: nn.Module, shape: tuple[int, ...]) -> int:
    """By FlopCounterMode on the meta device, where it sees every product, and counts it as two."""
    on_meta = model.to("meta").eval()
    with FlopCounterMode(display=False) as counter:
        on_meta(torch.zeros(shape, device="meta"))
    flops: int = counter.get_total_flops()
    assert flops % 2 == 0
    return flops // 2


def attending(
    function: Callable[[Any, Tensor, Tensor, Tensor], Any] | None = None, other: bool = False, **settings: Any
) -> Case:
    """An attention layer called as `function(layer, query, key, value)`, by default without asking for its weights."""
    call = function or (lambda layer, q, k, v: layer(q, k, v, need_weights=False)[0])
    first = settings.pop("batch_first", False)
    width = {"kdim": settings.get("kdim", WIDTH), "vdim": settings.get("vdim", WIDTH)}

    def forward(m: Any, x: Tensor) -> Any:
        lead = x.shape[:1] if first else x.shape[1:-1]

        def operand(size: int) -> Tensor:
            return x.new_ones((*lead, KEYS, size) if first else (KEYS, *lead, size))

        if not other:
            return call(m.layer, x, x, x)
        return call(m.layer, x, operand(width["kdim"]), operand(width["vdim"]))

    def make() -> nn.Module:
        return Written(forward, layer=nn.MultiheadAttention(WIDTH, HEADS, batch_first=first, **settings))

    return make, ((2, 5, WIDTH) if first else (5, 2, WIDTH))


def unbatched(case: Case) -> Case:
    """The same without a batch axis."""
    return case[0], (5, WIDTH)


def frozen(model: nn.Module) -> nn.Module:
    """Without a parameter that needs a gradient, attention takes the native path on the CPU."""
    return model.requires_grad_(False)


def on_the_cpu(model: nn.Module) -> nn.Module:
    """A model that reads a number from its input, which the meta device cannot."""
    return Written(lambda m, x: m.inner(x + float(x.sum().item())), inner=model)
