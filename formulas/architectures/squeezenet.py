"""SqueezeNet 1.0, Table 1 row by row: fire modules that squeeze by 1×1 and expand by 1×1 and 3×3 side by side.

Table 1's 13×13×1000 after conv10 has no padding; the authors' Caffe net pads conv10 by 1 (15×15): `variant` caffe.
"""

from convcost.core.architecture import Architecture, Builder, Map
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts

# Squeeze filters of fire2 to fire9, and filters of each of the two expansions; layers with a pooling after them.
FIRES = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
POOLED = (4, 8)


def build(net: Builder, *, resolution: Count, batch: Count, classes: Count, variant: str) -> None:
    """Build Table 1; a 3×3 pooling of stride 2 rounds up, as in Caffe."""
    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_relu(net, image, "conv1", 96, 7, stride=2)
    x = _pool(net, x, "maxpool1")
    for number, (squeeze, expand) in enumerate(FIRES, start=2):
        with net.block(f"fire{number}"):
            x = parts.conv_relu(net, x, "squeeze1x1", squeeze, 1)
            ends = [parts.conv_relu(net, x, f"expand{side}x{side}", expand, side, padding=side // 2) for side in (1, 3)]
            x = net.call(parts.CONCAT, ends)
        if number in POOLED:
            x = _pool(net, x, f"maxpool{number}")
    x = parts.conv_relu(net, x, "conv10", classes, 1, padding=1 if variant == "caffe" else 0)
    x = net.call(parts.GLOBAL_POOL, x, name="avgpool", output_size=1)
    net.call(parts.FLATTEN, x)


def _pool(net: Builder, x: Map, name: str) -> Map:
    return net.call(parts.MAX_POOL, x, name=name, kernel_size=3, stride=2, ceil_mode=True)


RECORDS = (
    Architecture(
        name="squeezenet",
        title="SqueezeNet 1.0",
        build=build,
        options=(
            *parts.image_options(227, 21),
            parts.choice(
                "variant",
                "the table's 13×13 outputs of conv10, or the 15×15 of the authors' Caffe net, which pads it by 1",
                "paper",
                "caffe",
            ),
        ),
        source=Source("Iandola et al. 2016, SqueezeNet (arXiv 1602.07360)", "Table 1"),
    ),
)
