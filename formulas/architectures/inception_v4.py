"""Inception-v4, Figures 3 to 9.

Two of the figures' 1×7 convolutions stand where the authors' code has 7×1 (Figure 5 prints 1×7 twice in one
branch), and rows come before columns or after: with "same" padding this changes no count. The code's order is built.
"""

from convcost.core.architecture import Architecture, Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _inception as inception
from . import _parts as parts
from ._inception import COLUMN3, COLUMN7, ROW3, ROW7, THREE, Branch, Conv, Fork, Pool

# Figure 3, from the image to 35×35×384: three convolutions, then three forks.
STEM = (Conv(32, THREE, 2, valid=True), Conv(32, THREE, valid=True), Conv(64, THREE))
STEM_FORKS: tuple[tuple[Branch, ...], ...] = (
    ((Pool(stride=2),), (Conv(96, THREE, 2, valid=True),)),
    (
        (Conv(64), Conv(96, THREE, valid=True)),
        (Conv(64), Conv(64, ROW7), Conv(64, COLUMN7), Conv(96, THREE, valid=True)),
    ),
    ((Conv(192, THREE, 2, valid=True),), (Pool(stride=2),)),
)
POOL = Pool(padding=1, average=True)

INCEPTION_A: tuple[Branch, ...] = (  # Figure 4
    (Conv(96),),
    (Conv(64), Conv(96, THREE)),
    (Conv(64), Conv(96, THREE), Conv(96, THREE)),
    (POOL, Conv(96)),
)
INCEPTION_B: tuple[Branch, ...] = (  # Figure 5
    (Conv(384),),
    (Conv(192), Conv(224, ROW7), Conv(256, COLUMN7)),
    (Conv(192), Conv(192, COLUMN7), Conv(224, ROW7), Conv(224, COLUMN7), Conv(256, ROW7)),
    (POOL, Conv(128)),
)
SPREAD = Fork((Conv(256, ROW3), Conv(256, COLUMN3)))
INCEPTION_C: tuple[Branch, ...] = (  # Figure 6
    (Conv(256),),
    (Conv(384), SPREAD),
    (Conv(384), Conv(448, COLUMN3), Conv(512, ROW3), SPREAD),
    (POOL, Conv(256)),
)
REDUCTION_B: tuple[Branch, ...] = (  # Figure 8
    (Conv(192), Conv(192, THREE, 2, valid=True)),
    (Conv(256), Conv(256, ROW7), Conv(320, COLUMN7), Conv(320, THREE, 2, valid=True)),
    (Pool(stride=2),),
)
REPEATS = (4, 7, 3)  # Figure 9


def reduction_a(k: int, l: int, m: int, n: int) -> tuple[Branch, ...]:  # noqa: E741
    """Return Figure 7, from 35×35 to 17×17, with the letters of Table 1."""
    return (
        (Conv(n, THREE, 2, valid=True),),
        (Conv(k), Conv(l, THREE), Conv(m, THREE, 2, valid=True)),
        (Pool(stride=2),),
    )


TABLE_1 = {
    "inception_v4": (192, 224, 256, 384),
    "inception_resnet_v1": (192, 192, 256, 384),
    "inception_resnet_v2": (256, 256, 384, 384),
}


def stem(net: Builder, image: Map) -> Map:
    """Build Figure 3, which Inception-ResNet-v2 shares."""
    with net.block("stem"):
        x = inception.chain(net, image, STEM)
    return inception.modules(net, x, {f"stem_fork{number}": fork for number, fork in enumerate(STEM_FORKS, start=1)})


def build(net: Builder, *, resolution: Count, batch: Count, classes: Count) -> None:
    """Build Figure 9."""
    image = net.image(batch, 3, resolution, resolution)
    x = stem(net, image)
    a, b, c = REPEATS
    stack = {
        **{f"inception_a{number + 1}": INCEPTION_A for number in range(a)},
        "reduction_a": reduction_a(*TABLE_1["inception_v4"]),
        **{f"inception_b{number + 1}": INCEPTION_B for number in range(b)},
        "reduction_b": REDUCTION_B,
        **{f"inception_c{number + 1}": INCEPTION_C for number in range(c)},
    }
    parts.classifier(net, inception.modules(net, x, stack), classes)


PAPER = "Szegedy et al. 2016, Inception-v4, Inception-ResNet and the Impact of Residual Connections (arXiv 1602.07261)"

RECORDS = (
    Architecture(
        name="inception_v4",
        title="Inception-v4",
        build=build,
        options=parts.image_options(299, 75),
        source=Source(PAPER, "Figures 3 to 9 and Table 1"),
    ),
)
