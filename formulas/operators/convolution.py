"""Convolution over one to three axes: stride, padding, dilation, groups, bias."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, every, flag, maximum, product, quotient
from convcost.core.record import Condition, Operator, Source, Symbol

from . import _axes as axes

SOURCE = Source(
    "Dumoulin & Visin 2016, A guide to convolution arithmetic for deep learning (arXiv 1603.07285)",
    "relationship 6 for the output size, of the dilated kernel; one multiply-accumulate a tap and output element",
)


def convolution(
    input: Shape,
    *,
    out_channels: Count,
    kernel_size: Any,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Count = 1,
    bias: Count = False,
) -> Result:
    """Cost of a convolution of (N, C, *sizes); taps that fall on padding count.

    `padding` is a number, one a axis, 'valid' or 'same' (stride 1: the output keeps the size).
    """
    batch, channels, sizes = axes.channels_first(input)
    rank = len(sizes)
    kernel, strides, dilations = (axes.spread(v, rank) for v in (kernel_size, stride, dilation))
    if padding == "same":
        out = sizes
    else:
        paddings = axes.padded(padding, rank)
        out = tuple(
            axes.slide(size, axes.window_extent(k, d), s, p)
            for size, k, d, s, p in zip(sizes, kernel, dilations, strides, paddings, strict=True)
        )
    outputs = batch * out_channels * product(out)
    weights = product(kernel) * quotient(channels, groups)
    cost = Cost(
        macs=outputs * weights,
        bias_adds=flag(bias) * outputs,
        parameters=out_channels * weights + flag(bias) * out_channels,
        activations=outputs,
        inputs=product(input),
    )
    return Result((batch, out_channels, *out), cost, axes.windows(kernel, strides, dilations))


def _groups_divide(a: SimpleNamespace) -> Any:
    groups = maximum(a.groups, 1)
    return (a.groups >= 1) & (a.input[1] % groups == 0) & (a.out_channels % groups == 0)


GROUPS_DIVIDE = Condition(
    "groups must be at least 1 and divide both the input and the output channels",
    _groups_divide,
    ("input", "out_channels", "groups"),
)
NOT_NEGATIVE = Condition(
    "padding must not be negative",
    lambda a: isinstance(a.padding, str) or every(p >= 0 for p in axes.spread(a.padding, len(a.input) - 2)),
    ("padding",),
)
DOMAIN = (
    axes.POSITIVE_INPUT,
    axes.POSITIVE_WINDOW,
    NOT_NEGATIVE,
    GROUPS_DIVIDE,
    axes.WINDOW_FITS,
    Condition(
        "padding 'same' needs stride 1",
        lambda a: a.padding != "same" or every(s == 1 for s in axes.spread(a.stride, len(a.input) - 2)),
        ("padding", "stride"),
    ),
)


def _record(rank: int) -> Operator:
    return Operator(
        name=f"conv{rank}d",
        title=f"{rank}-D convolution",
        function=convolution,
        symbols=(
            *axes.image_symbols(rank, "C_in"),
            Symbol("C_out", "output channels", "channels"),
            *axes.per_axis("K", rank, "kernel size", "taps"),
            *axes.per_axis("S", rank, "stride", "pixels", 1),
            *axes.per_axis("P", rank, "padding on each side", "pixels", 0),
            *axes.per_axis("E", rank, "dilation", "pixels", 1),
            Symbol("G", "groups", "groups", 1),
            Symbol("b", "1 with a bias, 0 without", "flag", 0),
        ),
        source=SOURCE,
        domain=DOMAIN,
        template={
            "input": ("N", "C_in", *axes.SIZES[rank]),
            "out_channels": "C_out",
            "kernel_size": axes.names("K", rank),
            "stride": axes.names("S", rank),
            "padding": axes.names("P", rank),
            "dilation": axes.names("E", rank),
            "groups": "G",
            "bias": "b",
        },
        is_product=True,
    )


RECORDS = tuple(_record(rank) for rank in (1, 2, 3))
