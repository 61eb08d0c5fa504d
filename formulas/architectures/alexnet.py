"""AlexNet, section 3.5 and figure 2, and its single-tower relatives.

The paper prints a 224×224 input, but 11×11 taps at stride 4 leave its 55×55 map only on 227×227. Filters of
the second, fourth and fifth layer see the half of the maps that is on their own GPU: two groups.
"""

from convcost.core.architecture import Architecture, Builder
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts

# Filters, kernel size, stride, padding and groups of the five convolutions.
TWO_GPUS = ((96, 11, 4, 0, 1), (256, 5, 1, 2, 2), (384, 3, 1, 1, 1), (384, 3, 1, 1, 2), (256, 3, 1, 1, 2))
# Krizhevsky 2014, footnote 1.
ONE_WEIRD_TRICK = ((64, 11, 4, 2, 1), (192, 5, 1, 2, 1), (384, 3, 1, 1, 1), (384, 3, 1, 1, 1), (256, 3, 1, 1, 1))
# Its author's code (cuda-convnet2, layers-imagenet-1gpu.cfg) and torchvision have 256 filters in the fourth.
SINGLE_TOWER = (*ONE_WEIRD_TRICK[:3], (256, 3, 1, 1, 1), ONE_WEIRD_TRICK[4])
TOWERS = {"one-weird-trick": ONE_WEIRD_TRICK, "single-tower": SINGLE_TOWER}
NORMALISED = (1, 2)
POOLED = (1, 2, 5)
NEIGHBOURS = 5
FULLY_CONNECTED = (4096, 4096)


def build(net: Builder, *, resolution: Count | None, batch: Count, classes: Count, variant: str) -> None:
    """Build the eight layers; variants: all filters see all maps, or one tower without local response norms."""
    tower = variant in TOWERS
    if resolution is None:
        resolution = 224 if tower else 227
    x = net.image(batch, 3, resolution, resolution)
    for number, (filters, kernel, stride, padding, groups) in enumerate(TOWERS.get(variant, TWO_GPUS), start=1):
        divided = 1 if variant == "ungrouped" else groups
        x = parts.conv_relu(net, x, f"conv{number}", filters, kernel, stride=stride, padding=padding, groups=divided)
        if number in NORMALISED and not tower:
            x = net.call(parts.LOCAL_RESPONSE_NORM, x, name=f"norm{number}", size=NEIGHBOURS)
        if number in POOLED:
            x = net.call(parts.MAX_POOL, x, name=f"pool{number}", kernel_size=3, stride=2)
    if tower:
        x = net.call(parts.GLOBAL_POOL, x, name="pool", output_size=6)
    x = parts.dense(net, x, FULLY_CONNECTED, classes, start=6)
    if not tower:
        net.call(parts.SOFTMAX, x)


RECORDS = (
    Architecture(
        name="alexnet",
        title="AlexNet",
        build=build,
        options=(
            *parts.image_options(None, 67, "; by default 227, of one tower 224"),
            parts.choice(
                "variant",
                "two GPUs; the same without groups; one tower as the later paper has it, or as torchvision has it",
                "paper",
                "ungrouped",
                *TOWERS,
            ),
        ),
        source=Source(
            "Krizhevsky, Sutskever & Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks",
            "sections 3.3 to 3.5 and figure 2; one tower after Krizhevsky 2014 (arXiv 1404.5997), footnote 1",
        ),
    ),
)
