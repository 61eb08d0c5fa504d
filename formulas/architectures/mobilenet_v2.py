"""MobileNet V2, Table 2 row by row, each bottleneck as in Table 1; and the net of kuangliu/pytorch-cifar.

The paper's figures need two things that it does not print: the bottleneck with t = 1 has no expansion, and
channels are rounded to multiples of 8 (the authors' code).

The net for CIFAR's 32×32 images is not the paper's on a smaller image: the first convolution and the second row have
stride 1, the first bottleneck expands though t = 1, activations are ReLU, and a stride-1 block whose channels change
has a 1×1 convolution on its shortcut, where the paper has no shortcut.
"""

from collections.abc import Iterator
from dataclasses import replace

from convcost.core.architecture import Architecture, Builder
from convcost.core.numeric import Count, maximum
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
CIFAR_TABLE = (TABLE_2[0], (6, 24, 2, 1), *TABLE_2[2:])


def _bottlenecks(table: tuple[tuple[int, int, int, int], ...]) -> Iterator[tuple[str, int, int, int]]:
    """Yield the name, t, c and the stride of every bottleneck."""
    for row, (t, c, n, s) in enumerate(table, start=1):
        for repeat in range(1, n + 1):
            yield f"bottleneck{row}_{repeat}", t, c, s if repeat == 1 else 1


def build(net: Builder, *, alpha: Count, resolution: Count, batch: Count, classes: Count) -> None:
    """Build Table 2; below α = 1 the last convolution keeps its 1280 channels (section 4)."""

    def width(channels: Count) -> Count:
        return net.channels(channels, parts.multiple_of_8)

    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu6(net, image, "conv1", width(32 * alpha), 3, stride=2)
    for name, t, c, stride in _bottlenecks(TABLE_2):
        with net.block(name):
            x = parts.inverted_residual(net, x, t, 3, stride, width(c * alpha), parts.conv_bn_relu6)
    x = parts.conv_bn_relu6(net, x, "conv2", width(1280 * maximum(alpha, 1)), 1)
    parts.classifier(net, x, classes, name="conv3")


def build_cifar(net: Builder, *, resolution: Count, batch: Count, classes: Count) -> None:
    """Build the rows between the first convolution and the 4×4 map's average pool."""
    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", 32, 3)
    for name, t, c, stride in _bottlenecks(CIFAR_TABLE):
        with net.block(name):
            x = parts.inverted_residual(net, x, t, 3, stride, c, parts.conv_bn_relu, projected=True)
    x = parts.conv_bn_relu(net, x, "conv2", 1280, 1)
    parts.classifier(net, x, classes, side=4)


_PAPER = "Sandler et al. 2018, MobileNetV2 (arXiv 1801.04381)"
_RESOLUTION, _BATCH, _CLASSES = parts.image_options(224, 32)

RECORDS = (
    Architecture(
        name="mobilenet_v2",
        title="MobileNet V2",
        build=build,
        options=(
            # Figure 5, caption.
            parts.width_multiplier("1", "1.4", "0.75", "0.5", "0.35"),
            parts.RESOLUTION_MULTIPLIER,
            _RESOLUTION,
            _BATCH,
            replace(_CLASSES, symbol="k"),
        ),
        source=Source(_PAPER, "Tables 1 and 2; section 4 for α < 1"),
    ),
    Architecture(
        name="mobilenet_v2_cifar",
        title="MobileNet V2 for CIFAR",
        build=build_cifar,
        options=parts.image_options(32, 25, "; the 4×4 pool must leave one pixel", high=56, classes=10),
        source=Source(
            _PAPER, "Table 2; strides, pool and shortcuts after kuangliu/pytorch-cifar, models/mobilenetv2.py"
        ),
    ),
)
