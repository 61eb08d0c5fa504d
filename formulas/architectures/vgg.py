"""VGG, Table 1 column by column: 3×3 convolutions with biases, pooled after each of five stages, three dense layers.

Configuration A-LRN is A with a response normalisation and costs no weight more; it is not built.
"""

from convcost.core.architecture import Architecture, Builder, Option
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts

# Filters of the five stages; kernel sizes of their convolutions in each column of the table.
FILTERS = (64, 128, 256, 512, 512)
CONFIGURATIONS = {
    "A": ((3,), (3,), (3, 3), (3, 3), (3, 3)),
    "B": ((3, 3), (3, 3), (3, 3), (3, 3), (3, 3)),
    "C": ((3, 3), (3, 3), (3, 3, 1), (3, 3, 1), (3, 3, 1)),
    "D": ((3, 3), (3, 3), (3, 3, 3), (3, 3, 3), (3, 3, 3)),
    "E": ((3, 3), (3, 3), (3, 3, 3, 3), (3, 3, 3, 3), (3, 3, 3, 3)),
}
DENSE = (4096, 4096)


def build(net: Builder, *, resolution: Count, batch: Count, classes: Count, variant: str) -> None:
    """Build one column of Table 1; the softmax is left to the loss, as the libraries leave it."""
    x = net.image(batch, 3, resolution, resolution)
    for stage, (filters, kernels) in enumerate(zip(FILTERS, CONFIGURATIONS[variant], strict=True), start=1):
        with net.block(f"stage{stage}"):
            for number, side in enumerate(kernels, start=1):
                x = parts.conv_relu(net, x, f"conv{number}", filters, side, padding=side // 2)
            x = net.call(parts.MAX_POOL, x, name="pool", kernel_size=2, stride=2)
    # Libraries average other images down to the 7×7 that 224 pixels leave; on 224 pixels this is the identity.
    x = net.call(parts.GLOBAL_POOL, x, name="pool", output_size=7)
    parts.dense(net, x, DENSE, classes)


RECORDS = (
    Architecture(
        name="vgg",
        title="VGG",
        build=build,
        options=(
            *parts.image_options(224, 32, parts.FIVE_HALVINGS),
            Option(
                "variant",
                "",
                "configuration: D has 16 layers with weights, E has 19; C's third convolutions are 1×1",
                "D",
                choices=tuple(CONFIGURATIONS),
            ),
        ),
        source=Source(
            "Simonyan & Zisserman 2014, Very Deep Convolutional Networks for Large-Scale Image Recognition "
            "(arXiv 1409.1556)",
            "Table 1",
        ),
    ),
)
