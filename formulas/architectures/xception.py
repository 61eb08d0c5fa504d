"""Xception, Figure 5 from top to bottom.

Batch normalisation follows every (separable) convolution and is not in the figure, as its caption says. The
first two convolutions are not padded (299 → 149 → 147); all else keeps its size or halves it, rounded up.
"""

from convcost.core.architecture import Architecture, Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts

# Output channels of the separable convolutions of each block with a strided shortcut, and the plain blocks between.
ENTRY: tuple[tuple[int, ...], ...] = ((128, 128), (256, 256), (728, 728))
MIDDLE: tuple[tuple[int, ...], ...] = ((728, 728, 728),) * 8
EXIT: tuple[int, ...] = (728, 1024)
TAIL = (1536, 2048)


def separable(net: Builder, x: Map, name: str, filters: int) -> Map:
    """A 3×3 depthwise and a pointwise convolution with nothing between, then batch normalisation."""
    x = parts.depthwise(net, x, f"{name}.dw", 3, padding=1)
    x = net.call(parts.CONV2D, x, name=f"{name}.pw", out_channels=filters, kernel_size=1)
    return net.call(parts.BATCH_NORM, x, name=f"{name}.bn")


def module(net: Builder, x: Map, name: str, filters: tuple[int, ...], *, halve: bool, relu_first: bool = True) -> Map:
    """Separable convolutions with a residual connection, a 1×1 convolution with stride 2 where it must `halve`."""
    y = x
    for number, count in enumerate(filters, start=1):
        if number > 1 or relu_first:
            y = net.call(parts.RELU, y, name=f"{name}.relu{number}")
        y = separable(net, y, f"{name}.sepconv{number}", count)
    shortcut = x
    if halve:
        y = net.call(parts.MAX_POOL, y, name=f"{name}.pool", kernel_size=3, stride=2, padding=1)
        shortcut = parts.conv_bn(net, x, f"{name}.shortcut", filters[-1], 1, stride=2)
    return net.call(parts.ADD, y, shortcut, name=f"{name}.add")


def build(net: Builder, *, resolution: Count, batch: Count, classes: Count) -> None:
    """Build the entry flow, the middle flow eight times, and the exit flow."""
    x = net.image(batch, 3, resolution, resolution)
    with net.block("entry"):
        for name, filters, stride in (("conv1", 32, 2), ("conv2", 64, 1)):
            x = parts.conv_bn_relu(net, x, name, filters, 3, stride=stride, padding=0)
        for number, widths in enumerate(ENTRY, start=1):
            x = module(net, x, f"block{number}", widths, halve=True, relu_first=number > 1)
    with net.block("middle"):
        for number, widths in enumerate(MIDDLE, start=1 + len(ENTRY)):
            x = module(net, x, f"block{number}", widths, halve=False)
    with net.block("exit"):
        x = module(net, x, f"block{1 + len(ENTRY) + len(MIDDLE)}", EXIT, halve=True)
        for number, filters in enumerate(TAIL, start=1):
            x = separable(net, x, f"sepconv{number}", filters)
            x = net.call(parts.RELU, x, name=f"relu{number}")
    parts.classifier(net, x, classes)


RECORDS = (
    Architecture(
        name="xception",
        title="Xception",
        build=build,
        options=parts.image_options(299, 32, parts.FIVE_HALVINGS),
        source=Source("Chollet 2016, Xception (arXiv 1610.02357)", "Figure 5; Table 3 for the parameters"),
    ),
)
