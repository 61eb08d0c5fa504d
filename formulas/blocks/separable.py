"""Standard against depthwise separable convolution: equations 2 to 7 of MobileNet V1.

The paper takes stride 1 and 'same' padding: the input and the output are both D_F by D_F.
"""

from __future__ import annotations

from convcost.core.cost import Cost
from convcost.core.numeric import Count
from convcost.core.record import Formula, Source, Symbol, all_positive

PAPER = "Howard et al. 2017, MobileNets (arXiv 1704.04861)"


def standard_convolution(D_K: Count, M: Count, N: Count, D_F: Count) -> Cost:
    """Equation 2: every output channel sees every input channel through its own kernel."""
    weights = D_K * D_K * M * N
    return Cost(macs=weights * D_F * D_F, parameters=weights, activations=N * D_F * D_F, inputs=M * D_F * D_F)


def depthwise_convolution(D_K: Count, M: Count, D_F: Count, m: Count = 1) -> Cost:
    """Equation 4, for m filters a channel (the paper has one; m is the depth multiplier)."""
    weights = D_K * D_K * M * m
    return Cost(macs=weights * D_F * D_F, parameters=weights, activations=M * m * D_F * D_F, inputs=M * D_F * D_F)


def pointwise_convolution(M: Count, N: Count, D_F: Count) -> Cost:
    """The second term of equation 5: a 1×1 convolution that mixes the channels."""
    return standard_convolution(1, M, N, D_F)


def depthwise_separable(D_K: Count, M: Count, N: Count, D_F: Count) -> Cost:
    """Equation 5: a depthwise and then a pointwise convolution."""
    return depthwise_convolution(D_K, M, D_F) + pointwise_convolution(M, N, D_F)


def thinner_separable(D_K: Count, M: Count, N: Count, D_F: Count, alpha: Count) -> Cost:
    """Equation 6: both channel counts times the width multiplier."""
    return depthwise_separable(D_K, alpha * M, alpha * N, D_F)


def reduced_separable(D_K: Count, M: Count, N: Count, D_F: Count, alpha: Count, rho: Count) -> Cost:
    """Equation 7: the feature map's side times the resolution multiplier as well."""
    return depthwise_separable(D_K, alpha * M, alpha * N, rho * D_F)


_D_K = Symbol("D_K", "kernel size", "taps")
_M = Symbol("M", "input channels", "channels")
_N = Symbol("N", "output channels", "channels")
_D_F = Symbol("D_F", "side of the square feature map", "pixels")
_ALPHA = Symbol("alpha", "width multiplier", "factor")
_RHO = Symbol("rho", "resolution multiplier", "factor")
_DEPTH = Symbol("m", "depth multiplier", "filters a channel", 1)


RECORDS = (
    Formula(
        name="standard_convolution",
        title="Standard convolution",
        function=standard_convolution,
        symbols=(_D_K, _M, _N, _D_F),
        source=Source(PAPER, "equation 2"),
        domain=all_positive(_D_K, _M, _N, _D_F),
    ),
    Formula(
        name="depthwise_convolution",
        title="Depthwise convolution",
        function=depthwise_convolution,
        symbols=(_D_K, _M, _D_F, _DEPTH),
        source=Source(PAPER, "equation 4"),
        domain=all_positive(_D_K, _M, _D_F, _DEPTH),
    ),
    Formula(
        name="pointwise_convolution",
        title="Pointwise (1×1) convolution",
        function=pointwise_convolution,
        symbols=(_M, _N, _D_F),
        source=Source(PAPER, "equation 5, second term"),
        domain=all_positive(_M, _N, _D_F),
    ),
    Formula(
        name="depthwise_separable",
        title="Depthwise separable convolution",
        function=depthwise_separable,
        symbols=(_D_K, _M, _N, _D_F),
        source=Source(PAPER, "equation 5; the ratio 1/N + 1/D_K² below it"),
        domain=all_positive(_D_K, _M, _N, _D_F),
        against="standard_convolution",
    ),
    Formula(
        name="depthwise_separable_alpha",
        title="Depthwise separable convolution with a width multiplier",
        function=thinner_separable,
        symbols=(_D_K, _M, _N, _D_F, _ALPHA),
        source=Source(PAPER, "equation 6"),
        domain=all_positive(_D_K, _M, _N, _D_F, _ALPHA),
        against="depthwise_separable",
    ),
    Formula(
        name="depthwise_separable_alpha_rho",
        title="Depthwise separable convolution with width and resolution multipliers",
        function=reduced_separable,
        symbols=(_D_K, _M, _N, _D_F, _ALPHA, _RHO),
        source=Source(PAPER, "equation 7"),
        domain=all_positive(_D_K, _M, _N, _D_F, _ALPHA, _RHO),
        against="depthwise_separable",
    ),
)
