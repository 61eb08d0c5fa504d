"""SE-ResNet, Table 1's middle column and its deeper relatives: a ResNet with every branch recalibrated.

The pool of the authors' Caffe net has no padding and rounds sizes up, which is 56×56 for 112×112 as in the
table, but not what padding gives for odd sizes. `v1.5` is the ResNet of today's libraries with the same blocks.
"""

from __future__ import annotations

from functools import partial

from convcost.core.architecture import Architecture, Option
from convcost.core.builder import Builder, Map
from convcost.core.numeric import Count, quotient
from convcost.core.record import Source

from . import _parts as parts
from . import _residual as residual

FILTERS = (64, 128, 256, 512)
BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


def recalibrate(net: Builder, x: Map, name: str, reduction: Count) -> Map:
    """Squeeze (equation 2), excitation (equation 3) and scale (equation 4).

    The two fully connected layers are the authors' 1×1 convolutions on a 1×1 image, with biases.
    """
    channels = x.shape[1]
    s = net.call(parts.MEAN, x, name=f"{name}.squeeze", dim=(2, 3), keepdim=True)
    s = net.call(
        parts.CONV2D, s, name=f"{name}.fc1", out_channels=quotient(channels, reduction), kernel_size=1, bias=True
    )
    s = net.call(parts.RELU, s, name=f"{name}.relu")
    s = net.call(parts.CONV2D, s, name=f"{name}.fc2", out_channels=channels, kernel_size=1, bias=True)
    s = net.call(parts.SIGMOID, s, name=f"{name}.sigmoid")
    return net.call(parts.MUL, x, s, name=f"{name}.scale")


def build(
    net: Builder, *, depth: int, resolution: Count, batch: Count, classes: Count, reduction: Count, variant: str
) -> Map:
    """Draw the bottleneck ResNet of this depth with a squeeze-and-excitation block in every branch."""
    early = variant == "v1"
    pool = {"ceil_mode": True} if early else {"padding": 1}
    squeeze = partial(recalibrate, reduction=reduction)
    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", 64, 7, stride=2)
    for stage, (filters, repeats) in enumerate(zip(FILTERS, BLOCKS[depth], strict=True)):
        with net.block(f"conv{stage + 2}_x"):
            if stage == 0:
                x = net.call(parts.MAX_POOL, x, name="pool", kernel_size=3, stride=2, **pool)
            for number, stride in enumerate(residual.stage_strides(stage, repeats), start=1):
                x = residual.bottleneck(
                    net, x, f"block{number}", filters, stride, "B", early=early, recalibrate=squeeze
                )
    parts.classifier(net, x, classes)
    return image


RECORDS = (
    Architecture(
        name="se_resnet",
        title="SE-ResNet",
        build=build,
        options=(
            Option("depth", "", "layers with weights of the ResNet", 50, choices=tuple(BLOCKS)),
            *residual.image_options(224, 5, 1000),
            Option("reduction", "r", "reduction ratio of the excitation", 16, choices=(2, 4, 8, 16, 32)),
            Option(
                "variant",
                "",
                "v1, the paper's: a bottleneck's first 1×1 has the stride; v1.5: its 3×3 has it",
                "v1",
                choices=("v1", "v1.5"),
            ),
        ),
        source=Source(
            "Hu et al. 2017, Squeeze-and-Excitation Networks (arXiv 1709.01507)",
            "Table 1, SE-ResNet-50; Table 2 for the depths, Table 10 for the ratios",
        ),
    ),
)
