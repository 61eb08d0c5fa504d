"""SE-ResNet, Table 1's middle column and its deeper relatives: a ResNet with every branch recalibrated.

The pool of the authors' Caffe net has no padding and rounds sizes up, which is 56×56 for 112×112 as in the
table, but not what padding gives for odd sizes. `v1.5` is the ResNet of today's libraries with the same blocks.
"""

from __future__ import annotations

from functools import partial

from convcost.core.architecture import Architecture, Builder, Map, Option
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts
from . import _residual as residual
from .resnet import BLOCKS, FILTERS, IMAGE_OPTIONS, STRIDE

DEPTHS = (50, 101, 152)


def build(
    net: Builder, *, depth: int, resolution: Count, batch: Count, classes: Count, reduction: Count, variant: str
) -> Map:
    """Build the bottleneck ResNet of this depth with a squeeze-and-excitation block in every branch."""
    early = variant == "v1"
    squeeze = partial(residual.recalibrate, reduction=reduction)
    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", 64, 7, stride=2)
    rows = zip(FILTERS, BLOCKS[depth], strict=True)
    block = partial(residual.bottleneck, early=early, recalibrate=squeeze)
    pool = {"ceil_mode": True} if early else {"padding": 1}
    x = residual.build_stages(net, x, "conv{}_x", rows, block, pool)
    parts.classifier(net, x, classes)
    return image


RECORDS = (
    Architecture(
        name="se_resnet",
        title="SE-ResNet",
        build=build,
        options=(
            Option("depth", "", "layers with weights of the ResNet", 50, choices=DEPTHS),
            *IMAGE_OPTIONS,
            Option("reduction", "r", "reduction ratio of the excitation", 16, choices=(2, 4, 8, 16, 32)),
            STRIDE,
        ),
        source=Source(
            "Hu et al. 2017, Squeeze-and-Excitation Networks (arXiv 1709.01507)",
            "Table 1, SE-ResNet-50; Table 2 for the depths, Table 10 for the ratios",
        ),
    ),
)
