"""The residual blocks of He et al. 2015 (Figures 2 and 5), the shortcuts of its section 3.3, and stages of blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from convcost.core.architecture import Builder, Map
from convcost.core.cost import Window
from convcost.core.numeric import Count, ceil_div, quotient

from . import _parts as parts

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
