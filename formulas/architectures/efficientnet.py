"""EfficientNet, Table 1 row by row: inverted residuals with squeeze-and-excitation; B1 to B7 scale B0.

What the paper does not print is in the authors' code (efficientnet_builder.py and efficientnet_model.py): widths are
rounded to multiples of 8, repeats up to whole ones, the head is scaled too, and the squeeze is to a quarter of the
block's input. Swish stands behind every batch norm but the last of a block. Stochastic depth and dropout are the
identity in evaluation.
"""

from __future__ import annotations

from convcost.theory.architecture import Architecture, Option
from convcost.theory.carriers import Count, ceil_div, maximum
from convcost.theory.pen import Map, Pen
from convcost.theory.record import Source

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


def write(pen: Pen, *, alpha: Count, depth: Count, resolution: Count, batch: Count, classes: Count) -> Map:
    """Draw Table 1 with widths times α and repeats times the depth multiplier."""

    def width(channels: int) -> Count:
        return pen.channels(channels * alpha, multiple_of_8)

    image = pen.image(batch, 3, resolution, resolution)
    x = _conv_bn_swish(pen, image, "stem", width(STEM), 3, stride=2)
    for stage, (expansion, kernel, stride, channels, repeats) in enumerate(TABLE_1, start=2):
        for number in range(ceil_div(repeats * depth, 1)):
            with pen.block(f"stage{stage}_{number + 1}"):
                x = _block(pen, x, expansion, kernel, stride if number == 0 else 1, width(channels))
    x = _conv_bn_swish(pen, x, "head", width(HEAD), 1)
    parts.classifier(pen, x, classes)
    return image


def _block(pen: Pen, x: Map, expansion: int, kernel: int, stride: int, channels: Count) -> Map:
    """MBConv: expansion, depthwise, squeeze-and-excitation, linear projection; a shortcut between equals."""
    y, inner = x, expansion * x.shape[1]
    if expansion != 1:
        y = _conv_bn_swish(pen, y, "expand", inner, 1)
    y = _conv_bn_swish(pen, y, "dw", inner, kernel, stride=stride, groups=inner)
    y = _recalibrate(pen, y, maximum(x.shape[1] // SQUEEZE, 1))
    y = parts.conv_bn(pen, y, "project", channels, 1)
    return pen.draw(parts.ADD, y, x) if stride == 1 and bool(x.shape[1] == channels) else y


def _recalibrate(pen: Pen, x: Map, squeezed: Count) -> Map:
    """Squeeze-and-excitation (Hu et al. 2017), its two layers as 1×1 convolutions with biases."""
    channels = x.shape[1]
    s = pen.draw(parts.GLOBAL_POOL, x, name="se.squeeze", output_size=1)
    s = pen.draw(parts.CONV2D, s, name="se.reduce", out_channels=squeezed, kernel_size=1, bias=True)
    s = pen.draw(SWISH, s, name="se.swish")
    s = pen.draw(parts.CONV2D, s, name="se.expand", out_channels=channels, kernel_size=1, bias=True)
    s = pen.draw(parts.SIGMOID, s, name="se.sigmoid")
    return pen.draw(parts.MUL, s, x, name="se.scale")


def _conv_bn_swish(pen: Pen, x: Map, name: str, out_channels: Count, kernel_size: int, **hyper: Count) -> Map:
    x = parts.conv_bn(pen, x, name, out_channels, kernel_size, **hyper)
    return pen.draw(SWISH, x, name=f"{name}.swish")


RECORDS = (
    Architecture(
        name="efficientnet",
        title="EfficientNet",
        write=write,
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
