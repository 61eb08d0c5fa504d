"""ResNeXt, Table 1's right column and its deeper relative: grouped 3×3 convolutions in wider bottlenecks.

The authors' code (facebookresearch/ResNeXt, after fb.resnet.torch) has the stride in the 3×3.
"""

from __future__ import annotations

from functools import partial

from convcost.core.architecture import Architecture, Builder, Map, Option
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts
from . import _residual as residual
from .resnet import BLOCKS, FILTERS, IMAGE_OPTIONS

DEPTHS = (50, 101)
CARDINALITY = 32
WIDTH = 4
REDUCTION = 16


def build(net: Builder, *, depth: int, resolution: Count, batch: Count, classes: Count, variant: str) -> Map:
    """Build the 32×4d net of this depth; `variant` se recalibrates every branch (Hu et al. 2017, Table 1)."""
    block = partial(
        residual.bottleneck,
        recalibrate=partial(residual.recalibrate, reduction=REDUCTION) if variant == "se" else None,
        groups=CARDINALITY,
        # Table 1: C·d = 128 where a ResNet has 64, doubled from stage to stage.
        wider=CARDINALITY * WIDTH // FILTERS[0],
    )
    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", 64, 7, stride=2)
    rows = zip(FILTERS, BLOCKS[depth], strict=True)
    x = residual.build_stages(net, x, "conv{}", rows, block, pool={"padding": 1})
    parts.classifier(net, x, classes)
    return image


RECORDS = (
    Architecture(
        name="resnext",
        title="ResNeXt (32×4d)",
        build=build,
        options=(
            Option("depth", "", "layers with weights", 50, choices=DEPTHS),
            *IMAGE_OPTIONS,
            parts.choice("variant", "the paper's, or with squeeze-and-excitation", "paper", "se"),
        ),
        source=Source(
            "Xie et al. 2016, ResNeXt (arXiv 1611.05431); Hu et al. 2017 (arXiv 1709.01507) for the variant",
            "Table 1, ResNeXt-50 (32×4d); SENet Table 1, right column",
        ),
    ),
)
