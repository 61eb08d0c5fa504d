"""MobileNet V2 on CIFAR's 32×32 images, as in kuangliu/pytorch-cifar.

It is not the paper's net on a smaller image: the first convolution and the second row have stride 1, the first
bottleneck expands though t = 1, activations are ReLU, and a stride-1 block whose channels change has a 1×1
convolution on its shortcut, where the paper has no shortcut.
"""

from __future__ import annotations

from convcost.core.architecture import Architecture, Option
from convcost.core.builder import Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts

# Expansion t, output channels c, repeats n, and stride s of the first repeat.
ROWS = (
    (1, 16, 1, 1),
    (6, 24, 2, 1),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def build(net: Builder, *, resolution: Count, batch: Count, classes: Count) -> Map:
    """Draw the rows between the first convolution and the 4×4 map's average pool."""
    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", 32, 3)
    for row, (t, c, n, s) in enumerate(ROWS, start=1):
        for repeat in range(1, n + 1):
            with net.block(f"bottleneck{row}_{repeat}"):
                x = _bottleneck(net, x, t, c, s if repeat == 1 else 1)
    x = parts.conv_bn_relu(net, x, "conv2", 1280, 1)
    x = net.call(parts.AVG_POOL, x, name="pool", kernel_size=4)
    x = net.call(parts.FLATTEN, x)
    net.call(parts.LINEAR, x, name="fc", out_features=classes, bias=True)
    return image


def _bottleneck(net: Builder, x: Map, t: int, out_channels: int, stride: int) -> Map:
    expanded = t * x.shape[1]
    out = parts.conv_bn_relu(net, x, "expand", expanded, 1)
    out = parts.conv_bn_relu(net, out, "dw", expanded, 3, stride=stride, groups=expanded)
    out = parts.conv_bn(net, out, "project", out_channels, 1)
    if stride != 1:
        return out
    shortcut = x if x.shape[1] == out_channels else parts.conv_bn(net, x, "shortcut", out_channels, 1)
    return net.call(parts.ADD, out, shortcut)


RECORDS = (
    Architecture(
        name="mobilenet_v2_cifar",
        title="MobileNet V2 for CIFAR",
        build=build,
        options=(
            Option("resolution", "R", "side of the square image; the 4×4 pool must leave one pixel", 32, 25, 56),
            Option("batch", "B", "images a batch", 1, high=65_536),
            Option("classes", "K", "classes", 10),
        ),
        source=Source(
            "Sandler et al. 2018, MobileNetV2 (arXiv 1801.04381)",
            "Table 2; strides, pool and shortcuts after kuangliu/pytorch-cifar, models/mobilenetv2.py",
        ),
    ),
)
