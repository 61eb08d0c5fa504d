"""MobileNet V2, Table 2 row by row; each bottleneck as in Table 1.

The paper's figures need two things that it does not print: the bottleneck with t = 1 has no expansion, and
channels are rounded to multiples of 8 (the authors' code).
"""

from __future__ import annotations

from convcost.core.architecture import Architecture, Option
from convcost.core.builder import Builder, Map
from convcost.core.numeric import Count, ceil_div, maximum
from convcost.core.record import Source

from . import _parts as parts

# Expansion t, output channels c, repeats n, and stride s of the first repeat.
TABLE_2 = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def multiple_of_8(channels: Count) -> Count:
    """The nearest multiple of 8, at least 8, and the next one up if it would take away more than a tenth.

    That is the largest of the three (TF-slim mobilenet/conv_blocks.py, _make_divisible).
    """
    nearest, nine_tenths = (channels + 4) // 8 * 8, ceil_div(9 * channels, 80) * 8
    return maximum(maximum(nearest, nine_tenths), 8)


def build(net: Builder, *, alpha: Count, resolution: Count, batch: Count, classes: Count) -> Map:
    """Draw Table 2; below α = 1 the last convolution keeps its 1280 channels (section 4)."""

    def width(channels: Count) -> Count:
        return net.channels(channels, multiple_of_8)

    image = net.image(batch, 3, resolution, resolution)
    x = _conv_bn_relu6(net, image, "conv1", width(32 * alpha), 3, stride=2)
    for row, (t, c, n, s) in enumerate(TABLE_2, start=1):
        for repeat in range(1, n + 1):
            with net.block(f"bottleneck{row}_{repeat}"):
                x = _bottleneck(net, x, t, width(c * alpha), s if repeat == 1 else 1)
    x = _conv_bn_relu6(net, x, "conv2", width(1280 * maximum(alpha, 1)), 1)
    x = net.call(parts.GLOBAL_POOL, x, name="pool", output_size=1)
    x = net.call(parts.FLATTEN, x)
    net.call(parts.LINEAR, x, name="conv3", out_features=classes, bias=True)
    return image


def _bottleneck(net: Builder, x: Map, t: int, out_channels: Count, stride: int) -> Map:
    """Table 1: 1×1 to t·k channels, 3×3 depthwise, linear 1×1; a shortcut where input and output are alike."""
    out, expanded = x, t * x.shape[1]
    if t != 1:
        out = _conv_bn_relu6(net, out, "expand", expanded, 1)
    out = _conv_bn_relu6(net, out, "dw", expanded, 3, stride=stride, groups=expanded)
    out = parts.conv_bn(net, out, "project", out_channels, 1)
    if stride == 1 and _equal(x.shape[1], out_channels):
        out = net.call(parts.ADD, x, out)
    return out


def _conv_bn_relu6(net: Builder, x: Map, name: str, out_channels: Count, kernel_size: int, **hyper: Count) -> Map:
    x = parts.conv_bn(net, x, name, out_channels, kernel_size, **hyper)
    return net.call(parts.RELU6, x, name=f"{name}.relu6")


def _equal(left: Count, right: Count) -> bool:
    """Whether two channel counts are equal; in a sweep, whether they are throughout."""
    answer = left == right
    return bool(answer.all() if hasattr(answer, "all") else answer)


RECORDS = (
    Architecture(
        name="mobilenet_v2",
        title="MobileNet V2",
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
                # Figure 5, caption.
                published=("1", "1.4", "0.75", "0.5", "0.35"),
            ),
            Option("rho", "ρ", "resolution multiplier", 1, low=0, high=16, decimal=True, scales="resolution"),
            Option("resolution", "R", "side of the square image, in pixels", 224, low=32, high=65_536),
            Option("batch", "B", "images a batch", 1, high=65_536),
            Option("classes", "k", "classes", 1000),
        ),
        source=Source("Sandler et al. 2018, MobileNetV2 (arXiv 1801.04381)", "Tables 1 and 2; section 4 for α < 1"),
    ),
)
