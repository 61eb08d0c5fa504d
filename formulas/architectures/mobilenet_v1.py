"""MobileNet V1, Table 1 row by row.

The last depthwise row prints "s2" over a 7×7 input and a 7×7 output: the stride is 1, as the total of 569
million mult-adds (Table 4) needs.
"""

from __future__ import annotations

from convcost.core.architecture import Architecture, Option
from convcost.core.builder import Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts

# Stride of the depthwise row and filters of the pointwise row below it.
BEFORE = ((1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512))
FIVE = ((1, 512),) * 5
AFTER = ((2, 1024), (1, 1024))


def build(net: Builder, *, alpha: Count, resolution: Count, batch: Count, classes: Count, variant: str) -> Map:
    """Draw Table 1; `variant` shallow drops the five 14×14×512 blocks, full-conv is Table 4's Conv MobileNet."""

    def width(channels: int) -> Count:
        return net.channels(channels * alpha, parts.floor_at_least_8)

    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", width(32), 3, stride=2)
    rows = BEFORE + AFTER if variant == "shallow" else BEFORE + FIVE + AFTER
    for number, (stride, filters) in enumerate(rows, start=1):
        with net.block(f"block{number}"):
            if variant == "full-conv":
                x = parts.conv_bn_relu(net, x, "conv", width(filters), 3, stride=stride)
            else:
                x = parts.conv_bn_relu(net, x, "dw", x.shape[1], 3, stride=stride, groups=x.shape[1])
                x = parts.conv_bn_relu(net, x, "pw", width(filters), 1)
    x = net.call(parts.GLOBAL_POOL, x, name="pool", output_size=1)
    x = net.call(parts.FLATTEN, x)
    x = net.call(parts.LINEAR, x, name="fc", out_features=classes, bias=True)
    net.call(parts.SOFTMAX, x)
    return image


RECORDS = (
    Architecture(
        name="mobilenet_v1",
        title="MobileNet V1",
        build=build,
        options=(
            Option(
                "alpha",
                "α",
                "width multiplier",
                1,
                low=0,
                high=16,
                decimal=True,
                # Table 6.
                published=("1", "0.75", "0.5", "0.25"),
            ),
            Option("rho", "ρ", "resolution multiplier", 1, low=0, high=16, decimal=True, scales="resolution"),
            Option(
                "resolution",
                "R",
                "side of the square image, in pixels; five halvings need 32",
                224,
                low=32,
                high=65_536,
            ),
            Option("batch", "B", "images a batch", 1, high=65_536),
            Option("classes", "K", "classes", 1000),
            Option(
                "variant",
                "",
                "the net of Table 1, or one of its relatives",
                "paper",
                choices=("paper", "shallow", "full-conv"),
            ),
        ),
        source=Source("Howard et al. 2017, MobileNets (arXiv 1704.04861)", "Table 1; Tables 4 and 5 for the variants"),
        baseline={"variant": "full-conv"},
    ),
)
