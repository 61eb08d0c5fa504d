"""Residual blocks in closed form: He et al. 2015, Figure 5, and where the stride of a bottleneck stands.

Convolutions alone: batch norms, ReLUs and the addition of an identity shortcut multiply nothing.
"""

from __future__ import annotations

from convcost.core.cost import Cost
from convcost.core.numeric import Count
from convcost.core.record import Formula, Source, Symbol, all_positive

PAPER = "He, Zhang, Ren & Sun 2015, Deep Residual Learning for Image Recognition (arXiv 1512.03385)"


def _convolution(side: Count, inputs: Count, outputs: Count, pixels: Count, stride: Count = 1) -> Cost:
    weights = side * side * inputs * outputs
    return Cost(
        macs=weights * pixels,
        parameters=weights,
        activations=outputs * pixels,
        inputs=inputs * pixels * stride * stride,
    )


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


_C = Symbol("C", "width of the block: channels of its 3×3 convolution", "channels")
_E = Symbol("e", "expansion: the block's outputs a channel of its width", "channels a channel", 4)
_M = Symbol("M", "input channels", "channels")
_N = Symbol("N", "output channels", "channels")
_H = Symbol("H", "height of the output", "pixels")
_W = Symbol("W", "width of the output", "pixels")
_S = Symbol("S", "stride", "pixels", 1)


RECORDS = (
    Formula(
        name="basic_block",
        title="Basic residual block",
        function=basic_block,
        symbols=(_C, _H, _W),
        source=Source(PAPER, "Figure 5, left"),
        domain=all_positive(_C, _H, _W),
    ),
    Formula(
        name="wide_basic_block",
        title="Basic residual block on a bottleneck's channels",
        function=wide_basic_block,
        symbols=(_C, _H, _W, _E),
        source=Source(PAPER, "Figure 5: the left block at the width of the right one's ends"),
        domain=all_positive(_C, _H, _W, _E),
    ),
    Formula(
        name="bottleneck_block",
        title="Bottleneck residual block",
        function=bottleneck_block,
        symbols=(_C, _H, _W, _E),
        source=Source(PAPER, "Figure 5, right"),
        domain=all_positive(_C, _H, _W, _E),
        against="wide_basic_block",
    ),
    Formula(
        name="projection_shortcut",
        title="Projection shortcut",
        function=projection_shortcut,
        symbols=(_M, _N, _H, _W, _S),
        source=Source(PAPER, "equation 2; section 3.3, option B"),
        domain=all_positive(_M, _N, _H, _W, _S),
    ),
    Formula(
        name="halving_bottleneck_v1",
        title="Bottleneck that halves the image in its first 1×1",
        function=halving_bottleneck_v1,
        symbols=(_M, _C, _H, _W, _E),
        source=Source(PAPER, "Table 1: conv3_1, conv4_1 and conv5_1 have the stride of 2"),
        domain=all_positive(_M, _C, _H, _W, _E),
    ),
    Formula(
        name="halving_bottleneck_v1_5",
        title="Bottleneck that halves the image in its 3×3",
        function=halving_bottleneck_v1_5,
        symbols=(_M, _C, _H, _W, _E),
        source=Source("torchvision 0.28, models/resnet.py", "class Bottleneck, the note on ResNet v1.5"),
        domain=all_positive(_M, _C, _H, _W, _E),
        against="halving_bottleneck_v1",
    ),
)
