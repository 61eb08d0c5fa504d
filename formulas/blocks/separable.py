"""Standard against depthwise separable convolution: equations 2 to 7 of MobileNet V1.

The paper takes stride 1 and 'same' padding: the input and the output are both D_F by D_F.
"""

from functools import partial

from convcost.core.cost import Cost
from convcost.core.numeric import Count
from convcost.core.record import Symbol, formula_of

PAPER = "Howard et al. 2017, MobileNets (arXiv 1704.04861)"


def convolved(weights: Count, read: Count, written: Count, pixels: Count) -> Cost:
    """Return the cost of weights that are all used at every pixel; `read` and `written` are channels."""
    return Cost(macs=weights * pixels, parameters=weights, activations=written * pixels, inputs=read * pixels)


def standard_convolution(D_K: Count, M: Count, N: Count, D_F: Count) -> Cost:
    """Equation 2: every output channel sees every input channel through its own kernel."""
    return convolved(D_K * D_K * M * N, M, N, D_F * D_F)


def depthwise_convolution(D_K: Count, M: Count, D_F: Count, m: Count = 1) -> Cost:
    """Equation 4, for m filters per channel (the paper has one; m is the depth multiplier)."""
    return convolved(D_K * D_K * M * m, M, M * m, D_F * D_F)


def pointwise_convolution(M: Count, N: Count, D_F: Count) -> Cost:
    """The second term of equation 5: a 1×1 convolution that mixes the channels."""
    return standard_convolution(1, M, N, D_F)


def depthwise_separable(D_K: Count, M: Count, N: Count, D_F: Count) -> Cost:
    """Equation 5: a depthwise and then a pointwise convolution."""
    return depthwise_convolution(D_K, M, D_F) + pointwise_convolution(M, N, D_F)


def depthwise_separable_alpha(D_K: Count, M: Count, N: Count, D_F: Count, alpha: Count) -> Cost:
    """Equation 6: both channel counts times the width multiplier."""
    return depthwise_separable(D_K, alpha * M, alpha * N, D_F)


def depthwise_separable_alpha_rho(D_K: Count, M: Count, N: Count, D_F: Count, alpha: Count, rho: Count) -> Cost:
    """Equation 7: the feature map's side times the resolution multiplier as well."""
    return depthwise_separable(D_K, alpha * M, alpha * N, rho * D_F)


CONVOLUTION = (
    Symbol("D_K", "kernel size", "taps"),
    Symbol("M", "input channels", "channels"),
    Symbol("N", "output channels", "channels"),
    Symbol("D_F", "side of the square feature map", "pixels"),
)
_SYMBOLS = (
    *CONVOLUTION,
    Symbol("alpha", "width multiplier", "factor"),
    Symbol("rho", "resolution multiplier", "factor"),
    Symbol("m", "depth multiplier", "filters per channel", 1),
)

_equation = partial(formula_of, work=PAPER, symbols=_SYMBOLS)

RECORDS = (
    _equation(standard_convolution, "Standard convolution", "equation 2"),
    _equation(depthwise_convolution, "Depthwise convolution", "equation 4"),
    _equation(pointwise_convolution, "Pointwise (1×1) convolution", "equation 5, second term"),
    _equation(
        depthwise_separable,
        "Depthwise separable convolution",
        "equation 5; the ratio 1/N + 1/D_K² below it",
        against="standard_convolution",
    ),
    _equation(
        depthwise_separable_alpha,
        "Depthwise separable convolution with a width multiplier",
        "equation 6",
        against="depthwise_separable",
    ),
    _equation(
        depthwise_separable_alpha_rho,
        "Depthwise separable convolution with width and resolution multipliers",
        "equation 7",
        against="depthwise_separable",
    ),
)
