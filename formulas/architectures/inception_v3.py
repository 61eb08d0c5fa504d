"""Inception v3 as its authors released it.

Table 1 of the paper is an outline and not this net: it has no widths inside a module, and a stem of other
convolutions (3×3 where the release has 1×1, 288 channels before the first module where it has 192). The authors
name their implementation as the reference.
"""

from convcost.core.architecture import Architecture, Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _inception as inception
from . import _parts as parts
from ._inception import COLUMN3, COLUMN7, FIVE, ROW3, ROW7, THREE, Branch, Conv, Fork, Pool

STEM = (
    Conv(32, THREE, 2, valid=True),
    Conv(32, THREE, valid=True),
    Conv(64, THREE),
    Pool(stride=2),
    Conv(80),
    Conv(192, THREE, valid=True),
    Pool(stride=2),
)
POOL = Pool(padding=1, average=True)

# Filters after the pooling of the three modules of Figure 5; filters inside the four modules of Figure 6.
PROJECTIONS = (32, 64, 64)
INNER = (128, 160, 160, 192)


def figure5(project: int) -> tuple[Branch, ...]:
    """Figure 5, on 35×35: two 3×3 convolutions in place of a 5×5, beside a 5×5."""
    return (
        (Conv(64),),
        (Conv(48), Conv(64, FIVE)),
        (Conv(64), Conv(96, THREE), Conv(96, THREE)),
        (POOL, Conv(project)),
    )


def figure6(inner: int) -> tuple[Branch, ...]:
    """Figure 6, on 17×17: 7×7 convolutions factorised into rows and columns."""
    return (
        (Conv(192),),
        (Conv(inner), Conv(inner, ROW7), Conv(192, COLUMN7)),
        (Conv(inner), Conv(inner, COLUMN7), Conv(inner, ROW7), Conv(inner, COLUMN7), Conv(192, ROW7)),
        (POOL, Conv(192)),
    )


SPREAD = Fork((Conv(384, ROW3), Conv(384, COLUMN3)))
FIGURE7: tuple[Branch, ...] = (
    (Conv(320),),
    (Conv(384), SPREAD),
    (Conv(448), Conv(384, THREE), SPREAD),
    (POOL, Conv(192)),
)
# Figure 10: convolution and pooling with stride 2 side by side.
TO_17: tuple[Branch, ...] = (
    (Conv(384, THREE, 2, valid=True),),
    (Conv(64), Conv(96, THREE), Conv(96, THREE, 2, valid=True)),
    (Pool(stride=2),),
)
TO_8: tuple[Branch, ...] = (
    (Conv(192), Conv(320, THREE, 2, valid=True)),
    (Conv(192), Conv(192, ROW7), Conv(192, COLUMN7), Conv(192, THREE, 2, valid=True)),
    (Pool(stride=2),),
)


def build(net: Builder, *, resolution: Count, batch: Count, classes: Count) -> None:
    """Build the released net; the names are those of the authors' code."""
    image = net.image(batch, 3, resolution, resolution)
    with net.block("stem"):
        x = inception.chain(net, image, STEM)
    fives, sixes = map(figure5, PROJECTIONS), map(figure6, INNER)
    before = dict(zip(("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e"), (*fives, TO_17, *sixes), strict=True))
    x = inception.modules(net, x, {f"mixed_{name}": branches for name, branches in before.items()})
    if net.auxiliary:
        with net.block("auxiliary"):
            _auxiliary(net, x, classes)
    x = inception.modules(net, x, {"mixed_7a": TO_8, "mixed_7b": FIGURE7, "mixed_7c": FIGURE7})
    parts.classifier(net, x, classes)


def _auxiliary(net: Builder, x: Map, classes: Count) -> None:
    """Build the head for training (Figure 8): 5×5 pooling with stride 3, 1×1 and 5×5 convolutions, classes."""
    x = net.call(parts.AVG_POOL, x, name="pool", kernel_size=5, stride=3)
    x = Conv(128).build(net, x, "conv1", True)
    x = Conv(768, FIVE, valid=True).build(net, x, "conv2", True)
    parts.classifier(net, x, classes)


RECORDS = (
    Architecture(
        name="inception_v3",
        title="Inception v3",
        build=build,
        options=parts.image_options(299, 75),
        source=Source(
            "Szegedy et al. 2015, Rethinking the Inception Architecture for Computer Vision (arXiv 1512.00567)",
            "Figures 5, 6, 7 and 10; widths and stem from the authors' TF-slim inception_v3.py",
        ),
    ),
)
