"""ResNeXt, Table 1's right column and its deeper relative: grouped 3×3 convolutions in wider bottlenecks.

The authors' code (facebookresearch/ResNeXt, after fb.resnet.torch) has the stride in the 3×3.
"""

from __future__ import annotations

from functools import partial

from convcost.core.architecture import Architecture, Option
from convcost.core.builder import Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts
from . import _residual as residual
from .se_resnet import recalibrate

FILTERS = (64, 128, 256, 512)
BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3)}
CARDINALITY = 32
WIDTH = 4
REDUCTION = 16


def build(net: Builder, *, depth: int, resolution: Count, batch: Count, classes: Count, variant: str) -> Map:
    """Draw the 32×4d net of this depth; `variant` se recalibrates every branch (Hu et al. 2017, Table 1)."""
    squeeze = partial(recalibrate, reduction=REDUCTION) if variant == "se" else None
    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", 64, 7, stride=2)
    for stage, (filters, repeats) in enumerate(zip(FILTERS, BLOCKS[depth], strict=True)):
        with net.block(f"conv{stage + 2}"):
            if stage == 0:
                x = net.call(parts.MAX_POOL, x, name="pool", kernel_size=3, stride=2, padding=1)
            for number, stride in enumerate(residual.stage_strides(stage, repeats), start=1):
                x = residual.bottleneck(
                    net,
                    x,
                    f"block{number}",
                    filters,
                    stride,
                    "B",
                    early=False,
                    recalibrate=squeeze,
                    groups=CARDINALITY,
                    # Table 1: C·d = 128 where a ResNet has 64, doubled from stage to stage.
                    width=CARDINALITY * WIDTH * filters // FILTERS[0],
                )
    parts.classifier(net, x, classes)
    return image


RECORDS = (
    Architecture(
        name="resnext",
        title="ResNeXt (32×4d)",
        build=build,
        options=(
            Option("depth", "", "layers with weights", 50, choices=tuple(BLOCKS)),
            *residual.image_options(224, 5, 1000),
            Option("variant", "", "the paper's, or with squeeze-and-excitation", "paper", choices=("paper", "se")),
        ),
        source=Source(
            "Xie et al. 2016, ResNeXt (arXiv 1611.05431); Hu et al. 2017 (arXiv 1709.01507) for the variant",
            "Table 1, ResNeXt-50 (32×4d); SENet Table 1, right column",
        ),
    ),
)
