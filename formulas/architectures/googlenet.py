"""GoogLeNet (Inception v1), Table 1 row by row.

Table 1's first row (2.7 K parameters, 34 M operations) is no 7×7 convolution of 3 into 64 channels, which has
9,408 weights and 118 M multiply-accumulates, but a separable one with depth multiplier 8, the first row of
BN-Inception. Its parameter column contradicts its filter columns in 4a, 4c to 4e, 5a and 5b. The filters are
what is built here.
"""

from convcost.core.architecture import Architecture, Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _inception as inception
from . import _parts as parts
from ._inception import FIVE, THREE, Conv, Pool

# The filter columns: #1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5, pool proj.
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}

# Sizes halve exactly (112 to 56 to 28 to 14 to 7) only if pooling without padding rounds up, as in Caffe.
HALVE = Pool(stride=2, ceil=True)
KEEP = Pool(padding=1, ceil=True)

NEIGHBOURS = 5


def build(net: Builder, *, resolution: Count, batch: Count, classes: Count, variant: str) -> None:
    """Build Table 1 with the response normalisations of Figure 3, which the table leaves out.

    `variant` torchvision is the net that torchvision calls GoogLeNet: batch normalisation for bias and response
    normalisation, 3×3 where Table 1 has 5×5, a last maximum pooling of 2×2 for 3×3, and no softmax.
    """
    paper = variant == "paper"
    image = net.image(batch, 3, resolution, resolution)
    x = Conv(64, (7, 7), 2).build(net, image, "conv1", not paper)
    x = HALVE.build(net, x, "pool1")
    if paper:
        x = net.call(parts.LOCAL_RESPONSE_NORM, x, name="norm1", size=NEIGHBOURS)
    with net.block("conv2"):
        x = Conv(64).build(net, x, "3x3_reduce", not paper)
        x = Conv(192, THREE).build(net, x, "3x3", not paper)
    if paper:
        x = net.call(parts.LOCAL_RESPONSE_NORM, x, name="norm2", size=NEIGHBOURS)
    x = HALVE.build(net, x, "pool2")
    for name, (one, reduce3, three, reduce5, five, pool) in MODULES.items():
        branches = (
            (Conv(one),),
            (Conv(reduce3), Conv(three, THREE)),
            (Conv(reduce5), Conv(five, FIVE if paper else THREE)),
            (KEEP, Conv(pool)),
        )
        with net.block(f"inception_{name}"):
            x = inception.module(net, x, branches, normalised=not paper)
        if net.auxiliary and name in ("4a", "4d"):
            with net.block(f"auxiliary_{name}"):
                _auxiliary(net, x, classes, not paper)
        if name == "3b":
            x = HALVE.build(net, x, "pool3")
        if name == "4e":
            x = HALVE._replace(side=3 if paper else 2).build(net, x, "pool4")
    parts.classifier(net, x, classes, softmax=paper)


def _auxiliary(net: Builder, x: Map, classes: Count, normalised: bool) -> None:
    """Build a head for training (section 5): 5×5 pooling with stride 3, 128 1×1 filters, 1024 units, classes."""
    x = net.call(parts.AVG_POOL, x, name="pool", kernel_size=5, stride=3)
    x = Conv(128).build(net, x, "conv", normalised)
    parts.dense(net, x, (1024,), classes)


RECORDS = (
    Architecture(
        name="googlenet",
        title="GoogLeNet (Inception v1)",
        build=build,
        options=(
            *parts.image_options(224, 47, ", in pixels; the last 3×3 pooling needs 47"),
            parts.choice("variant", "the net of Table 1, or torchvision's with 3×3 for 5×5", "paper", "torchvision"),
        ),
        source=Source("Szegedy et al. 2014, Going Deeper with Convolutions (arXiv 1409.4842)", "Table 1; Figure 3"),
    ),
)
