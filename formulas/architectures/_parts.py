"""Operators by short names, the runs of them that papers write as one line, and the options that most networks have."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from convcost.core.architecture import Builder, Map, Option
from convcost.core.numeric import Count, PerAxis, ceil_div, maximum, spread
from convcost.core.record import Operator

from ..operators import activation, convolution, elementwise, linear, movement, norm, pooling, reduction

OPERATORS = {
    record.name: record
    for module in (activation, convolution, elementwise, linear, movement, norm, pooling, reduction)
    for record in module.RECORDS
}
ADD = OPERATORS["add"]
AVG_POOL = OPERATORS["avg_pool2d"]
BATCH_NORM = OPERATORS["batch_norm"]
CONCAT = OPERATORS["concat"]
CONV2D = OPERATORS["conv2d"]
CONV3D = OPERATORS["conv3d"]
FLATTEN = OPERATORS["flatten"]
GLOBAL_POOL = OPERATORS["adaptive_avg_pool2d"]
LINEAR = OPERATORS["linear"]
LOCAL_RESPONSE_NORM = OPERATORS["local_response_norm"]
MAX_POOL = OPERATORS["max_pool2d"]
MEAN = OPERATORS["mean"]
MUL = OPERATORS["mul"]
RELU = OPERATORS["relu"]
RELU6 = OPERATORS["relu6"]
SIGMOID = OPERATORS["sigmoid"]
SOFTMAX = OPERATORS["softmax"]
SWISH = OPERATORS["silu"]

Convolution: TypeAlias = Callable[..., Map]
"""A convolution with what follows it: called with the builder, the input, a name, output channels and a kernel size."""


def conv_bn(net: Builder, x: Map, name: str, out_channels: Count, kernel_size: PerAxis, **hyper: PerAxis) -> Map:
    """Build a convolution without bias and batch normalisation; unless given, padding keeps the size at stride 1."""
    hyper = {"padding": tuple(side // 2 for side in spread(kernel_size, 2)), **hyper}
    x = net.call(CONV2D, x, name=name, out_channels=out_channels, kernel_size=kernel_size, **hyper)
    return net.call(BATCH_NORM, x, name=f"{name}.bn")


def conv_bn_relu(net: Builder, x: Map, name: str, out_channels: Count, kernel_size: PerAxis, **hyper: PerAxis) -> Map:
    """Build the same with a ReLU."""
    return net.call(RELU, conv_bn(net, x, name, out_channels, kernel_size, **hyper), name=f"{name}.relu")


def conv_bn_relu6(net: Builder, x: Map, name: str, out_channels: Count, kernel_size: PerAxis, **hyper: PerAxis) -> Map:
    """Build the same with a ReLU that ends at 6."""
    return net.call(RELU6, conv_bn(net, x, name, out_channels, kernel_size, **hyper), name=f"{name}.relu6")


def conv_bn_swish(net: Builder, x: Map, name: str, out_channels: Count, kernel_size: PerAxis, **hyper: PerAxis) -> Map:
    """Build the same with a swish."""
    return net.call(SWISH, conv_bn(net, x, name, out_channels, kernel_size, **hyper), name=f"{name}.swish")


def conv_relu(net: Builder, x: Map, name: str, out_channels: Count, kernel_size: PerAxis, **hyper: PerAxis) -> Map:
    """Build a convolution with a bias and a ReLU; it is padded only where `padding` says so."""
    x = net.call(CONV2D, x, name=name, out_channels=out_channels, kernel_size=kernel_size, bias=True, **hyper)
    return net.call(RELU, x, name=f"{name}.relu")


def depthwise(net: Builder, x: Map, name: str, kernel_size: int, *, filters: int = 1, **hyper: PerAxis) -> Map:
    """Build a convolution without bias of each channel by itself, with so many `filters` for each."""
    channels = x.shape[1]
    own = {"out_channels": channels * filters, "groups": channels}
    return net.call(CONV2D, x, name=name, kernel_size=kernel_size, **own, **hyper)


def excitation(
    net: Builder,
    x: Map,
    squeezed: Count,
    names: Iterable[str],
    *,
    squeeze: Operator = GLOBAL_POOL,
    activation: Operator = RELU,
    bias: bool = True,
) -> Map:
    """Build the squeeze (equation 2) and the excitation (equation 3) of Hu et al. 2017; the scaling is the caller's.

    The two fully connected layers are 1×1 convolutions of a 1×1 image, to `squeezed` channels and back. `names` are
    those of the squeeze, the first layer, its activation, the second layer and the sigmoid.
    """
    squeeze_name, first, activated, second, gate = names
    whole = {"dim": (2, 3), "keepdim": True} if squeeze is MEAN else {"output_size": 1}
    s = net.call(squeeze, x, name=squeeze_name, **whole)
    s = net.call(CONV2D, s, name=first, out_channels=squeezed, kernel_size=1, bias=bias)
    s = net.call(activation, s, name=activated)
    s = net.call(CONV2D, s, name=second, out_channels=x.shape[1], kernel_size=1, bias=bias)
    return net.call(SIGMOID, s, name=gate)


def inverted_residual(
    net: Builder,
    x: Map,
    expansion: int,
    kernel: int,
    stride: int,
    channels: Count,
    conv: Convolution,
    recalibrate: Callable[[Builder, Map, Count], Map] | None = None,
    *,
    projected: bool = False,
) -> Map:
    """Build Table 1 of MobileNet V2: expansion, depthwise and linear 1×1; a shortcut where input and output are alike.

    With an expansion of 1 the first convolution is left out. `recalibrate` is called before the projection, with the
    block's input channels. CIFAR's `projected` blocks always expand, and have a 1×1 convolution on a shortcut of other
    channels.
    """
    y, inner = x, expansion * x.shape[1]
    if expansion != 1 or projected:
        y = conv(net, y, "expand", inner, 1)
    y = conv(net, y, "dw", inner, kernel, stride=stride, groups=inner)
    if recalibrate is not None:
        y = recalibrate(net, y, x.shape[1])
    y = conv_bn(net, y, "project", channels, 1)
    if stride == 1 and _equal(x.shape[1], channels):
        return net.call(ADD, y, x)
    return net.call(ADD, y, conv_bn(net, x, "shortcut", channels, 1)) if stride == 1 and projected else y


def _equal(left: Count, right: Count) -> bool:
    """Return whether two channel counts are equal; in a sweep, whether they are throughout."""
    answer = left == right
    return bool(answer.all() if hasattr(answer, "all") else answer)


def dense(net: Builder, x: Map, widths: Sequence[int], classes: Count, prefix: str = "fc", start: int = 1) -> Map:
    """Build a flattening and fully connected layers with biases: `widths` with a ReLU each, then the classes."""
    x = net.call(FLATTEN, x)
    for number, features in enumerate(widths, start):
        x = net.call(LINEAR, x, name=f"{prefix}{number}", out_features=features, bias=True)
        x = net.call(RELU, x, name=f"{prefix}{number}.relu")
    return net.call(LINEAR, x, name=f"{prefix}{start + len(widths)}", out_features=classes, bias=True)


def classifier(
    net: Builder, x: Map, classes: Count, *, name: str = "fc", softmax: bool = False, side: int | None = None
) -> Map:
    """Build average pooling and one fully connected layer with a bias; dropout does nothing in evaluation.

    The pooling is global, or has windows of this `side`. Without `softmax` it is left to the loss.
    """
    pool, size = (AVG_POOL, {"kernel_size": side}) if side else (GLOBAL_POOL, {"output_size": 1})
    x = net.call(pool, x, name="pool", **size)
    x = net.call(FLATTEN, x)
    x = net.call(LINEAR, x, name=name, out_features=classes, bias=True)
    return net.call(SOFTMAX, x) if softmax else x


def floor_at_least_8(channels: Count) -> Count:
    """Return a channel count rounded down, but never below 8 (MobileNet V1's authors, TF-slim mobilenet_v1.py)."""
    return maximum(channels // 1, 8)


def multiple_of_8(channels: Count) -> Count:
    """Return the nearest multiple of 8, at least 8, and the next one up if it would take away more than a tenth.

    That is the largest of the three (TF-slim mobilenet/conv_blocks.py, _make_divisible).
    """
    nearest, nine_tenths = (channels + 4) // 8 * 8, ceil_div(9 * channels, 80) * 8
    return maximum(maximum(nearest, nine_tenths), 8)


FIVE_HALVINGS = ", in pixels; five halvings need 32"


def image_options(
    resolution: int | None, low: int = 1, note: str = ", in pixels", *, high: int = 65_536, classes: int = 1000
) -> tuple[Option, Option, Option]:
    """Return the options of a network on square images; `note` ends what is said of their side."""
    return (
        Option("resolution", "R", f"side of the square image{note}", resolution, low=low, high=high),
        Option("batch", "B", "images per batch", 1, high=65_536),
        Option("classes", "K", "classes", classes),
    )


def choice(name: str, meaning: str, *choices: str) -> Option:
    """Return an option of a few words, the first of which is the default."""
    return Option(name, "", meaning, choices[0], choices=choices)


def multiplier(name: str, symbol: str, meaning: str) -> Option:
    """Return the option of a factor that is 1 by default."""
    return Option(name, symbol, meaning, 1, low=0, high=16, decimal=True)


def width_multiplier(*published: str) -> Option:
    """Return the option of MobileNet V1's α, with the values that the paper has numbers for."""
    return replace(multiplier("alpha", "α", "width multiplier"), published=published)


RESOLUTION_MULTIPLIER = replace(multiplier("rho", "ρ", "resolution multiplier"), scales="resolution")
