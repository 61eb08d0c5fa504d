"""Transposed convolution over one to three axes: every *input* element meets every kernel tap once."""

from __future__ import annotations

from typing import Any

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, every, flag, maximum, product, quotient
from convcost.core.record import Condition, Operator, Source, Symbol

from . import _axes as axes
from .convolution import GROUPS_DIVIDE, NOT_NEGATIVE

SOURCE = Source(
    "Dumoulin & Visin 2016, A guide to convolution arithmetic for deep learning (arXiv 1603.07285)",
    "relationship 14 for the output size; one multiply-accumulate a kernel tap and input element",
)


def transposed_convolution(
    input: Shape,
    *,
    out_channels: Count,
    kernel_size: Any,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    dilation: Any = 1,
    groups: Count = 1,
    bias: Count = False,
) -> Result:
    """Cost of a transposed convolution of (N, C, *sizes); products cropped by `padding` count."""
    batch, channels, sizes = axes.channels_first(input)
    rank = len(sizes)
    kernel, strides, paddings, extras, dilations = (
        axes.spread(v, rank) for v in (kernel_size, stride, padding, output_padding, dilation)
    )
    out = tuple(
        (size - 1) * s - 2 * p + axes.window_extent(k, d) + extra
        for size, s, p, k, d, extra in zip(sizes, strides, paddings, kernel, dilations, extras, strict=True)
    )
    outputs = batch * out_channels * product(out)
    taps = product(kernel) * quotient(out_channels, groups)
    cost = Cost(
        macs=product(input) * taps,
        bias_adds=flag(bias) * outputs,
        parameters=channels * taps + flag(bias) * out_channels,
        activations=outputs,
        inputs=product(input),
    )
    return Result((batch, out_channels, *out), cost)


def _output_exists(a: Any) -> Any:
    return every(size >= 1 for size in transposed_convolution(**vars(a)).shape[2:])


DOMAIN = (
    axes.POSITIVE_INPUT,
    axes.POSITIVE_WINDOW,
    GROUPS_DIVIDE,
    NOT_NEGATIVE,
    Condition(
        "output padding must be smaller than the stride or the dilation",
        lambda a: every(
            extra < maximum(s, d)
            for extra, s, d in zip(
                *(axes.spread(v, len(a.input) - 2) for v in (a.output_padding, a.stride, a.dilation)), strict=True
            )
        ),
        ("output_padding", "stride", "dilation"),
    ),
    Condition(
        "the output must keep at least one element an axis; use less padding",
        _output_exists,
        ("input", "kernel_size", "stride", "padding", "output_padding", "dilation"),
    ),
)


def _record(rank: int) -> Operator:
    return Operator(
        name=f"conv_transpose{rank}d",
        title=f"{rank}-D transposed convolution",
        function=transposed_convolution,
        symbols=(
            *axes.image_symbols(rank, "C_in"),
            Symbol("C_out", "output channels", "channels"),
            *axes.per_axis("K", rank, "kernel size", "taps"),
            *axes.per_axis("S", rank, "stride", "pixels", 1),
            *axes.per_axis("P", rank, "padding", "pixels", 0),
            *axes.per_axis("O", rank, "output padding", "pixels", 0),
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
            "output_padding": axes.names("O", rank),
            "dilation": axes.names("E", rank),
            "groups": "G",
            "bias": "b",
        },
        is_product=True,
    )


RECORDS = tuple(_record(rank) for rank in (1, 2, 3))
