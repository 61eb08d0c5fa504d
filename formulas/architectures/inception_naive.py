"""The Inception module alone: Figure 2(a), naïve, and Figure 2(b), with dimension reductions.

The figure has no numbers: the defaults are those of module 3a of Table 1. A course example that is often
quoted has channels 256 and filters 128, 192 and 96 (Stanford CS231n 2017, lecture 9).
"""

from convcost.core.architecture import Architecture, Builder, Option
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _inception as inception
from . import _parts as parts
from ._inception import FIVE, THREE, Branch, Conv, Pool

POOL = Pool(padding=1)


def build(
    net: Builder,
    *,
    resolution: Count,
    batch: Count,
    channels: Count,
    filters1: Count,
    filters3: Count,
    filters5: Count,
    reduce3: Count,
    reduce5: Count,
    project: Count,
    variant: str,
) -> None:
    """Build the module; the reductions and the projection exist only in `variant` reduced."""
    image = net.image(batch, channels, resolution, resolution)
    branches: tuple[Branch, ...] = ((Conv(filters1),), (Conv(filters3, THREE),), (Conv(filters5, FIVE),), (POOL,))
    if variant == "reduced":
        branches = (
            (Conv(filters1),),
            (Conv(reduce3), Conv(filters3, THREE)),
            (Conv(reduce5), Conv(filters5, FIVE)),
            (POOL, Conv(project)),
        )
    with net.block("inception"):
        inception.module(net, image, branches, normalised=False)


def _width(name: str, symbol: str, meaning: str, default: int) -> Option:
    return Option(name, symbol, meaning, default, high=65_536)


RECORDS = (
    Architecture(
        name="inception_naive",
        title="Inception module, naïve version",
        build=build,
        options=(
            Option("resolution", "D_F", "side of the square feature map, in pixels", 28, high=65_536),
            Option("batch", "B", "feature maps per batch", 1, high=65_536),
            _width("channels", "M", "input channels", 192),
            _width("filters1", "n_1", "filters of the 1×1 convolution", 64),
            _width("filters3", "n_3", "filters of the 3×3 convolution", 128),
            _width("filters5", "n_5", "filters of the 5×5 convolution", 32),
            _width("reduce3", "r_3", "filters of the 1×1 convolution before 3×3 (variant reduced)", 96),
            _width("reduce5", "r_5", "filters of the 1×1 convolution before 5×5 (variant reduced)", 16),
            _width("project", "p", "filters of the 1×1 convolution after the pooling (variant reduced)", 32),
            parts.choice("variant", "Figure 2(a) or 2(b)", "naive", "reduced"),
        ),
        source=Source(
            "Szegedy et al. 2014, Going Deeper with Convolutions (arXiv 1409.4842)",
            "Figure 2; Table 1 row 3a for the defaults",
        ),
    ),
)
