"""EfficientNet, Table 1 row by row: inverted residuals with squeeze-and-excitation; B1 to B7 scale B0.

What the paper does not print is in the authors' code (efficientnet_builder.py and efficientnet_model.py): widths are
rounded to multiples of 8, repeats up to whole ones, the head is scaled too, and the squeeze is to a quarter of the
block's input. Swish stands behind every batch norm but the last of a block. Stochastic depth and dropout are the
identity in evaluation.
"""

from __future__ import annotations

from convcost.core.architecture import Architecture, Option
from convcost.core.builder import Builder, Map
from convcost.core.numeric import Count, ceil_div, maximum
from convcost.core.record import Source

from . import _parts as parts
from .mobilenet_v2 import multiple_of_8

SWISH = parts.OPERATORS["silu"]
# Expansion, kernel size, stride of the first repeat, output channels, repeats: stages 2 to 8 of the table.
TABLE_1 = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
STEM, HEAD = 32, 1280
SQUEEZE = 4


def build(net: Builder, *, alpha: Count, depth: Count, resolution: Count, batch: Count, classes: Count) -> Map:
    """Draw Table 1 with widths times α and repeats times the depth multiplier."""

    def width(channels: int) -> Count:
        return net.channels(channels * alpha, multiple_of_8)

    image = net.image(batch, 3, resolution, resolution)
    x = _conv_bn_swish(net, image, "stem", width(STEM), 3, stride=2)
    for stage, (expansion, kernel, stride, channels, repeats) in enumerate(TABLE_1, start=2):
        for number in range(int(ceil_div(repeats * depth, 1))):
            with net.block(f"stage{stage}_{number + 1}"):
                x = _block(net, x, expansion, kernel, stride if number == 0 else 1, width(channels))
    x = _conv_bn_swish(net, x, "head", width(HEAD), 1)
    parts.classifier(net, x, classes)
    return image


def _block(net: Builder, x: Map, expansion: int, kernel: int, stride: int, channels: Count) -> Map:
    """MBConv: expansion, depthwise, squeeze-and-excitation, linear projection; a shortcut between equals."""
    y, inner = x, expansion * x.shape[1]
    if expansion != 1:
        y = _conv_bn_swish(net, y, "expand", inner, 1)
    y = _conv_bn_swish(net, y, "dw", inner, kernel, stride=stride, groups=inner)
    y = _recalibrate(net, y, maximum(x.shape[1] // SQUEEZE, 1))
    y = parts.conv_bn(net, y, "project", channels, 1)
    return net.call(parts.ADD, y, x) if stride == 1 and bool(x.shape[1] == channels) else y


def _recalibrate(net: Builder, x: Map, squeezed: Count) -> Map:
    """Squeeze-and-excitation (Hu et al. 2017), its two layers as 1×1 convolutions with biases."""
    channels = x.shape[1]
    s = net.call(parts.GLOBAL_POOL, x, name="se.squeeze", output_size=1)
    s = net.call(parts.CONV2D, s, name="se.reduce", out_channels=squeezed, kernel_size=1, bias=True)
    s = net.call(SWISH, s, name="se.swish")
    s = net.call(parts.CONV2D, s, name="se.expand", out_channels=channels, kernel_size=1, bias=True)
    s = net.call(parts.SIGMOID, s, name="se.sigmoid")
    return net.call(parts.MUL, s, x, name="se.scale")


def _conv_bn_swish(net: Builder, x: Map, name: str, out_channels: Count, kernel_size: int, **hyper: Count) -> Map:
    x = parts.conv_bn(net, x, name, out_channels, kernel_size, **hyper)
    return net.call(SWISH, x, name=f"{name}.swish")


RECORDS = (
    Architecture(
        name="efficientnet",
        title="EfficientNet",
        build=build,
        options=(
            Option(
                "alpha", "α", "width multiplier: B0 and B1 1, then 1.1, 1.2, 1.4, 1.6, 1.8, 2", 1, 0, 16, decimal=True
            ),
            Option(
                "depth",
                "",
                "depth multiplier: B0 1, then 1.1, 1.2, 1.4, 1.8, 2.2, 2.6, 3.1",
                1,
                low=0,
                high=16,
                decimal=True,
            ),
            Option("rho", "ρ", "resolution multiplier", 1, low=0, high=16, decimal=True, scales="resolution"),
            Option(
                "resolution",
                "R",
                "side of the square image: B0 224, then 240, 260, 300, 380, 456, 528, 600",
                224,
                low=32,
                high=65_536,
            ),
            Option("batch", "B", "images a batch", 1, high=65_536),
            Option("classes", "K", "classes", 1000),
        ),
        source=Source(
            "Tan & Le 2019, EfficientNet (arXiv 1905.11946)",
            "Table 1; equation 3 for the scaling, the authors' code for B1 to B7",
        ),
    ),
)
