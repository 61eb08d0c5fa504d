"""ResNet, Table 1 column by column, and the thin ResNets for CIFAR-10 of section 4.2.

The table prints output sizes but no padding; here the 7×7 and the 3×3 pool are padded by 3 and 1, which halves
as the table does and rounds odd sizes up. The table's softmax is left to the loss, as the libraries leave it.
"""

from __future__ import annotations

from functools import partial

from convcost.core.architecture import Architecture, Builder, Map, Option
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts
from . import _residual as residual

PAPER = "He, Zhang, Ren & Sun 2015, Deep Residual Learning for Image Recognition (arXiv 1512.03385)"
# Rows conv2_x to conv5_x: filters of the 3×3 convolutions, and the blocks of each column.
FILTERS = (64, 128, 256, 512)
BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
BASIC = (18, 34)
# For CIFAR-10: filters of the layers with output map sizes 32, 16 and 8; each has 2n layers, the first one more.
CIFAR_FILTERS = (16, 32, 64)
CIFAR_DEPTHS = (20, 32, 44, 56, 110, 1202)


def build(
    net: Builder, *, depth: int, resolution: Count, batch: Count, classes: Count, variant: str, shortcut: str
) -> Map:
    """Build one column of Table 1; `variant` says which convolution of a bottleneck has the stride."""
    block: residual.Block = partial(residual.bottleneck, shortcut=shortcut, early=variant == "v1")
    if depth in BASIC:
        block = partial(residual.basic, shortcut=shortcut)
    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", 64, 7, stride=2)
    rows = zip(FILTERS, BLOCKS[depth], strict=True)
    x = residual.build_stages(net, x, "conv{}_x", rows, block, pool={"padding": 1})
    parts.classifier(net, x, classes)
    return image


def build_cifar(net: Builder, *, depth: int, resolution: Count, batch: Count, classes: Count, shortcut: str) -> Map:
    """Build a net of 6n + 2 layers: n blocks of two 3×3 convolutions at each map size."""
    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", 16, 3)
    rows = ((filters, (depth - 2) // 6) for filters in CIFAR_FILTERS)
    x = residual.build_stages(net, x, "stage{}", rows, partial(residual.basic, shortcut=shortcut))
    parts.classifier(net, x, classes)
    return image


def _shortcut(default: str) -> Option:
    meaning = "A identity with zero-padded channels, B projection where sizes differ, C projection everywhere"
    return Option("shortcut", "", meaning, default, choices=("A", "B", "C"))


IMAGE_OPTIONS = parts.image_options(224, 32, ", in pixels; 5 halvings need 32")
STRIDE = parts.choice(
    "variant", "v1, the paper's: a bottleneck's first 1×1 has the stride; v1.5: its 3×3 has it", "v1", "v1.5"
)

RECORDS = (
    Architecture(
        name="resnet",
        title="ResNet",
        build=build,
        options=(
            Option("depth", "", "layers with weights", 50, choices=tuple(BLOCKS)),
            *IMAGE_OPTIONS,
            STRIDE,
            _shortcut("B"),
        ),
        source=Source(PAPER, "Table 1; section 3.3 and Table 3 for the shortcuts A, B and C"),
    ),
    Architecture(
        name="resnet_cifar",
        title="ResNet for CIFAR-10",
        build=build_cifar,
        options=(
            Option("depth", "", "layers with weights, 6n + 2", 20, choices=CIFAR_DEPTHS),
            *parts.image_options(32, 4, ", in pixels; 2 halvings need 4", classes=10),
            _shortcut("A"),
        ),
        source=Source(PAPER, "section 4.2; Table 6 for the depths"),
    ),
)
