"""MobileNet V1 on CIFAR's 32×32 images: Table 1 without the halvings that an image this small cannot afford.

The first convolution has stride 1, so the thirteen blocks leave a 2×2 map for a 2×2 average pool.
"""

from __future__ import annotations

from convcost.core.architecture import Architecture, Option
from convcost.core.builder import Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts

# Stride of the depthwise row and filters of the pointwise row below it.
BLOCKS = (
    *((1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512)),
    *((1, 512),) * 5,
    *((2, 1024), (1, 1024)),
)


def build(net: Builder, *, alpha: Count, resolution: Count, batch: Count, classes: Count) -> Map:
    """Draw the thirteen blocks between the first convolution and the 2×2 average pool."""

    def width(channels: int) -> Count:
        return net.channels(channels * alpha, parts.floor_at_least_8)

    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", width(32), 3)
    for number, (stride, filters) in enumerate(BLOCKS, start=1):
        with net.block(f"block{number}"):
            x = parts.conv_bn_relu(net, x, "dw", x.shape[1], 3, stride=stride, groups=x.shape[1])
            x = parts.conv_bn_relu(net, x, "pw", width(filters), 1)
    x = net.call(parts.AVG_POOL, x, name="pool", kernel_size=2)
    x = net.call(parts.FLATTEN, x)
    net.call(parts.LINEAR, x, name="fc", out_features=classes, bias=True)
    return image


RECORDS = (
    Architecture(
        name="mobilenet_v1_cifar",
        title="MobileNet V1 for CIFAR",
        build=build,
        options=(
            Option("alpha", "α", "width multiplier", 1, low=0, high=16, decimal=True),
            Option("resolution", "R", "side of the square image; the 2×2 pool must leave one pixel", 32, 17, 48),
            Option("batch", "B", "images a batch", 1, high=65_536),
            Option("classes", "K", "classes", 10),
        ),
        source=Source(
            "Howard et al. 2017, MobileNets (arXiv 1704.04861)",
            "Table 1; strides after kuangliu/pytorch-cifar, models/mobilenet.py",
        ),
    ),
)
