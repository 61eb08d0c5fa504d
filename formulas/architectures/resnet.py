"""ResNet, Table 1 column by column, the thin ResNets for CIFAR-10 of section 4.2, SE-ResNet and ResNeXt.

The table prints output sizes but no padding; here the 7×7 and the 3×3 pool are padded by 3 and 1, which halves
as the table does and rounds odd sizes up. The table's softmax is left to the loss, as the libraries leave it.

SE-ResNet recalibrates every branch (Hu et al. 2017, Table 1). The pool of the authors' Caffe net has no padding and
rounds sizes up, which is 56×56 for 112×112 as in the table, but not what padding gives for odd sizes. `v1.5` is the
ResNet of today's libraries with the same blocks.

ResNeXt has grouped 3×3 convolutions in wider bottlenecks (Xie et al. 2016, Table 1). The authors' code
(facebookresearch/ResNeXt, after fb.resnet.torch) has the stride in the 3×3.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeAlias

from convcost.core.architecture import Architecture, Builder, Map, Option
from convcost.core.cost import Window
from convcost.core.numeric import Count, ceil_div, quotient
from convcost.core.record import Source

from . import _parts as parts

# Rows conv2_x to conv5_x: filters of the 3×3 convolutions, and the blocks of each column.
FILTERS = (64, 128, 256, 512)
BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
BASIC = (18, 34)
# For CIFAR-10: filters of the layers with output map sizes 32, 16 and 8; each has 2n layers, the first one more.
CIFAR_FILTERS = (16, 32, 64)
CIFAR_DEPTHS = (20, 32, 44, 56, 110, 1202)
# Paths of a ResNeXt's block, and the width of each where a ResNet's block has 64 filters.
CARDINALITY, WIDTH = 32, 4
RESNEXT_REDUCTION = 16

EXPANSION = 4

Block: TypeAlias = Callable[[Builder, Map, str, int, int], Map]
"""Builds a block from the builder, its input, its name, its filters and its stride."""

Recalibration: TypeAlias = Callable[[Builder, Map, str], Map]


def build_stages(
    net: Builder,
    x: Map,
    names: str,
    rows: Iterable[tuple[int, int]],
    block: Block,
    pool: Mapping[str, int] | None = None,
) -> Map:
    """Build a stage for each of `rows`, its filters and its number of blocks; `names` has {} for the stage's number.

    With `pool` the first stage, conv2, begins with a 3×3 maximum pooling of stride 2 with these settings.
    """
    for stage, (filters, repeats) in enumerate(rows):
        with net.block(names.format(stage + (1 if pool is None else 2))):
            if stage == 0 and pool is not None:
                x = net.call(parts.MAX_POOL, x, name="pool", kernel_size=3, stride=2, **pool)
            for number, stride in enumerate(stage_strides(stage, repeats), start=1):
                x = block(net, x, f"block{number}", filters, stride)
    return x


def stage_strides(stage: int, repeats: int) -> tuple[int, ...]:
    """Return the strides of a stage's blocks: the first block of every stage but the first halves the image."""
    return (1 if stage == 0 else 2, *(1,) * (repeats - 1))


def basic(net: Builder, x: Map, name: str, filters: int, stride: int, *, shortcut: str) -> Map:
    """Build Figure 5 left: two 3×3 convolutions."""
    y = parts.conv_bn_relu(net, x, f"{name}.conv1", filters, 3, stride=stride)
    y = parts.conv_bn(net, y, f"{name}.conv2", filters, 3)
    return _joined(net, y, _shortcut(net, x, name, filters, stride, shortcut), name)


