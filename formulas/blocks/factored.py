"""Ways to make one convolution cheaper or richer: groups, fewer channels inside, a depth multiplier.

Stride 1 and 'same' padding as in `separable`: input and output are both D_F by D_F.
"""

from convcost.core.cost import Cost
from convcost.core.numeric import Count, quotient
from convcost.core.record import Condition, Symbol, formula_of

from .separable import CONVOLUTION, convolved, depthwise_convolution, pointwise_convolution, standard_convolution


def grouped_convolution(D_K: Count, M: Count, N: Count, D_F: Count, G: Count) -> Cost:
    """G convolutions side by side, each of M/G channels to N/G: weights and MACs divided by G."""
    return convolved(D_K * D_K * quotient(M, G) * N, M, N, D_F * D_F)


def reduced_convolution(D_K: Count, M: Count, N: Count, D_F: Count, R: Count) -> Cost:
    """A 1×1 convolution to R channels before the D_K×D_K one; the reduction's own weights count too."""
    return pointwise_convolution(M, R, D_F) + standard_convolution(D_K, R, N, D_F)


def depthwise_separable_multiplied(D_K: Count, M: Count, N: Count, D_F: Count, m: Count) -> Cost:
    """m depthwise filters per channel, so that the pointwise convolution reads m·M channels."""
    return depthwise_convolution(D_K, M, D_F, m) + pointwise_convolution(m * M, N, D_F)


_SYMBOLS = (
    *CONVOLUTION,
    Symbol("G", "groups", "groups"),
    Symbol("R", "channels after the reduction", "channels"),
    Symbol("m", "depth multiplier", "filters per channel"),
)

RECORDS = (
    formula_of(
        grouped_convolution,
        "Grouped convolution",
        "section 3.5: filters connected to the maps on their own GPU",
        Condition(
            "groups must divide both the input and the output channels",
            lambda a: (a.M % a.G == 0) & (a.N % a.G == 0),
            ("M", "N", "G"),
        ),
        work="Krizhevsky, Sutskever & Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks",
        symbols=_SYMBOLS,
        against="standard_convolution",
    ),
    formula_of(
        reduced_convolution,
        "Convolution after a 1×1 reduction",
        "section 4, figure 2b",
        work="Szegedy et al. 2014, Going Deeper with Convolutions (arXiv 1409.4842)",
        symbols=_SYMBOLS,
        against="standard_convolution",
    ),
    formula_of(
        depthwise_separable_multiplied,
        "Depthwise separable convolution with a depth multiplier",
        "tf.keras.layers.SeparableConv2D: depth_multiplier",
        work="TensorFlow documentation",
        symbols=_SYMBOLS,
        against="depthwise_separable",
    ),
)
