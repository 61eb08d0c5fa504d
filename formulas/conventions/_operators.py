"""Operators that counters treat alike."""

from __future__ import annotations

CONVOLUTIONS = tuple(f"conv{rank}d" for rank in (1, 2, 3))
TRANSPOSED = tuple(f"conv_transpose{rank}d" for rank in (1, 2, 3))
POOLS = tuple(f"{kind}_pool{rank}d" for kind in ("max", "avg") for rank in (1, 2, 3))
ADAPTIVE = tuple(f"adaptive_{kind}_pool{rank}d" for kind in ("max", "avg") for rank in (1, 2, 3))
AVERAGES = tuple(f"{kind}_pool{rank}d" for kind in ("avg", "adaptive_avg") for rank in (1, 2, 3))
PRODUCTS = ("matmul", "mm", "bmm")
MODULES = {
    **{f"conv{rank}d": f"Conv{rank}d" for rank in (1, 2, 3)},
    **{f"conv_transpose{rank}d": f"ConvTranspose{rank}d" for rank in (1, 2, 3)},
    **{f"{kind.lower()}_pool{rank}d": f"{kind}Pool{rank}d" for kind in ("Max", "Avg") for rank in (1, 2, 3)},
    **{
        f"adaptive_{kind.lower()}_pool{rank}d": f"Adaptive{kind}Pool{rank}d"
        for kind in ("Max", "Avg")
        for rank in (1, 2, 3)
    },
}
"""The module of torch.nn of an operator."""


def modules(*operators: str) -> tuple[str, ...]:
    """The modules of torch.nn of some operators."""
    return tuple(MODULES[name] for name in operators)
