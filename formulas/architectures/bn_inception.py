"""BN-Inception (Inception v2), Figure 5 row by row.

Rows 4c and 4d contradict themselves: their branches sum to 608 channels (pool + proj 128), the output column and
the rows below say 576. With a projection of 96, as in the authors' TF-slim inception_v2.py, every output size
holds: that is built; `variant` listed builds the branches as printed.
"""

from typing import NamedTuple

from convcost.core.architecture import Architecture, Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _inception as inception
from . import _parts as parts
from ._inception import THREE, Branch, Conv, Pool


class ModuleRow(NamedTuple):
    """A row of the figure: #1×1, #3×3 reduce, #3×3, double #3×3 reduce, double #3×3, pool and projection.

    A row without #1×1 has stride 2, and its pooling passes through.
    """

    one: int
    reduce: int
    three: int
    double_reduce: int
    double: int
    average: bool
    project: int
    listed: int | None = None


MODULES = {
    "3a": ModuleRow(64, 64, 64, 64, 96, True, 32),
    "3b": ModuleRow(64, 64, 96, 64, 96, True, 64),
    "3c": ModuleRow(0, 128, 160, 64, 96, False, 0),
    "4a": ModuleRow(224, 64, 96, 96, 128, True, 128),
    "4b": ModuleRow(192, 96, 128, 96, 128, True, 128),
    "4c": ModuleRow(160, 128, 160, 128, 160, True, 96, listed=128),
    "4d": ModuleRow(96, 128, 192, 160, 192, True, 96, listed=128),
    "4e": ModuleRow(0, 128, 192, 192, 256, False, 0),
    "5a": ModuleRow(352, 192, 320, 160, 224, True, 128),
    "5b": ModuleRow(352, 192, 320, 192, 224, False, 128),
}
# The figure's footnote: the first convolution is separable, with depth multiplier 8.
DEPTH_MULTIPLIER = 8

# Convolution and pooling with stride 2 must give the same size; a border of 1 does so for odd sizes too.
HALVE = Pool(stride=2, padding=1)


def _branches(row: ModuleRow, variant: str) -> tuple[Branch, ...]:
    stride = 1 if row.one else 2
    three = (Conv(row.reduce), Conv(row.three, THREE, stride))
    double = (Conv(row.double_reduce), Conv(row.double, THREE), Conv(row.double, THREE, stride))
    if not row.one:
        return three, double, (HALVE,)
    project = row.listed if variant == "listed" and row.listed else row.project
    return (Conv(row.one),), three, double, (Pool(padding=1, average=row.average), Conv(project))


def _first(net: Builder, image: Map, conv1: str) -> Map:
    if conv1 == "full":
        return Conv(64, (7, 7), 2).build(net, image, "conv1")
    with net.block("conv1"):
        x = parts.depthwise(net, image, "dw", 7, filters=DEPTH_MULTIPLIER, stride=2, padding=3)
        return Conv(64).build(net, x, "pw")


def build(net: Builder, *, resolution: Count, batch: Count, classes: Count, variant: str, conv1: str) -> None:
    """Build Figure 5; `conv1` full puts a full 7×7 convolution in place of the separable one."""
    image = net.image(batch, 3, resolution, resolution)
    x = _first(net, image, conv1)
    x = HALVE.build(net, x, "pool1")
    with net.block("conv2"):
        x = Conv(64).build(net, x, "3x3_reduce")
        x = Conv(192, THREE).build(net, x, "3x3")
    x = HALVE.build(net, x, "pool2")
    x = inception.modules(net, x, {f"inception_{name}": _branches(row, variant) for name, row in MODULES.items()})
    parts.classifier(net, x, classes, softmax=True)


RECORDS = (
    Architecture(
        name="bn_inception",
        title="BN-Inception (Inception v2)",
        build=build,
        options=(
            *parts.image_options(224),
            parts.choice(
                "variant",
                "4c and 4d with 576 outputs, as the output column has it, or with the 608 of the listed branches",
                "paper",
                "listed",
            ),
            parts.choice(
                "conv1",
                "the first convolution separable, as in the paper, or full, as in most other implementations",
                "separable",
                "full",
            ),
        ),
        source=Source("Ioffe & Szegedy 2015, Batch Normalization (arXiv 1502.03167)", "Figure 5"),
    ),
)