def bottleneck(
    net: Builder,
    x: Map,
    name: str,
    filters: int,
    stride: int,
    *,
    shortcut: str = "B",
    early: bool = False,
    recalibrate: Recalibration | None = None,
    groups: int = 1,
    wider: int = 1,
) -> Map:
    """Build Figure 5 right: 1×1, 3×3 and 1×1, the last with four times the filters.

    A ResNeXt's first two convolutions have `wider` times the filters, its 3×3 is in `groups`. `early` puts the stride
    into the first 1×1, as in the paper; else it is the 3×3's (v1.5). `recalibrate` is what a squeeze-and-excitation
    net does to the branch before the addition.
    """
    outputs, inner = EXPANSION * filters, wider * filters
    first, second = (stride, 1) if early else (1, stride)
    y = parts.conv_bn_relu(net, x, f"{name}.conv1", inner, 1, stride=first)
    y = parts.conv_bn_relu(net, y, f"{name}.conv2", inner, 3, stride=second, groups=groups)
    y = parts.conv_bn(net, y, f"{name}.conv3", outputs, 1)
    if recalibrate is not None:
        y = recalibrate(net, y, f"{name}.se")
    return _joined(net, y, _shortcut(net, x, name, outputs, stride, shortcut), name)


def recalibrate(net: Builder, x: Map, name: str, *, reduction: Count) -> Map:
    """Build squeeze, excitation and scale (Hu et al. 2017, equations 2 to 4), as the authors' 1×1 convolutions."""
    names = (f"{name}.{step}" for step in ("squeeze", "fc1", "relu", "fc2", "sigmoid"))
    gate = parts.excitation(net, x, quotient(x.shape[1], reduction), names, squeeze=parts.MEAN)
    return net.call(parts.MUL, x, gate, name=f"{name}.scale")


def _joined(net: Builder, branch: Map, shortcut: Map, name: str) -> Map:
    y = net.call(parts.ADD, branch, shortcut, name=f"{name}.add")
    return net.call(parts.RELU, y, name=f"{name}.relu")


def _shortcut(net: Builder, x: Map, name: str, outputs: int, stride: int, option: str) -> Map:
    unchanged = stride == 1 and x.shape[1] == outputs
    if option == "C" or (option == "B" and not unchanged):
        return parts.conv_bn(net, x, f"{name}.projection", outputs, 1, stride=stride)
    return x if unchanged else _identity(x, outputs, stride)


def _identity(x: Map, outputs: int, stride: int) -> Map:
    """Return option A: every `stride`-th pixel, zeros for the new channels. Nothing is computed: no call is made."""
    batch, _, *sizes = x.shape
    fields = tuple(field.through(Window(1, stride)) for field in x.fields)
    return Map((batch, outputs, *(ceil_div(size, stride) for size in sizes)), fields)


def _on_images(
    net: Builder,
    block: Block,
    depth: int,
    *,
    resolution: Count,
    batch: Count,
    classes: Count,
    names: str = "conv{}_x",
    padded: bool = True,
) -> None:
    """Build one column of Table 1 out of these blocks; a pooling that is not `padded` rounds sizes up."""
    pool = {"padding": 1} if padded else {"ceil_mode": True}
    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", 64, 7, stride=2)
    x = build_stages(net, x, names, zip(FILTERS, BLOCKS[depth], strict=True), block, pool)
    parts.classifier(net, x, classes)


def build(net: Builder, *, depth: int, variant: str, shortcut: str, **image: Any) -> None:
    """Build one column of Table 1; `variant` says which convolution of a bottleneck has the stride."""
    block: Block = partial(bottleneck, shortcut=shortcut, early=variant == "v1")
    if depth in BASIC:
        block = partial(basic, shortcut=shortcut)
    _on_images(net, block, depth, **image)


