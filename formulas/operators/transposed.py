"""Transposed convolution over one to three axes: every *input* element meets every kernel tap once."""

from types import SimpleNamespace

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, PerAxis, Shape, Truth, every, flag, maximum, product, quotient
from convcost.core.record import Condition, Source

from . import _axes as axes
from .convolution import BIAS, GROUPS, GROUPS_DIVIDE, NOT_NEGATIVE, OUTPUT_CHANNELS

SOURCE = Source(
    "Dumoulin & Visin 2016, A guide to convolution arithmetic for deep learning (arXiv 1603.07285)",
    "relationship 14 for the output size; one multiply-accumulate per kernel tap and input element",
)


def transposed_convolution(
    input: Shape,
    *,
    out_channels: Count,
    kernel_size: PerAxis,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    output_padding: PerAxis = 0,
    dilation: PerAxis = 1,
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


def _output_exists(a: SimpleNamespace) -> Truth:
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
        "the output must keep at least one element per axis; use less padding",
        _output_exists,
        ("input", "kernel_size", "stride", "padding", "output_padding", "dilation"),
    ),
)


_PADDING = axes.PADDING._replace(meaning="padding")
_OUTPUT_PADDING = axes.Setting("output_padding", "O", "output padding", "pixels", 0)
_SETTINGS = (OUTPUT_CHANNELS, axes.KERNEL, axes.STRIDE, _PADDING, _OUTPUT_PADDING, axes.DILATION, GROUPS, BIAS)

RECORDS = axes.over_axes(
    "conv_transpose{}d",
    "transposed convolution",
    (1, 2, 3),
    transposed_convolution,
    SOURCE,
    _SETTINGS,
    DOMAIN,
    channels="C_in",
    is_product=True,
)
