"""Inception-ResNet-v2: the paper's (Figures 15 to 19), and the other net that its authors released by that name.

Figure 17 ends in 1154 filters and Figure 19 in 2048, which cannot be added to inputs of 1152 and 2144 channels:
the inputs' widths are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from convcost.core.architecture import Architecture, Option
from convcost.core.builder import Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _inception as inception
from . import inception_v3, inception_v4
from ._inception import COLUMN3, COLUMN7, FIVE, ROW3, ROW7, THREE, Branch, Conv, Pool

MODULE_A: tuple[Branch, ...] = (  # Figure 16
    (Conv(32),),
    (Conv(32), Conv(32, THREE)),
    (Conv(32), Conv(48, THREE), Conv(64, THREE)),
)
MODULE_B: tuple[Branch, ...] = (  # Figure 17
    (Conv(192),),
    (Conv(128), Conv(160, ROW7), Conv(192, COLUMN7)),
)
MODULE_C: tuple[Branch, ...] = (  # Figure 19
    (Conv(192),),
    (Conv(192), Conv(224, ROW3), Conv(256, COLUMN3)),
)
REDUCTION_B: tuple[Branch, ...] = (  # Figure 18
    (Conv(256), Conv(384, THREE, 2, valid=True)),
    (Conv(256), Conv(288, THREE, 2, valid=True)),
    (Conv(256), Conv(288, THREE), Conv(320, THREE, 2, valid=True)),
    (Pool(stride=2),),
)
# The released net only: a module between the stem of Inception v3 and the residual ones.
MIXED_5B: tuple[Branch, ...] = (
    (Conv(96),),
    (Conv(48), Conv(64, FIVE)),
    (Conv(64), Conv(96, THREE), Conv(96, THREE)),
    (inception_v4.POOL, Conv(64)),
)


class Plan(NamedTuple):
    """What the two nets differ in."""

    repeats: tuple[int, int, int]
    last_activated: bool
    head: int | None


PLANS: Mapping[str, Plan] = {"paper": Plan((5, 10, 5), True, None), "released": Plan((10, 20, 10), False, 1536)}


def _stem(net: Builder, image: Map, variant: str) -> Map:
    if variant == "paper":
        return inception_v4.stem(net, image)
    with net.block("stem"):
        x = inception.chain(net, image, inception_v3.STEM)
    with net.block("mixed_5b"):
        return inception.module(net, x, MIXED_5B)


def build(net: Builder, *, resolution: Count, batch: Count, classes: Count, variant: str) -> Map:
    """Draw Figure 15 with the modules of Inception-ResNet-v2, or the released net."""
    plan = PLANS[variant]
    image = net.image(batch, 3, resolution, resolution)
    x = _stem(net, image, variant)
    reductions = {"a": inception_v4.reduction_a(*inception_v4.TABLE_1["inception_resnet_v2"]), "b": REDUCTION_B}
    for letter, branches, repeats in zip("abc", (MODULE_A, MODULE_B, MODULE_C), plan.repeats, strict=True):
        for number in range(repeats):
            last = letter == "c" and number == repeats - 1
            with net.block(f"inception_resnet_{letter}{number + 1}"):
                x = inception.residual(net, x, branches, activated=plan.last_activated or not last)
        if letter in reductions:
            with net.block(f"reduction_{letter}"):
                x = inception.module(net, x, reductions[letter])
    if plan.head is not None:
        x = Conv(plan.head).build(net, x, "head")
    inception.classifier(net, x, classes, softmax=variant == "paper")
    return image


RECORDS = (
    Architecture(
        name="inception_resnet_v2",
        title="Inception-ResNet-v2",
        build=build,
        options=(
            Option("resolution", "R", "side of the square image, in pixels", 299, low=75, high=65_536),
            Option("batch", "B", "images a batch", 1, high=65_536),
            Option("classes", "K", "classes", 1000),
            Option(
                "variant",
                "",
                "the paper's net, or the one with twice the modules that TF-slim, Keras and timm have",
                "paper",
                choices=("paper", "released"),
            ),
        ),
        source=Source(
            inception_v4.PAPER,
            "Figures 3, 7 and 15 to 19, Table 1; the authors' TF-slim inception_resnet_v2.py for the variant",
        ),
    ),
)
