"""MobileNet V1, Table 1 row by row; the same as first written in Keras, and for CIFAR's 32×32 images.

The last depthwise row prints "s2" over a 7×7 input and a 7×7 output: the stride is 1, as the total of 569
million mult-adds (Table 4) needs.

In Keras every convolution has a bias, its layers' default. It is idle, because a batch normalisation follows, but it
is a parameter. Widths are cut to whole channels with no lower bound, and padding 'same' gives ⌈n/2⌉ at stride 2, like
one pixel on each side.

For CIFAR the first convolution has stride 1, so the thirteen blocks leave a 2×2 map for a 2×2 average pool.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from convcost.core.architecture import Architecture, Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts

# Stride of the depthwise row and filters of the pointwise row below it.
BLOCKS = (
    *((1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512)),
    *((1, 512),) * 5,
    *((2, 1024), (1, 1024)),
)


def _body(
    net: Builder,
    image: Map,
    alpha: Count,
    rule: Callable[[Count], Count] = parts.floor_at_least_8,
    *,
    stride: int = 2,
    variant: str = "",
    **bias: bool,
) -> Map:
    """Build the first convolution and the blocks, widths rounded by `rule`; `variant` as in `build`."""

    def width(channels: int) -> Count:
        return net.channels(channels * alpha, rule)

    x = parts.conv_bn_relu(net, image, "conv1", width(32), 3, stride=stride, **bias)
    rows = BLOCKS[:6] + BLOCKS[11:] if variant == "shallow" else BLOCKS
    for number, (step, filters) in enumerate(rows, start=1):
        with net.block(f"block{number}"):
            if variant == "full-conv":
                x = parts.conv_bn_relu(net, x, "conv", width(filters), 3, stride=step)
            else:
                x = parts.conv_bn_relu(net, x, "dw", x.shape[1], 3, stride=step, groups=x.shape[1], **bias)
                x = parts.conv_bn_relu(net, x, "pw", width(filters), 1, **bias)
    return x


def build(net: Builder, *, alpha: Count, resolution: Count, batch: Count, classes: Count, variant: str) -> None:
    """Build Table 1; `variant` shallow drops the five 14×14×512 blocks, full-conv is Table 4's Conv MobileNet."""
    image = net.image(batch, 3, resolution, resolution)
    parts.classifier(net, _body(net, image, alpha, variant=variant), classes, softmax=True)


def build_keras(net: Builder, *, alpha: Count, resolution: Count, batch: Count, classes: Count, variant: str) -> None:
    """Build the network of Keras; `variant` shallow leaves out the five blocks of 512 filters."""
    image = net.image(batch, 3, resolution, resolution)
    x = _body(net, image, alpha, lambda exact: exact // 1, variant=variant, bias=True)
    parts.classifier(net, x, classes, softmax=True)


def build_cifar(net: Builder, *, alpha: Count, resolution: Count, batch: Count, classes: Count) -> None:
    """Build the thirteen blocks between the first convolution and the 2×2 average pool."""
    image = net.image(batch, 3, resolution, resolution)
    parts.classifier(net, _body(net, image, alpha, stride=1), classes, side=2)


_PAPER = "Howard et al. 2017, MobileNets (arXiv 1704.04861)"
_TABLE_6 = parts.width_multiplier("1", "0.75", "0.5", "0.25")

RECORDS = (
    Architecture(
        name="mobilenet_v1",
        title="MobileNet V1",
        build=build,
        options=(
            _TABLE_6,
            parts.RESOLUTION_MULTIPLIER,
            *parts.image_options(224, 32, parts.FIVE_HALVINGS),
            parts.choice("variant", "the net of Table 1, or one of its relatives", "paper", "shallow", "full-conv"),
        ),
        source=Source(_PAPER, "Table 1; Tables 4 and 5 for the variants"),
        baseline={"variant": "full-conv"},
    ),
    Architecture(
        name="mobilenet_v1_cifar",
        title="MobileNet V1 for CIFAR",
        build=build_cifar,
        options=(
            parts.width_multiplier(),
            *parts.image_options(32, 17, "; the 2×2 pool must leave one pixel", high=48, classes=10),
        ),
        source=Source(_PAPER, "Table 1; strides after kuangliu/pytorch-cifar, models/mobilenet.py"),
    ),
    Architecture(
        name="mobilenet_v1_keras",
        title="MobileNet V1, Keras style",
        build=build_keras,
        options=(
            replace(_TABLE_6, low=Fraction(1, 32)),
            parts.RESOLUTION_MULTIPLIER,
            *parts.image_options(224, 32),
            parts.choice("variant", "all thirteen blocks, or eight", "full", "shallow"),
        ),
        source=Source(
            _PAPER,
            "Tables 1 and 5; layers after rcmalli/keras-mobilenet, with the biases that Keras layers have by default",
        ),
    ),
)
