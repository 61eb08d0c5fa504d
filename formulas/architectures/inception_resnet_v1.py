"""Inception-ResNet-v1, Figures 10 to 15."""

from __future__ import annotations

from convcost.core.architecture import Architecture, Option
from convcost.core.builder import Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _inception as inception
from ._inception import COLUMN3, COLUMN7, ROW3, ROW7, THREE, Branch, Conv, Pool
from .inception_v4 import PAPER, TABLE_1, reduction_a

STEM = (  # Figure 14, from the image to 35×35×256
    Conv(32, THREE, 2, valid=True),
    Conv(32, THREE, valid=True),
    Conv(64, THREE),
    Pool(stride=2),
    Conv(80),
    Conv(192, THREE, valid=True),
    Conv(256, THREE, 2, valid=True),
)
# The linear convolution that ends each module has the width of the module's input: 256, 896, 1792.
MODULE_A: tuple[Branch, ...] = (  # Figure 10
    (Conv(32),),
    (Conv(32), Conv(32, THREE)),
    (Conv(32), Conv(32, THREE), Conv(32, THREE)),
)
MODULE_B: tuple[Branch, ...] = (  # Figure 11
    (Conv(128),),
    (Conv(128), Conv(128, ROW7), Conv(128, COLUMN7)),
)
MODULE_C: tuple[Branch, ...] = (  # Figure 13
    (Conv(192),),
    (Conv(192), Conv(192, ROW3), Conv(192, COLUMN3)),
)
REDUCTION_B: tuple[Branch, ...] = (  # Figure 12
    (Conv(256), Conv(384, THREE, 2, valid=True)),
    (Conv(256), Conv(256, THREE, 2, valid=True)),
    (Conv(256), Conv(256, THREE), Conv(256, THREE, 2, valid=True)),
    (Pool(stride=2),),
)
REPEATS = (5, 10, 5)  # Figure 15


def build(net: Builder, *, resolution: Count, batch: Count, classes: Count) -> Map:
    """Draw Figure 15."""
    image = net.image(batch, 3, resolution, resolution)
    with net.block("stem"):
        x = inception.chain(net, image, STEM)
    stages = zip("abc", (MODULE_A, MODULE_B, MODULE_C), REPEATS, strict=True)
    reductions = {"a": reduction_a(*TABLE_1["inception_resnet_v1"]), "b": REDUCTION_B}
    for letter, branches, repeats in stages:
        for number in range(repeats):
            with net.block(f"inception_resnet_{letter}{number + 1}"):
                x = inception.residual(net, x, branches)
        if letter in reductions:
            with net.block(f"reduction_{letter}"):
                x = inception.module(net, x, reductions[letter])
    inception.classifier(net, x, classes, softmax=True)
    return image


RECORDS = (
    Architecture(
        name="inception_resnet_v1",
        title="Inception-ResNet-v1",
        build=build,
        options=(
            Option("resolution", "R", "side of the square image, in pixels", 299, low=75, high=65_536),
            Option("batch", "B", "images a batch", 1, high=65_536),
            Option("classes", "K", "classes", 1000),
        ),
        source=Source(PAPER, "Figures 7 and 10 to 15, Table 1"),
    ),
)
