"""MobileNet V1 as first written in Keras, with its layers' defaults: every convolution has a bias.

The bias is idle, because a batch normalisation follows, but it is a parameter. Widths are cut to whole channels
with no lower bound, and padding 'same' gives ⌈n/2⌉ at stride 2, like one pixel on each side.
"""

from __future__ import annotations

from fractions import Fraction

from convcost.core.architecture import Architecture, Option
from convcost.core.builder import Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts

# Filters of each pointwise convolution and stride of the depthwise one before it.
FIRST = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2))
FIVE = ((512, 1),) * 5
LAST = ((1024, 2), (1024, 1))


def build(net: Builder, *, alpha: Count, resolution: Count, batch: Count, classes: Count, variant: str) -> Map:
    """Draw the network; `variant` shallow leaves out the five blocks of 512 filters."""

    def width(filters: int) -> Count:
        return net.channels(filters * alpha, lambda exact: exact // 1)

    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", width(32), 3, stride=2, bias=True)
    rows = FIRST + LAST if variant == "shallow" else FIRST + FIVE + LAST
    for number, (filters, stride) in enumerate(rows, start=1):
        with net.block(f"block{number}"):
            x = parts.conv_bn_relu(net, x, "dw", x.shape[1], 3, stride=stride, groups=x.shape[1], bias=True)
            x = parts.conv_bn_relu(net, x, "pw", width(filters), 1, bias=True)
    x = net.call(parts.GLOBAL_POOL, x, name="pool", output_size=1)
    x = net.call(parts.FLATTEN, x)
    x = net.call(parts.LINEAR, x, name="fc", out_features=classes, bias=True)
    net.call(parts.SOFTMAX, x)
    return image


RECORDS = (
    Architecture(
        name="mobilenet_v1_keras",
        title="MobileNet V1, Keras style",
        build=build,
        options=(
            Option(
                "alpha",
                "α",
                "width multiplier",
                1,
                low=Fraction(1, 32),
                high=16,
                decimal=True,
                published=("1", "0.75", "0.5", "0.25"),
            ),
            Option("rho", "ρ", "resolution multiplier", 1, low=0, high=16, decimal=True, scales="resolution"),
            Option("resolution", "R", "side of the square image, in pixels", 224, low=32, high=65_536),
            Option("batch", "B", "images a batch", 1, high=65_536),
            Option("classes", "K", "classes", 1000),
            Option("variant", "", "all thirteen blocks, or eight", "full", choices=("full", "shallow")),
        ),
        source=Source(
            "Howard et al. 2017, MobileNets (arXiv 1704.04861)",
            "Tables 1 and 5; layers after rcmalli/keras-mobilenet, with the biases that Keras layers have by default",
        ),
    ),
)