def build_cifar(net: Builder, *, depth: int, resolution: Count, batch: Count, classes: Count, shortcut: str) -> None:
    """Build a net of 6n + 2 layers: n blocks of two 3×3 convolutions at each map size."""
    image = net.image(batch, 3, resolution, resolution)
    x = parts.conv_bn_relu(net, image, "conv1", 16, 3)
    rows = ((filters, (depth - 2) // 6) for filters in CIFAR_FILTERS)
    x = build_stages(net, x, "stage{}", rows, partial(basic, shortcut=shortcut))
    parts.classifier(net, x, classes)


def build_se(net: Builder, *, depth: int, reduction: Count, variant: str, **image: Any) -> None:
    """Build the bottleneck ResNet of this depth with a squeeze-and-excitation block in every branch."""
    early = variant == "v1"
    block = partial(bottleneck, early=early, recalibrate=partial(recalibrate, reduction=reduction))
    _on_images(net, block, depth, **image, padded=not early)


def build_resnext(net: Builder, *, depth: int, variant: str, **image: Any) -> None:
    """Build the 32×4d net of this depth; `variant` se recalibrates every branch (Hu et al. 2017, Table 1)."""
    block = partial(
        bottleneck,
        recalibrate=partial(recalibrate, reduction=RESNEXT_REDUCTION) if variant == "se" else None,
        groups=CARDINALITY,
        # Table 1: C·d = 128 where a ResNet has 64, doubled from stage to stage.
        wider=CARDINALITY * WIDTH // FILTERS[0],
    )
    _on_images(net, block, depth, **image, names="conv{}")


def _depth(*depths: int, note: str = "", default: int = 50) -> Option:
    return Option("depth", "", f"layers with weights{note}", default, choices=depths)


def _shortcut_option(default: str) -> Option:
    meaning = "A identity with zero-padded channels, B projection where sizes differ, C projection everywhere"
    return Option("shortcut", "", meaning, default, choices=("A", "B", "C"))


_PAPER = "He, Zhang, Ren & Sun 2015, Deep Residual Learning for Image Recognition (arXiv 1512.03385)"
_IMAGE = parts.image_options(224, 32, ", in pixels; 5 halvings need 32")
_STRIDE = parts.choice(
    "variant", "v1, the paper's: a bottleneck's first 1×1 has the stride; v1.5: its 3×3 has it", "v1", "v1.5"
)

RECORDS = (
    Architecture(
        name="resnet",
        title="ResNet",
        build=build,
        options=(_depth(*BLOCKS), *_IMAGE, _STRIDE, _shortcut_option("B")),
        source=Source(_PAPER, "Table 1; section 3.3 and Table 3 for the shortcuts A, B and C"),
    ),
    Architecture(
        name="resnet_cifar",
        title="ResNet for CIFAR-10",
        build=build_cifar,
        options=(
            _depth(*CIFAR_DEPTHS, note=", 6n + 2", default=20),
            *parts.image_options(32, 4, ", in pixels; 2 halvings need 4", classes=10),
            _shortcut_option("A"),
        ),
        source=Source(_PAPER, "section 4.2; Table 6 for the depths"),
    ),
    Architecture(
        name="se_resnet",
        title="SE-ResNet",
        build=build_se,
        options=(
            _depth(50, 101, 152, note=" of the ResNet"),
            *_IMAGE,
            Option("reduction", "r", "reduction ratio of the excitation", 16, choices=(2, 4, 8, 16, 32)),
            _STRIDE,
        ),
        source=Source(
            "Hu et al. 2017, Squeeze-and-Excitation Networks (arXiv 1709.01507)",
            "Table 1, SE-ResNet-50; Table 2 for the depths, Table 10 for the ratios",
        ),
    ),
    Architecture(
        name="resnext",
        title="ResNeXt (32×4d)",
        build=build_resnext,
        options=(
            _depth(50, 101),
            *_IMAGE,
            parts.choice("variant", "the paper's, or with squeeze-and-excitation", "paper", "se"),
        ),
        source=Source(
            "Xie et al. 2016, ResNeXt (arXiv 1611.05431); Hu et al. 2017 (arXiv 1709.01507) for the variant",
            "Table 1, ResNeXt-50 (32×4d); SENet Table 1, right column",
        ),
    ),
)
