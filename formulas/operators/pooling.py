"""Maximum, average and adaptive pooling over one to three axes."""

from __future__ import annotations

from typing import Any

from convcost.core.cost import Cost, Result, Window
from convcost.core.numeric import Count, Shape, common_divisor, every, product
from convcost.core.record import Condition, Operator, Source

from . import _axes as axes

SOURCE = Source(
    "Dumoulin & Visin 2016, A guide to convolution arithmetic for deep learning (arXiv 1603.07285)",
    "relationship 7 for the output size, 6 with padding; the window's taps as in a convolution",
)


def _pooled(input: Shape, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool) -> Result:
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
    input: Shape, *, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> Result:
    """Maximum pooling of (N, C, *sizes): a window of k taps takes k - 1 comparisons. `stride` None is the kernel's."""
    result = _pooled(input, kernel_size, stride, padding, dilation, ceil_mode)
    comparisons = result.cost.elementwise - result.cost.activations
    cost = Cost(elementwise=comparisons, activations=result.cost.activations, inputs=result.cost.inputs)
    return Result(result.shape, cost, result.windows)


def avg_pool(
    input: Shape, *, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False
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


def _adaptive(input: Shape, output_size: Any) -> tuple[Shape, Count, Count]:
    batch, channels, sizes = axes.channels_first(input)
    out = tuple(
        size if wanted is None else wanted
        for size, wanted in zip(sizes, axes.spread(output_size, len(sizes)), strict=True)
    )
    taps = product(adaptive_taps(size, wanted) for size, wanted in zip(sizes, out, strict=True))
    return (batch, channels, *out), batch * channels * product(out), batch * channels * taps


def adaptive_avg_pool(input: Shape, *, output_size: Any) -> Result:
    """Average pooling of (N, C, *sizes) to a given size: k - 1 additions and one scaling a window of k taps."""
    shape, outputs, taps = _adaptive(input, output_size)
    cost = Cost(elementwise=taps, activations=outputs, inputs=product(input))
    return Result(shape, cost, _global(input, shape))


def adaptive_max_pool(input: Shape, *, output_size: Any) -> Result:
    """Maximum pooling of (N, C, *sizes) to a given size: k - 1 comparisons a window of k taps."""
    shape, outputs, taps = _adaptive(input, output_size)
    cost = Cost(elementwise=taps - outputs, activations=outputs, inputs=product(input))
    return Result(shape, cost, _global(input, shape))


def _fits(a: Any) -> Any:
    rank = len(a.input) - 2
    kernel, padding = axes.spread(a.kernel_size, rank), axes.spread(a.padding, rank)
    dilation = axes.spread(getattr(a, "dilation", 1), rank)
    stride = kernel if a.stride is None else axes.spread(a.stride, rank)
    # Rounding up keeps a last window that lacks up to stride - 1 elements, even if it is the only one.
    return every(
        size + 2 * p + (s - 1 if a.ceil_mode else 0) >= axes.window_extent(k, d)
        for size, p, k, s, d in zip(a.input[2:], padding, kernel, stride, dilation, strict=True)
    )


def _positive(a: Any) -> Any:
    settings = (getattr(a, name, 1) for name in ("kernel_size", "stride", "dilation"))
    return every(v >= 1 for value in settings if value is not None for v in axes.spread(value, len(a.input) - 2))


def _domain(*dilation: str) -> tuple[Condition, ...]:
    return (
        axes.POSITIVE_INPUT,
        Condition(axes.POSITIVE_WINDOW.sentence, _positive, ("kernel_size", "stride", *dilation)),
        Condition(
            "the kernel must fit into the padded input; use a larger image or more padding",
            _fits,
            ("input", "kernel_size", "stride", "padding", *dilation),
        ),
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


def _sliding(kind: str, rank: int) -> Operator:
    dilated = kind == "max"
    return Operator(
        name=f"{kind}_pool{rank}d",
        title=f"{rank}-D {'maximum' if dilated else 'average'} pooling",
        function=max_pool if dilated else avg_pool,
        symbols=(
            *axes.image_symbols(rank),
            *axes.per_axis("K", rank, "kernel size", "taps"),
            *axes.per_axis("S", rank, "stride", "pixels"),
            *axes.per_axis("P", rank, "padding on each side", "pixels", 0),
            *(axes.per_axis("E", rank, "dilation", "pixels", 1) if dilated else ()),
        ),
        source=SOURCE,
        domain=_domain("dilation") if dilated else _domain(),
        template={
            "input": ("N", "C", *axes.SIZES[rank]),
            "kernel_size": axes.names("K", rank),
            "stride": axes.names("S", rank),
            "padding": axes.names("P", rank),
            **({"dilation": axes.names("E", rank)} if dilated else {}),
        },
    )


def _adapting(kind: str, rank: int) -> Operator:
    return Operator(
        name=f"adaptive_{kind}_pool{rank}d",
        title=f"{rank}-D adaptive {'maximum' if kind == 'max' else 'average'} pooling",
        function=adaptive_max_pool if kind == "max" else adaptive_avg_pool,
        symbols=(*axes.image_symbols(rank), *axes.per_axis("O", rank, "output size", "pixels")),
        source=Source(
            "He, Zhang, Ren & Sun 2014, Spatial Pyramid Pooling (arXiv 1406.4729)",
            "appendix A: window i reaches from floor(i·n/o) to ceil((i + 1)·n/o)",
        ),
        domain=(
            axes.POSITIVE_INPUT,
            Condition(
                "output size must be at least 1",
                lambda a: every(o >= 1 for o in axes.spread(a.output_size, len(a.input) - 2) if o is not None),
                ("output_size",),
            ),
        ),
        template={"input": ("N", "C", *axes.SIZES[rank]), "output_size": axes.names("O", rank)},
    )


RECORDS = tuple(make(kind, rank) for make in (_sliding, _adapting) for kind in ("max", "avg") for rank in (1, 2, 3))
