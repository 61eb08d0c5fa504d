"""Residual blocks in closed form: He et al. 2015, Figure 5, where the stride of a bottleneck stands, and ResNeXt's.

Convolutions alone: batch norms, ReLUs and the addition of an identity shortcut multiply nothing.
"""

from functools import partial

from convcost.core.cost import Cost
from convcost.core.numeric import Count
from convcost.core.record import Symbol, formula_of

from .factored import grouped_convolution
from .separable import convolved, pointwise_convolution

PAPER = "He, Zhang, Ren & Sun 2015, Deep Residual Learning for Image Recognition (arXiv 1512.03385)"
RESNEXT = "Xie et al. 2016, Aggregated Residual Transformations for Deep Neural Networks (arXiv 1611.05431)"


def _convolution(side: Count, inputs: Count, outputs: Count, pixels: Count, stride: Count = 1) -> Cost:
    return convolved(side * side * inputs * outputs, inputs * stride * stride, outputs, pixels)


def basic_block(C: Count, H: Count, W: Count) -> Cost:
    """Two 3×3 convolutions of C channels."""
    return _convolution(3, C, C, H * W) * 2


def wide_basic_block(C: Count, H: Count, W: Count, e: Count = 4) -> Cost:
    """Two 3×3 convolutions of the e·C channels that a bottleneck of width C reads and writes."""
    return basic_block(e * C, H, W)


def bottleneck_block(C: Count, H: Count, W: Count, e: Count = 4) -> Cost:
    """1×1 from e·C channels to C, 3×3 on C, 1×1 back to e·C."""
    pixels = H * W
    return _convolution(1, e * C, C, pixels) + _convolution(3, C, C, pixels) + _convolution(1, C, e * C, pixels)


def projection_shortcut(M: Count, N: Count, H: Count, W: Count, S: Count = 1) -> Cost:
    """Equation 2: a 1×1 convolution of M channels to N, its stride S reading one pixel in S·S."""
    return _convolution(1, M, N, H * W, S)


def halving_bottleneck_v1(M: Count, C: Count, H: Count, W: Count, e: Count = 4) -> Cost:
    """A bottleneck from M channels at 2H×2W to e·C at H×W, stride 2 in the first 1×1: all else at H×W."""
    pixels = H * W
    return _convolution(1, M, C, pixels, 2) + _convolution(3, C, C, pixels) + _convolution(1, C, e * C, pixels)


def halving_bottleneck_v1_5(M: Count, C: Count, H: Count, W: Count, e: Count = 4) -> Cost:
    """The same with stride 2 in the 3×3: the first 1×1 runs at 2H×2W, 3·M·C·H·W more."""
    pixels = H * W
    return _convolution(1, M, C, 4 * pixels) + _convolution(3, C, C, pixels, 2) + _convolution(1, C, e * C, pixels)


def resnext_block(C: Count, d: Count, K: Count = 256, D_F: Count = 56) -> Cost:
    """Equation 4: C·(K·d + 3·3·d·d + d·K) weights, K channels in and out, C paths of width d."""
    return (
        pointwise_convolution(K, C * d, D_F)
        + grouped_convolution(3, C * d, C * d, D_F, C)
        + pointwise_convolution(C * d, K, D_F)
    )


_SYMBOLS = (
    Symbol("M", "input channels", "channels"),
    Symbol("N", "output channels", "channels"),
    Symbol("C", "width of the block: channels of its 3×3 convolution", "channels"),
    Symbol("H", "height of the output", "pixels"),
    Symbol("W", "width of the output", "pixels"),
    Symbol("S", "stride", "pixels", 1),
    Symbol("e", "expansion: the block's outputs per channel of its width", "channels per channel", 4),
)
_PATHS = (
    Symbol("C", "cardinality: paths, groups of the 3×3 convolution", "paths"),
    Symbol("d", "width of a path", "channels"),
    Symbol("K", "channels of the block's input and output", "channels", 256),
    Symbol("D_F", "side of the square feature map", "pixels", 56),
)

_block = partial(formula_of, work=PAPER, symbols=_SYMBOLS)

RECORDS = (
    _block(basic_block, "Basic residual block", "Figure 5, left"),
    _block(
        wide_basic_block,
        "Basic residual block on a bottleneck's channels",
        "Figure 5: the left block at the width of the right one's ends",
    ),
    _block(bottleneck_block, "Bottleneck residual block", "Figure 5, right", against="wide_basic_block"),
    _block(projection_shortcut, "Projection shortcut", "equation 2; section 3.3, option B"),
    _block(
        halving_bottleneck_v1,
        "Bottleneck that halves the image in its first 1×1",
        "Table 1: conv3_1, conv4_1 and conv5_1 have the stride of 2",
    ),
    formula_of(
        halving_bottleneck_v1_5,
        "Bottleneck that halves the image in its 3×3",
        "class Bottleneck, the note on ResNet v1.5",
        work="torchvision 0.28, models/resnet.py",
        symbols=_SYMBOLS,
        against="halving_bottleneck_v1",
    ),
    formula_of(
        resnext_block,
        "ResNeXt block",
        "equation 4; Table 2 for the cardinalities and widths of conv2",
        work=RESNEXT,
        symbols=_PATHS,
    ),
)
