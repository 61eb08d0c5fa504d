"""Power-average pooling, maximum pooling at random positions, and its inverse."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Shape, every, product
from convcost.core.record import Condition, Operator, Source, Symbol

from . import _axes as axes
from .pooling import avg_pool


def lp_pool(input: Shape, *, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Result:
    """Power-average pooling of (N, C, *sizes), the p-th root of a window's sum of p-th powers.

    An element takes its power once, a window of k taps k - 1 additions and a root. `stride` None is the kernel's.
    """
    windows = avg_pool(input, kernel_size=kernel_size, stride=stride, ceil_mode=ceil_mode)
    cost = Cost(
        elementwise=product(input) + windows.cost.elementwise,
        activations=windows.cost.activations,
        inputs=product(input),
    )
    return Result(windows.shape, cost, windows.windows)


def fractional_max_pool(input: Shape, *, kernel_size: Any, output_size: Any) -> Result:
    """Maximum pooling of (N, C, *sizes) with windows at random positions: k - 1 comparisons a window of k taps."""
    rank = len(input) - 2
    shape = (*input[:2], *axes.spread(output_size, rank))
    outputs, taps = product(shape), product(axes.spread(kernel_size, rank))
    return Result(shape, Cost(elementwise=outputs * (taps - 1), activations=outputs, inputs=product(input)))


def max_unpool(input: Shape, indices: Shape, *, output_size: Any) -> Result:
    """Each element of (N, C, *sizes) put back to where a maximum pool found it, among zeros: nothing is computed."""
    shape = (*input[:2], *axes.spread(output_size, len(input) - 2))
    return Result(shape, Cost(activations=product(shape), inputs=product(input) + product(indices)))


_LP = Source(
    "Sermanet, Chintala & LeCun 2012, Convolutional Neural Networks Applied to House Numbers (arXiv 1204.3968)",
    "equation 1",
)
_FRACTIONAL = Source("Graham 2014, Fractional Max-Pooling (arXiv 1412.6071)", "section 2: overlapping pooling regions")
_UNPOOL = Source("Zeiler & Fergus 2013, Visualizing Convolutional Networks (arXiv 1311.2901)", "section 2.1: unpooling")


def _room(a: SimpleNamespace) -> Any:
    rank = len(a.input) - 2
    pairs = zip(a.input[2:], axes.spread(a.kernel_size, rank), axes.spread(a.output_size, rank), strict=True)
    return every((k >= 1) & (o >= 1) & (n >= k + o + rank - 3) for n, k, o in pairs)


def _positive(a: SimpleNamespace) -> Any:
    settings = (a.kernel_size, 1 if a.stride is None else a.stride)
    return every(v >= 1 for value in settings for v in axes.spread(value, len(a.input) - 2))


def _fits(a: SimpleNamespace) -> Any:
    kernel = axes.spread(a.kernel_size, len(a.input) - 2)
    stride = kernel if a.stride is None else axes.spread(a.stride, len(kernel))
    return every(n + (s - 1 if a.ceil_mode else 0) >= k for n, k, s in zip(a.input[2:], kernel, stride, strict=True))


def _indexed(a: SimpleNamespace) -> Any:
    sizes = zip(a.input, a.indices, strict=False)
    return len(a.input) == len(a.indices) and every(n == m for n, m in sizes)


def _record(
    name: str,
    title: str,
    rank: int,
    function: Callable[..., Result],
    source: Source,
    domain: tuple[Condition, ...],
    symbols: tuple[Symbol, ...],
    template: dict[str, Any],
) -> Operator:
    return Operator(
        name=f"{name}{rank}d",
        title=f"{rank}-D {title}",
        function=function,
        symbols=(*axes.image_symbols(rank), *symbols),
        source=source,
        domain=(axes.POSITIVE_INPUT, *domain),
        template={"input": ("N", "C", *axes.SIZES[rank]), **template},
    )


def _lp(rank: int) -> Operator:
    domain = (
        Condition("kernel size and stride must be at least 1", _positive, ("kernel_size", "stride")),
        Condition("the kernel must fit into the input; use a larger image", _fits, ("input", "kernel_size")),
    )
    symbols = (*axes.per_axis("K", rank, "kernel size", "taps"), *axes.per_axis("S", rank, "stride", "pixels"))
    template = {"norm_type": 2, "kernel_size": axes.names("K", rank), "stride": axes.names("S", rank)}
    return _record("lp_pool", "power-average pooling", rank, lp_pool, _LP, domain, symbols, template)


def _fractional(rank: int) -> Operator:
    # In 3-D PyTorch asks for one element more.
    limit = {2: "at most one more than", 3: "no more than"}[rank]
    sentence = f"kernel and output size must be at least 1, and their sum {limit} the input's size"
    domain = (Condition(sentence, _room, ("input", "kernel_size", "output_size")),)
    symbols = (*axes.per_axis("K", rank, "kernel size", "taps"), *axes.per_axis("O", rank, "output size", "pixels"))
    template = {"kernel_size": axes.names("K", rank), "output_size": axes.names("O", rank)}
    title = "maximum pooling at random positions"
    return _record("fractional_max_pool", title, rank, fractional_max_pool, _FRACTIONAL, domain, symbols, template)


def _inverse(rank: int) -> Operator:
    domain = (Condition("every element needs its index", _indexed, ("input", "indices")),)
    symbols = axes.per_axis("O", rank, "output size", "pixels")
    template = {"indices": ("N", "C", *axes.SIZES[rank]), "output_size": axes.names("O", rank)}
    return _record("max_unpool", "inverse of maximum pooling", rank, max_unpool, _UNPOOL, domain, symbols, template)


RECORDS = (*map(_lp, (1, 2, 3)), *map(_fractional, (2, 3)), *map(_inverse, (2, 3)))
