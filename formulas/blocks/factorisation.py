"""Factorised convolutions: section 3 of Rethinking the Inception Architecture.

As many channels come out as go in (the paper's α = 1), the size is kept, there is no bias.
"""

from __future__ import annotations

from collections.abc import Callable

from convcost.core.cost import Cost
from convcost.core.numeric import Count
from convcost.core.record import Formula, Source, Symbol, positive

from .inception import RETHINKING


def convolution(taps: Count, N: Count, D_F: Count) -> Cost:
    """A convolution of `taps` kernel elements in all, N channels to N channels."""
    weights, size = taps * N * N, N * D_F * D_F
    return Cost(macs=weights * D_F * D_F, parameters=weights, activations=size, inputs=size)


def convolution_nxn(n: Count, N: Count, D_F: Count) -> Cost:
    """An n×n convolution."""
    return convolution(n * n, N, D_F)


def asymmetric_nxn(n: Count, N: Count, D_F: Count) -> Cost:
    """Section 3.2: a 1×n and then an n×1 convolution."""
    return convolution(n, N, D_F) * 2


def convolution_3x3(N: Count, D_F: Count) -> Cost:
    """A 3×3 convolution."""
    return convolution(9, N, D_F)


def convolution_5x5(N: Count, D_F: Count) -> Cost:
    """A 5×5 convolution."""
    return convolution(25, N, D_F)


def two_3x3(N: Count, D_F: Count) -> Cost:
    """Section 3.1: two 3×3 convolutions see 5×5 pixels."""
    return convolution(9, N, D_F) * 2


def two_2x2(N: Count, D_F: Count) -> Cost:
    """Section 3.2: two 2×2 convolutions see 3×3 pixels."""
    return convolution(4, N, D_F) * 2


_n = Symbol("n", "kernel size", "taps")
_N = Symbol("N", "input channels and output channels", "channels")
_D_F = Symbol("D_F", "side of the square feature map", "pixels")


def _record(
    name: str, title: str, function: Callable[..., Cost], symbols: tuple[Symbol, ...], place: str, against: str | None
) -> Formula:
    domain = tuple(positive(symbol.name) for symbol in symbols)
    return Formula(name, title, function, symbols, Source(RETHINKING, place), domain, against=against)


_FIXED = (_N, _D_F)
_ANY = (_n, _N, _D_F)

RECORDS = (
    _record("convolution_3x3", "3×3 convolution", convolution_3x3, _FIXED, "section 3.1", None),
    _record("convolution_5x5", "5×5 convolution", convolution_5x5, _FIXED, "section 3.1", "convolution_3x3"),
    _record("convolution_nxn", "n×n convolution", convolution_nxn, _ANY, "section 3.2", None),
    _record("two_3x3", "Two 3×3 for a 5×5 convolution", two_3x3, _FIXED, "section 3.1, Figure 1", "convolution_5x5"),
    _record("two_2x2", "Two 2×2 for a 3×3 convolution", two_2x2, _FIXED, "section 3.2", "convolution_3x3"),
    _record(
        "asymmetric_nxn",
        "1×n and n×1 for an n×n convolution",
        asymmetric_nxn,
        _ANY,
        "section 3.2, Figures 3 and 6",
        "convolution_nxn",
    ),
)
