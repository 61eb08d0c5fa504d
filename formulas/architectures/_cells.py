"""Cells written as data, and the runs of operators they are made of (NASNet, PNASNet).

A cell is a list of blocks; a block adds two branches; a branch is an operation on a state. The states are the
outputs of the two cells below, h_i and h_i-1, and the sums of the blocks before, b1, b2 … Which of two states of
one shape a branch reads, no count can tell: there the table has only the figure to answer to.

Padding is TensorFlow's 'same': an output for every stride-th pixel. At stride 2 the missing border is put around
the map before the operator (`same_padded`), more of it right and below where it is odd.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from convcost.core.architecture import Builder, Map, Option
from convcost.core.numeric import Count

from . import _parts as parts

H, H_1 = "h_i", "h_i-1"
"""The outputs of the cell below and of the cell below that one."""

POOLS = {"avg": parts.AVG_POOL, "max": parts.MAX_POOL}

Branch = tuple[str, str]


@dataclass(frozen=True)
class Cell:
    """Blocks in the order of their states b1, b2 …, and the states that are concatenated to the output."""

    blocks: tuple[tuple[Branch, Branch], ...]
    output: tuple[str, ...]


def build_cell(net: Builder, cell: Cell, x: Map, previous: Map | None, filters: Count, stride: int = 1) -> Map:
    """Build a cell of `filters` filters over h_i = `x` and h_i-1 = `previous`.

    The first cell of a net has none below the one below: it takes `x` itself, unfitted, for h_i-1. Only the
    two inputs are strided over, the blocks' sums have the size of the output already.
    """
    states = {H_1: x if previous is None else fitted(net, previous, x, filters)}
    states[H] = relu_conv_bn(net, x, "h_i", filters)
    steps = {H: stride, H_1: stride}
    unfitted = {H_1} if previous is None else set()
    for number, branches in enumerate(cell.blocks, start=1):
        sides = [
            branch(net, states[state], f"b{number}.{side}", operation, filters, steps.get(state, 1), state in unfitted)
            for side, (operation, state) in zip(("left", "right"), branches, strict=True)
        ]
        states[f"b{number}"] = net.call(parts.ADD, *sides, name=f"b{number}.add")
    return net.call(parts.CONCAT, [states[name] for name in cell.output])


def fitted(net: Builder, previous: Map, x: Map, filters: Count) -> Map:
    """Return h_i-1 with the size of h_i, which the steps between pixels tell, and the filters of the cell."""
    if previous.fields[0].step != x.fields[0].step:
        return factorised_reduction(net, previous, "h_i-1", filters)
    return relu_conv_bn(net, previous, "h_i-1", filters)


def branch(net: Builder, x: Map, name: str, operation: str, filters: Count, stride: int, unfitted: bool) -> Map:
    """Build one operation of a block: 'identity', 'sep 5×5', 'avg 3×3' or 'max 3×3', to `filters` filters."""
    kind, _, size = operation.partition(" ")
    if kind == "identity":
        # An identity cannot be strided over: a 1×1 convolution stands in for it.
        return x if stride == 1 else relu_conv_bn(net, x, name, filters, stride)
    kernel = int(size.split("×")[0])
    if kind == "sep":
        return separable_twice(net, x, name, filters, kernel, stride)
    x, padding = same_padded(x, kernel, stride)
    x = net.call(POOLS[kind], x, name=f"{name}.{kind}", kernel_size=kernel, stride=stride, padding=padding)
    return unpadded_conv_bn(net, x, name, filters) if unfitted else x


def separable_twice(net: Builder, x: Map, name: str, filters: Count, kernel: int, stride: int) -> Map:
    """Build ReLU, depthwise, pointwise, batch norm, and all of it again at stride 1."""
    for number, step in ((1, stride), (2, 1)):
        x = net.call(parts.RELU, x, name=f"{name}.relu{number}")
        x, padding = same_padded(x, kernel, step)
        x = parts.depthwise(net, x, f"{name}.dw{number}", kernel, stride=step, padding=padding)
        x = net.call(parts.CONV2D, x, name=f"{name}.pw{number}", out_channels=filters, kernel_size=1)
        x = net.call(parts.BATCH_NORM, x, name=f"{name}.bn{number}")
    return x


def factorised_reduction(net: Builder, x: Map, name: str, filters: Count) -> Map:
    """Halve the size by two strided paths, of half the filters each; the second sees the map shifted by a pixel.

    The shift (a row and a column off at one end, zeros on at the other) moves no size and costs nothing. Of an
    odd number of filters the second path has one more.
    """
    x = net.call(parts.RELU, x, name=f"{name}.relu")
    paths = []
    for number, half in ((1, filters // 2), (2, filters - filters // 2)):
        path = net.call(POOLS["avg"], x, name=f"{name}.path{number}.avg", kernel_size=1, stride=2)
        paths.append(net.call(parts.CONV2D, path, name=f"{name}.path{number}.conv", out_channels=half, kernel_size=1))
    x = net.call(parts.CONCAT, paths, name=f"{name}.concat")
    return net.call(parts.BATCH_NORM, x, name=f"{name}.bn")


def relu_conv_bn(net: Builder, x: Map, name: str, filters: Count, stride: int = 1) -> Map:
    """Build ReLU, 1×1 convolution and batch norm."""
    return unpadded_conv_bn(net, net.call(parts.RELU, x, name=f"{name}.relu"), name, filters, stride=stride)


def unpadded_conv_bn(net: Builder, x: Map, name: str, filters: Count, kernel_size: int = 1, stride: int = 1) -> Map:
    """Build a convolution without padding or bias, and batch norm."""
    x = net.call(parts.CONV2D, x, name=f"{name}.conv", out_channels=filters, kernel_size=kernel_size, stride=stride)
    return net.call(parts.BATCH_NORM, x, name=f"{name}.bn")


def same_padded(x: Map, kernel: int, stride: int) -> tuple[Map, int]:
    """Return the map with the border that 'same' needs, and the padding that is left to the operator.

    At stride 1 an odd kernel takes the same border on every side, which the operator has as its own padding.
    Else the last window starts at the last whole stride in the map, and the padded map ends with that window;
    the kernel must be no smaller than the stride.
    """
    if stride == 1:
        return x, kernel // 2
    sizes = ((size - 1) // stride * stride + kernel for size in x.shape[2:])
    return Map((*x.shape[:2], *sizes), x.fields), 0


def build_stack(
    net: Builder,
    plan: Iterable[tuple[str, Cell, Count, int]],
    *,
    stem_filters: Count,
    resolution: Count,
    batch: Count,
    classes: Count,
) -> None:
    """Build a 3×3 convolution of stride 2, the cells of the plan (name, cell, filters, stride), and the classifier."""
    image = net.image(batch, 3, resolution, resolution)
    previous, x = None, unpadded_conv_bn(net, image, "stem", stem_filters, kernel_size=3, stride=2)
    for name, cell, filters, stride in plan:
        with net.block(name):
            previous, x = x, build_cell(net, cell, x, previous, filters, stride)
    parts.classifier(net, net.call(parts.RELU, x), classes)


def stack_options(stem_filters: int, resolution: int) -> tuple[Option, ...]:
    """Return the options that `build_stack` takes."""
    stem = Option("stem_filters", "", "filters of the 3×3 convolution before the first cell", stem_filters)
    return (stem, *parts.image_options(resolution, 3))
