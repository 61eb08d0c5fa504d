"""EfficientNet, Table 1 row by row: inverted residuals with squeeze-and-excitation; B1 to B7 scale B0.

What the paper does not print is in the authors' code (efficientnet_builder.py and efficientnet_model.py): widths are
rounded to multiples of 8, repeats up to whole ones, the head is scaled too, and the squeeze is to a quarter of the
block's input. Swish stands behind every batch norm but the last of a block. Stochastic depth and dropout are the
identity in evaluation.
"""

from convcost.core.architecture import Architecture, Builder, Map
from convcost.core.numeric import Count, ceil_div, maximum
from convcost.core.record import Source

from . import _parts as parts

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


def build(net: Builder, *, alpha: Count, depth: Count, resolution: Count, batch: Count, classes: Count) -> None:
    """Build Table 1 with widths times α and repeats times the depth multiplier."""

    def width(channels: int) -> Count:
        return net.channels(channels * alpha, parts.multiple_of_8)

    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_swish(net, image, "stem", width(STEM), 3, stride=2)
    for stage, (expansion, kernel, stride, channels, repeats) in enumerate(TABLE_1, start=2):
        for number in range(int(ceil_div(repeats * depth, 1))):
            with net.block(f"stage{stage}_{number + 1}"):
                step = stride if number == 0 else 1
                x = parts.inverted_residual(
                    net, x, expansion, kernel, step, width(channels), parts.conv_bn_swish, _recalibrate
                )
    x = parts.conv_bn_swish(net, x, "head", width(HEAD), 1)
    parts.classifier(net, x, classes)


def _recalibrate(net: Builder, x: Map, channels: Count) -> Map:
    """Build squeeze-and-excitation to a quarter of the block's input (Hu et al. 2017)."""
    names = (f"se.{step}" for step in ("squeeze", "reduce", "swish", "expand", "sigmoid"))
    gate = parts.excitation(net, x, maximum(channels // SQUEEZE, 1), names, activation=parts.SWISH)
    return net.call(parts.MUL, gate, x, name="se.scale")


RECORDS = (
    Architecture(
        name="efficientnet",
        title="EfficientNet",
        build=build,
        options=(
            parts.multiplier("alpha", "α", "width multiplier: B0 and B1 1, then 1.1, 1.2, 1.4, 1.6, 1.8, 2"),
            parts.multiplier("depth", "", "depth multiplier: B0 1, then 1.1, 1.2, 1.4, 1.8, 2.2, 2.6, 3.1"),
            parts.RESOLUTION_MULTIPLIER,
            *parts.image_options(224, 32, ": B0 224, then 240, 260, 300, 380, 456, 528, 600"),
        ),
        source=Source(
            "Tan & Le 2019, EfficientNet (arXiv 1905.11946)",
            "Table 1; equation 3 for the scaling, the authors' code for B1 to B7",
        ),
    ),
)
