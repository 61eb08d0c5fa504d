"""Convolution over one to three axes: stride, padding, dilation, groups, bias."""

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, PerAxis, Shape, every, flag, product, quotient
from convcost.core.record import Condition, Source

from . import _axes as axes

SOURCE = Source(
    "Dumoulin & Visin 2016, A guide to convolution arithmetic for deep learning (arXiv 1603.07285)",
    "relationship 6 for the output size, of the dilated kernel; one multiply-accumulate per tap and output element",
)


def convolution(
    input: Shape,
    *,
    out_channels: Count,
    kernel_size: PerAxis,
    stride: PerAxis = 1,
    padding: PerAxis | str = 0,
    dilation: PerAxis = 1,
    groups: Count = 1,
    bias: Count = False,
) -> Result:
    """Cost of a convolution of (N, C, *sizes); taps that fall on padding count.

    `padding` is a number, one per axis, 'valid' or 'same' (stride 1: the output keeps the size).
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


GROUPS_DIVIDE = axes.groups_divide(
    "both the input and the output channels",
    lambda a, groups: (a.input[1] % groups == 0) & (a.out_channels % groups == 0),
    "input",
    "out_channels",
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


OUTPUT_CHANNELS = axes.Setting("out_channels", "C_out", "output channels", "channels", per_axis=False)
GROUPS = axes.Setting("groups", "G", "groups", "groups", 1, per_axis=False)
BIAS = axes.Setting("bias", "b", "1 with a bias, 0 without", "flag", 0, per_axis=False)
_SETTINGS = (OUTPUT_CHANNELS, *axes.WINDOW, GROUPS, BIAS)

RECORDS = axes.over_axes(
    "conv{}d", "convolution", (1, 2, 3), convolution, SOURCE, _SETTINGS, DOMAIN, channels="C_in", is_product=True
)
