"""The bottleneck of MobileNet V2: the paper's count, its correction for strides, and CIFAR's extra shortcut.

The paper takes stride 1. With stride s the expansion still runs on the whole map, and only the depthwise and
the projecting convolution on the smaller one. A block with t = 1 has no expansion: a depthwise separable one.
"""

from functools import partial

from convcost.core.cost import Cost
from convcost.core.numeric import Count, ceil_div
from convcost.core.record import Symbol, formula_of

from .separable import convolved

PAPER = "Sandler et al. 2018, MobileNetV2 (arXiv 1801.04381)"


def inverted_residual(h: Count, w: Count, d_in: Count, d_out: Count, t: Count, k: Count) -> Cost:
    """h·w·d′·t·(d′ + k² + d″): expansion, depthwise and projecting convolution at stride 1."""
    inside = t * d_in
    return convolved(inside * (d_in + k * k + d_out), 2 * inside + d_in, 2 * inside + d_out, h * w)


def inverted_residual_strided(h: Count, w: Count, d_in: Count, d_out: Count, t: Count, k: Count, s: Count) -> Cost:
    """The three convolutions of Table 1, each on the map it runs on; 'same' padding rounds h/s and w/s up."""
    inside, before = t * d_in, h * w
    after = ceil_div(h, s) * ceil_div(w, s)
    return Cost(
        macs=before * d_in * inside + after * inside * (k * k + d_out),
        parameters=inside * (d_in + k * k + d_out),
        activations=before * inside + after * (inside + d_out),
        inputs=before * (d_in + inside) + after * inside,
    )


def inverted_residual_projected(h: Count, w: Count, d_in: Count, d_out: Count, t: Count, k: Count) -> Cost:
    """The same with a 1×1 convolution on the shortcut, where stride is 1 but the channels change."""
    return inverted_residual(h, w, d_in, d_out, t, k) + convolved(d_in * d_out, d_in, d_out, h * w)


_SYMBOLS = (
    Symbol("h", "height of the input", "pixels"),
    Symbol("w", "width of the input", "pixels"),
    Symbol("d_in", "input channels, d′", "channels"),
    Symbol("d_out", "output channels, d″", "channels"),
    Symbol("t", "expansion factor", "channels per channel", 6),
    Symbol("k", "kernel size of the depthwise convolution", "taps", 3),
    Symbol("s", "stride of the depthwise convolution", "pixels", 2),
)

_block = partial(formula_of, work=PAPER, symbols=_SYMBOLS)

RECORDS = (
    _block(
        inverted_residual,
        "Inverted residual with a linear bottleneck, stride 1",
        "section 3.3: h·w·d′·t(d′ + k² + d″); Table 1",
    ),
    _block(
        inverted_residual_strided,
        "Inverted residual with a linear bottleneck, stride s",
        "Table 1, with the stride that section 3.3's count leaves out",
        against="inverted_residual",
    ),
    _block(
        inverted_residual_projected,
        "Inverted residual with a 1×1 convolution on its shortcut, stride 1",
        "section 3.3; the shortcut after kuangliu/pytorch-cifar, models/mobilenetv2.py",
        against="inverted_residual",
    ),
)
