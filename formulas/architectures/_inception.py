"""How the Inception papers build a module: branches of convolutions and poolings, joined by a concatenation."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from convcost.core.architecture import Builder, Map
from convcost.core.numeric import Count

from . import _parts as parts


class Conv(NamedTuple):
    """One convolution of a figure; `valid` is the mark "V", without it padding keeps the size at stride 1."""

    filters: Count
    kernel: tuple[int, int] = (1, 1)
    stride: int = 1
    valid: bool = False

    def build(self, net: Builder, x: Map, name: str, normalised: bool = True) -> Map:
        """Build the convolution with batch normalisation and ReLU, or with a bias and ReLU."""
        conv = parts.conv_bn_relu if normalised else parts.conv_relu
        padding = (0, 0) if self.valid else (self.kernel[0] // 2, self.kernel[1] // 2)
        return conv(net, x, name, self.filters, self.kernel, stride=self.stride, padding=padding)


class Pool(NamedTuple):
    """A 3×3 pooling of a figure, maximum unless `average`."""

    stride: int = 1
    padding: int = 0
    average: bool = False
    ceil: bool = False
    side: int = 3

    def build(self, net: Builder, x: Map, name: str, normalised: bool = True) -> Map:
        """Build the pooling; nothing follows it."""
        return net.call(
            parts.AVG_POOL if self.average else parts.MAX_POOL,
            x,
            name=name,
            kernel_size=self.side,
            stride=self.stride,
            padding=self.padding,
            ceil_mode=self.ceil,
        )


class Fork(NamedTuple):
    """Convolutions of the same input side by side, concatenated again."""

    tines: tuple[Conv, ...]

    def build(self, net: Builder, x: Map, name: str, normalised: bool = True) -> Map:
        """Build the tines and their concatenation."""
        ends = [
            tine.build(net, x, f"{name}{letter}", normalised) for letter, tine in zip("ab", self.tines, strict=True)
        ]
        return net.call(parts.CONCAT, ends, name=f"{name}.concat")


Step = Conv | Pool | Fork
Branch = tuple[Step, ...]


def chain(net: Builder, x: Map, steps: Sequence[Step], *, normalised: bool = True, prefix: str = "") -> Map:
    """Build steps one after another."""
    for number, step in enumerate(steps, start=1):
        kind = "pool" if isinstance(step, Pool) else "conv"
        x = step.build(net, x, f"{prefix}{kind}{number}", normalised)
    return x


def module(net: Builder, x: Map, branches: Sequence[Branch], *, normalised: bool = True) -> Map:
    """Build the branches from left to right, and the concatenation of their ends."""
    ends = [
        chain(net, x, steps, normalised=normalised, prefix=f"branch{number}.")
        for number, steps in enumerate(branches, start=1)
    ]
    return net.call(parts.CONCAT, ends)


def residual(net: Builder, x: Map, branches: Sequence[Branch], *, activated: bool = True) -> Map:
    """Build an Inception-ResNet module: a linear 1×1 convolution brings the branches to the input's depth.

    It has a bias and no normalisation; its output is scaled down by a constant (section 3.3) and added to the input.
    """
    joined = module(net, x, branches)
    linear = net.call(parts.CONV2D, joined, name="linear", out_channels=x.shape[1], kernel_size=1, bias=True)
    scaled = net.call(parts.MUL, linear, net.number(), name="scale")
    x = net.call(parts.ADD, scaled, x)
    return net.call(parts.RELU, x) if activated else x


def modules(net: Builder, x: Map, stack: Mapping[str, Sequence[Branch]]) -> Map:
    """Build modules one after another, each in the block of its name."""
    for name, branches in stack.items():
        with net.block(name):
            x = module(net, x, branches)
    return x


THREE, FIVE = (3, 3), (5, 5)
# Height by width: a row of taps, a column of taps.
ROW3, COLUMN3 = (1, 3), (3, 1)
ROW7, COLUMN7 = (1, 7), (7, 1)
