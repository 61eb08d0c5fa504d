"""The residual blocks of He et al. 2015 (Figures 2 and 5) and the shortcuts of its section 3.3."""

from __future__ import annotations

from collections.abc import Callable

from convcost.core.architecture import Option
from convcost.core.builder import Builder, Map
from convcost.core.cost import Window
from convcost.core.numeric import Count, ceil_div

from . import _parts as parts

PAPER = "He, Zhang, Ren & Sun 2015, Deep Residual Learning for Image Recognition (arXiv 1512.03385)"
EXPANSION = 4
SHORTCUT_MEANING = "A identity with zero-padded channels, B projection where sizes differ, C projection everywhere"

Recalibration = Callable[[Builder, Map, str], Map]


def basic(net: Builder, x: Map, name: str, filters: int, stride: int, shortcut: str) -> Map:
    """Figure 5 left: two 3×3 convolutions."""
    y = parts.conv_bn_relu(net, x, f"{name}.conv1", filters, 3, stride=stride)
    y = parts.conv_bn(net, y, f"{name}.conv2", filters, 3)
    return _joined(net, y, _shortcut(net, x, name, filters, stride, shortcut), name)


def bottleneck(
    net: Builder,
    x: Map,
    name: str,
    filters: int,
    stride: int,
    shortcut: str,
    *,
    early: bool,
    recalibrate: Recalibration | None = None,
    groups: int = 1,
    width: Count | None = None,
) -> Map:
    """Figure 5 right: 1×1, 3×3 and 1×1, the last with four times the filters.

    A ResNeXt's first two convolutions have `width` filters in place of `filters`, its 3×3 in `groups`.
    `early` puts the stride into the first 1×1, as in the paper; else it is the 3×3's (v1.5). `recalibrate`
    is what a squeeze-and-excitation net does to the branch before the addition.
    """
    outputs = EXPANSION * filters
    inner = filters if width is None else width
    first, second = (stride, 1) if early else (1, stride)
    y = parts.conv_bn_relu(net, x, f"{name}.conv1", inner, 1, stride=first)
    y = parts.conv_bn_relu(net, y, f"{name}.conv2", inner, 3, stride=second, groups=groups)
    y = parts.conv_bn(net, y, f"{name}.conv3", outputs, 1)
    if recalibrate is not None:
        y = recalibrate(net, y, f"{name}.se")
    return _joined(net, y, _shortcut(net, x, name, outputs, stride, shortcut), name)


def _joined(net: Builder, branch: Map, shortcut: Map, name: str) -> Map:
    y = net.call(parts.ADD, branch, shortcut, name=f"{name}.add")
    return net.call(parts.RELU, y, name=f"{name}.relu")


def _shortcut(net: Builder, x: Map, name: str, outputs: int, stride: int, option: str) -> Map:
    unchanged = stride == 1 and x.shape[1] == outputs
    if option == "C" or (option == "B" and not unchanged):
        return parts.conv_bn(net, x, f"{name}.projection", outputs, 1, stride=stride)
    return x if unchanged else _identity(x, outputs, stride)


def _identity(x: Map, outputs: int, stride: int) -> Map:
    """Option A: every `stride`-th pixel, zeros for the new channels. Nothing is computed: no line is left."""
    batch, _, *sizes = x.shape
    fields = tuple(field.through(Window(1, stride)) for field in x.fields)
    return Map((batch, outputs, *(ceil_div(size, stride) for size in sizes)), fields)


def image_options(resolution: int, halvings: int, classes: int) -> tuple[Option, ...]:
    """Options that every net here has; the least image is one pixel after all its `halvings`."""
    low = 2**halvings
    side = f"side of the square image, in pixels; {halvings} halvings need {low}"
    return (
        Option("resolution", "R", side, resolution, low=low, high=65_536),
        Option("batch", "B", "images a batch", 1, high=65_536),
        Option("classes", "K", "classes", classes),
    )


def stage_strides(stage: int, repeats: int) -> tuple[int, ...]:
    """Strides of a stage's blocks: the first block of every stage but the first halves the image."""
    return (1 if stage == 0 else 2, *(1,) * (repeats - 1))
