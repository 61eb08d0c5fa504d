"""The thin ResNets for CIFAR-10: the table of section 4.2, 6n + 2 layers."""

from __future__ import annotations

from convcost.core.architecture import Architecture, Option
from convcost.core.builder import Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts
from . import _residual as residual

# Filters of the layers with output map sizes 32, 16 and 8; each has 2n layers, the first one more.
FILTERS = (16, 32, 64)
DEPTHS = (20, 32, 44, 56, 110, 1202)


def build(net: Builder, *, depth: int, resolution: Count, batch: Count, classes: Count, shortcut: str) -> Map:
    """Draw a net of 6n + 2 layers: n blocks of two 3×3 convolutions at each map size."""
    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", 16, 3)
    for stage, filters in enumerate(FILTERS):
        with net.block(f"stage{stage + 1}"):
            for number, stride in enumerate(residual.stage_strides(stage, (depth - 2) // 6), start=1):
                x = residual.basic(net, x, f"block{number}", filters, stride, shortcut)
    parts.classifier(net, x, classes)
    return image


RECORDS = (
    Architecture(
        name="resnet_cifar",
        title="ResNet for CIFAR-10",
        build=build,
        options=(
            Option("depth", "", "layers with weights, 6n + 2", 20, choices=DEPTHS),
            *residual.image_options(32, 2, 10),
            Option("shortcut", "", residual.SHORTCUT_MEANING, "A", choices=("A", "B", "C")),
        ),
        source=Source(residual.PAPER, "section 4.2; Table 6 for the depths"),
    ),
)
