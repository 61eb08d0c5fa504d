"""ResNet, Table 1 column by column.

The table prints output sizes but no padding; here the 7×7 and the 3×3 pool are padded by 3 and 1, which halves
as the table does and rounds odd sizes up. The table's softmax is left to the loss, as the libraries leave it.
"""

from __future__ import annotations

from convcost.core.architecture import Architecture, Option
from convcost.core.builder import Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts
from . import _residual as residual

# Rows conv2_x to conv5_x: filters of the 3×3 convolutions, and the blocks of each column.
FILTERS = (64, 128, 256, 512)
BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
BASIC = (18, 34)


def build(
    net: Builder, *, depth: int, resolution: Count, batch: Count, classes: Count, variant: str, shortcut: str
) -> Map:
    """Draw one column of Table 1; `variant` says which convolution of a bottleneck has the stride."""
    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", 64, 7, stride=2)
    for stage, (filters, repeats) in enumerate(zip(FILTERS, BLOCKS[depth], strict=True)):
        with net.block(f"conv{stage + 2}_x"):
            if stage == 0:
                x = net.call(parts.MAX_POOL, x, name="pool", kernel_size=3, stride=2, padding=1)
            for number, stride in enumerate(residual.stage_strides(stage, repeats), start=1):
                name = f"block{number}"
                if depth in BASIC:
                    x = residual.basic(net, x, name, filters, stride, shortcut)
                else:
                    x = residual.bottleneck(net, x, name, filters, stride, shortcut, early=variant == "v1")
    parts.classifier(net, x, classes)
    return image


RECORDS = (
    Architecture(
        name="resnet",
        title="ResNet",
        build=build,
        options=(
            Option("depth", "", "layers with weights", 50, choices=tuple(BLOCKS)),
            *residual.image_options(224, 5, 1000),
            Option(
                "variant",
                "",
                "v1, the paper's: a bottleneck's first 1×1 has the stride; v1.5: its 3×3 has it",
                "v1",
                choices=("v1", "v1.5"),
            ),
            Option("shortcut", "", residual.SHORTCUT_MEANING, "B", choices=("A", "B", "C")),
        ),
        source=Source(residual.PAPER, "Table 1; section 3.3 and Table 3 for the shortcuts A, B and C"),
    ),
)
