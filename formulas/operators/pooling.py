"""Pooling over one to three axes: maximum, average, adaptive, power-average, at random positions, and its inverse."""

from dataclasses import replace
from types import SimpleNamespace

from convcost.core.cost import Cost, Result, Window
from convcost.core.numeric import Count, PerAxis, Shape, Truth, common_divisor, every, product
from convcost.core.record import Condition, Source

from . import _axes as axes

SOURCE = Source(
    "Dumoulin & Visin 2016, A guide to convolution arithmetic for deep learning (arXiv 1603.07285)",
    "relationship 7 for the output size, 6 with padding; the window's taps as in a convolution",
)


def _pooled(
    input: Shape, kernel_size: PerAxis, stride: PerAxis | None, padding: PerAxis, dilation: PerAxis, ceil_mode: bool
) -> Result:
    batch, channels, sizes = axes.channels_first(input)
    rank = len(sizes)
    kernel = axes.spread(kernel_size, rank)
    strides = kernel if stride is None else axes.spread(stride, rank)
    paddings, dilations = axes.spread(padding, rank), axes.spread(dilation, rank)
    positions = axes.slide_up if ceil_mode else axes.slide
    out = tuple(
        positions(size, axes.window_extent(k, d), s, p)
        for size, k, s, p, d in zip(sizes, kernel, strides, paddings, dilations, strict=True)
    )
    outputs = batch * channels * product(out)
    cost = Cost(elementwise=outputs * product(kernel), activations=outputs, inputs=product(input))
    return Result((batch, channels, *out), cost, axes.windows(kernel, strides, dilations))


