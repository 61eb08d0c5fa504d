"""Inception-ResNet-v1 (Figures 10 to 15) and v2 (Figures 15 to 19), and the other net that was released as v2.

Figure 17 ends in 1154 filters and Figure 19 in 2048, which cannot be added to inputs of 1152 and 2144 channels:
the inputs' widths are built. So it is in v1: 256, 896 and 1792.
"""

from typing import NamedTuple

from convcost.core.architecture import Architecture, Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _inception as inception
from . import _parts as parts
from . import inception_v3, inception_v4
from ._inception import COLUMN3, COLUMN7, FIVE, ROW3, ROW7, THREE, Branch, Conv, Pool

V1_STEM = (*inception_v3.STEM[:-1], Conv(256, THREE, 2, valid=True))  # Figure 14, from the image to 35×35×256
V1_B: tuple[Branch, ...] = ((Conv(128),), (Conv(128), Conv(128, ROW7), Conv(128, COLUMN7)))  # Figure 11
V1_C: tuple[Branch, ...] = ((Conv(192),), (Conv(192), Conv(192, ROW3), Conv(192, COLUMN3)))  # Figure 13
V2_B: tuple[Branch, ...] = ((Conv(192),), (Conv(128), Conv(160, ROW7), Conv(192, COLUMN7)))  # Figure 17
V2_C: tuple[Branch, ...] = ((Conv(192),), (Conv(192), Conv(224, ROW3), Conv(256, COLUMN3)))  # Figure 19
# The released net only: a module between the stem of Inception v3 and the residual ones.
MIXED_5B: tuple[Branch, ...] = (
    (Conv(96),),
    (Conv(48), Conv(64, FIVE)),
    (Conv(64), Conv(96, THREE), Conv(96, THREE)),
    (inception_v4.POOL, Conv(64)),
)


def module_a(middle: int, last: int) -> tuple[Branch, ...]:
    """Return Figures 10 and 16, which differ in two widths."""
    return (
        (Conv(32),),
        (Conv(32), Conv(32, THREE)),
        (Conv(32), Conv(middle, THREE), Conv(last, THREE)),
    )


def reduction_b(second: int, middle: int, last: int) -> tuple[Branch, ...]:
    """Return Figures 12 and 18, which differ in three widths."""
    return (
        (Conv(256), Conv(384, THREE, 2, valid=True)),
        (Conv(256), Conv(second, THREE, 2, valid=True)),
        (Conv(256), Conv(middle, THREE), Conv(last, THREE, 2, valid=True)),
        (Pool(stride=2),),
    )


class Plan(NamedTuple):
    """What the nets differ in: the modules A, B and C, the second reduction, the repeats (Figure 15), and the end."""

    modules: tuple[tuple[Branch, ...], tuple[Branch, ...], tuple[Branch, ...]]
    reduction_b: tuple[Branch, ...]
    repeats: tuple[int, int, int] = (5, 10, 5)
    last_activated: bool = True
    head: int | None = None
    softmax: bool = True


V2 = Plan((module_a(48, 64), V2_B, V2_C), reduction_b(288, 288, 320))
PLANS = {
    "v1": Plan((module_a(32, 32), V1_B, V1_C), reduction_b(256, 256, 256)),
    "paper": V2,
    "released": V2._replace(repeats=(10, 20, 10), last_activated=False, head=1536, softmax=False),
}


def _body(net: Builder, x: Map, plan: Plan, name: str, classes: Count) -> None:
    """Build what follows the stem; `name` is the net's in Table 1 of the paper."""
    reductions = {"a": inception_v4.reduction_a(*inception_v4.TABLE_1[name]), "b": plan.reduction_b}
    for letter, branches, repeats in zip("abc", plan.modules, plan.repeats, strict=True):
        for number in range(repeats):
            last = letter == "c" and number == repeats - 1
            with net.block(f"inception_resnet_{letter}{number + 1}"):
                x = inception.residual(net, x, branches, activated=plan.last_activated or not last)
        if letter in reductions:
            with net.block(f"reduction_{letter}"):
                x = inception.module(net, x, reductions[letter])
    if plan.head is not None:
        x = Conv(plan.head).build(net, x, "head")
    parts.classifier(net, x, classes, softmax=plan.softmax)


def build_v1(net: Builder, *, resolution: Count, batch: Count, classes: Count) -> None:
    """Build Figure 15 with the modules of Inception-ResNet-v1."""
    image = net.image(batch, 3, resolution, resolution)
    with net.block("stem"):
        x = inception.chain(net, image, V1_STEM)
    _body(net, x, PLANS["v1"], "inception_resnet_v1", classes)


def build_v2(net: Builder, *, resolution: Count, batch: Count, classes: Count, variant: str) -> None:
    """Build Figure 15 with the modules of Inception-ResNet-v2, or the released net."""
    image = net.image(batch, 3, resolution, resolution)
    if variant == "paper":
        x = inception_v4.stem(net, image)
    else:
        with net.block("stem"):
            x = inception.chain(net, image, inception_v3.STEM)
        with net.block("mixed_5b"):
            x = inception.module(net, x, MIXED_5B)
    _body(net, x, PLANS[variant], "inception_resnet_v2", classes)


RECORDS = (
    Architecture(
        name="inception_resnet_v1",
        title="Inception-ResNet-v1",
        build=build_v1,
        options=parts.image_options(299, 75),
        source=Source(inception_v4.PAPER, "Figures 7 and 10 to 15, Table 1"),
    ),
    Architecture(
        name="inception_resnet_v2",
        title="Inception-ResNet-v2",
        build=build_v2,
        options=(
            *parts.image_options(299, 75),
            parts.choice(
                "variant",
                "the paper's net, or the one with twice the modules that TF-slim, Keras and timm have",
                "paper",
                "released",
            ),
        ),
        source=Source(
            inception_v4.PAPER,
            "Figures 3, 7 and 15 to 19, Table 1; the authors' TF-slim inception_resnet_v2.py for the variant",
        ),
    ),
)