def max_pool(
    input: Shape,
    *,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> Result:
    """Maximum pooling of (N, C, *sizes): a window of k taps takes k - 1 comparisons. `stride` None is the kernel's."""
    return _one_fewer(_pooled(input, kernel_size, stride, padding, dilation, ceil_mode))


def _one_fewer(result: Result) -> Result:
    """Return the same with an operation fewer per window: k taps take k - 1 comparisons."""
    elementwise = result.cost.elementwise - result.cost.activations
    return replace(result, cost=replace(result.cost, elementwise=elementwise))


def avg_pool(
    input: Shape, *, kernel_size: PerAxis, stride: PerAxis | None = None, padding: PerAxis = 0, ceil_mode: bool = False
) -> Result:
    """Average pooling of (N, C, *sizes): a window of k taps takes k - 1 additions and one scaling."""
    return _pooled(input, kernel_size, stride, padding, 1, ceil_mode)


def adaptive_taps(size: Count, out: Count) -> Count:
    """Taps of all `out` windows over an axis: window i reaches from floor(i·n/o) to ceil((i+1)·n/o).

    Neighbours share one element at each of the o - 1 inner borders that is no whole number, and i·n/o is
    whole for gcd(n, o) - 1 of them: n + (o - 1) - (gcd(n, o) - 1).
    """
    return size if isinstance(out, int) and out == 1 else size + out - common_divisor(size, out)


def _global(input: Shape, output: Shape) -> tuple[Window, ...]:
    """One window over each whole axis; where several come out they are not alike, and none is given."""
    whole = all(isinstance(size, int) and size == 1 for size in output[2:])
    return tuple(Window(size, 1) for size in input[2:]) if whole else ()


def adaptive_avg_pool(input: Shape, *, output_size: PerAxis) -> Result:
    """Average pooling of (N, C, *sizes) to a given size: k - 1 additions and one scaling per window of k taps."""
    batch, channels, sizes = axes.channels_first(input)
    wanted = axes.spread(output_size, len(sizes))
    out = tuple(size if given is None else given for size, given in zip(sizes, wanted, strict=True))
    taps = product(adaptive_taps(size, given) for size, given in zip(sizes, out, strict=True))
    cost = Cost(elementwise=batch * channels * taps, activations=batch * channels * product(out), inputs=product(input))
    return Result((batch, channels, *out), cost, _global(input, (batch, channels, *out)))


def adaptive_max_pool(input: Shape, *, output_size: PerAxis) -> Result:
    """Maximum pooling of (N, C, *sizes) to a given size: k - 1 comparisons per window of k taps."""
    return _one_fewer(adaptive_avg_pool(input, output_size=output_size))


def lp_pool(
    input: Shape, *, norm_type: float, kernel_size: PerAxis, stride: PerAxis | None = None, ceil_mode: bool = False
) -> Result:
    """Power-average pooling of (N, C, *sizes), the p-th root of a window's sum of p-th powers.

    Each element is raised to its power once; a window of k taps takes k - 1 additions and a root.
    `stride` None is the kernel's.
    """
    windows = avg_pool(input, kernel_size=kernel_size, stride=stride, ceil_mode=ceil_mode)
    return replace(windows, cost=windows.cost + Cost(elementwise=product(input)))


def fractional_max_pool(input: Shape, *, kernel_size: PerAxis, output_size: PerAxis) -> Result:
    """Maximum pooling of (N, C, *sizes) with windows at random positions: k - 1 comparisons per window of k taps."""
    rank = len(input) - 2
    shape = (*input[:2], *axes.spread(output_size, rank))
    return Result.of(shape, input, elementwise=product(shape) * (product(axes.spread(kernel_size, rank)) - 1))


def max_unpool(input: Shape, indices: Shape, *, output_size: PerAxis) -> Result:
    """Each element of (N, C, *sizes) put back to where a maximum pool found it, among zeros: nothing is computed."""
    return Result.of((*input[:2], *axes.spread(output_size, len(input) - 2)), input, indices)


def _domain(*dilation: str) -> tuple[Condition, ...]:
    return (
        axes.POSITIVE_INPUT,
        replace(axes.POSITIVE_WINDOW, mentions=("kernel_size", "stride", *dilation)),
        replace(axes.WINDOW_FITS, mentions=("input", "kernel_size", "stride", "padding", *dilation)),
        Condition(
            "padding must be at most half the kernel size",
            lambda a: every(
                (p >= 0) & (2 * p <= k)
                for p, k in zip(
                    axes.spread(a.padding, len(a.input) - 2), axes.spread(a.kernel_size, len(a.input) - 2), strict=True
                )
            ),
            ("kernel_size", "padding"),
        ),
    )


def _room(a: SimpleNamespace) -> Truth:
    rank = len(a.input) - 2
    pairs = zip(a.input[2:], axes.spread(a.kernel_size, rank), axes.spread(a.output_size, rank), strict=True)
    return every((k >= 1) & (o >= 1) & (n >= k + o + rank - 3) for n, k, o in pairs)


def _indexed(a: SimpleNamespace) -> Truth:
    sizes = zip(a.input, a.indices, strict=False)
    return len(a.input) == len(a.indices) and every(n == m for n, m in sizes)


_SLIDING = (axes.KERNEL, axes.STRIDE._replace(default=None), axes.PADDING)
_ADAPTIVE = Source(
    "He, Zhang, Ren & Sun 2014, Spatial Pyramid Pooling (arXiv 1406.4729)",
    "appendix A: window i reaches from floor(i·n/o) to ceil((i + 1)·n/o)",
)
_OUTPUT_DOMAIN = (
    axes.POSITIVE_INPUT,
    Condition(
        "output size must be at least 1",
        lambda a: every(o >= 1 for o in axes.spread(a.output_size, len(a.input) - 2) if o is not None),
        ("output_size",),
    ),
)
_LP = Source(
    "Sermanet, Chintala & LeCun 2012, Convolutional Neural Networks Applied to House Numbers (arXiv 1204.3968)",
    "equation 1",
)
_LP_DOMAIN = (
    axes.POSITIVE_INPUT,
    Condition("kernel size and stride must be at least 1", axes.positive, ("kernel_size", "stride")),
    Condition("the kernel must fit into the input; use a larger image", axes.fits, ("input", "kernel_size")),
)
_FRACTIONAL = Source("Graham 2014, Fractional Max-Pooling (arXiv 1412.6071)", "section 2: overlapping pooling regions")
_UNPOOL = Source("Zeiler & Fergus 2013, Visualizing Convolutional Networks (arXiv 1311.2901)", "section 2.1: unpooling")
_UNPOOL_DOMAIN = (axes.POSITIVE_INPUT, Condition("every element needs its index", _indexed, ("input", "indices")))


def _room_for(limit: str) -> tuple[Condition, ...]:
    sentence = f"kernel and output size must be at least 1, and their sum {limit} the input's size"
    return (axes.POSITIVE_INPUT, Condition(sentence, _room, ("input", "kernel_size", "output_size")))


_RANKS = (1, 2, 3)
_TO_SIZE = (_ADAPTIVE, (axes.OUTPUT_SIZE,), _OUTPUT_DOMAIN)
_MAX = (*_SLIDING, axes.DILATION)

RECORDS = (
    *axes.over_axes("max_pool{}d", "maximum pooling", _RANKS, max_pool, SOURCE, _MAX, _domain("dilation")),
    *axes.over_axes("avg_pool{}d", "average pooling", _RANKS, avg_pool, SOURCE, _SLIDING, _domain()),
    *axes.over_axes("adaptive_max_pool{}d", "adaptive maximum pooling", _RANKS, adaptive_max_pool, *_TO_SIZE),
    *axes.over_axes("adaptive_avg_pool{}d", "adaptive average pooling", _RANKS, adaptive_avg_pool, *_TO_SIZE),
    *axes.over_axes("lp_pool{}d", "power-average pooling", _RANKS, lp_pool, _LP, _SLIDING[:2], _LP_DOMAIN, norm_type=2),
    *(
        record
        for rank, limit in ((2, "at most one more than"), (3, "no more than"))
        for record in axes.over_axes(
            "fractional_max_pool{}d",
            "maximum pooling at random positions",
            (rank,),
            fractional_max_pool,
            _FRACTIONAL,
            (axes.KERNEL, axes.OUTPUT_SIZE),
            _room_for(limit),
        )
    ),
    *axes.over_axes(
        "max_unpool{}d",
        "inverse of maximum pooling",
        (2, 3),
        max_unpool,
        _UNPOOL,
        (axes.OUTPUT_SIZE,),
        _UNPOOL_DOMAIN,
        operands=("input", "indices"),
    ),
)
