"""Interpolation to another size in every mode of PyTorch but `area`, which is an adaptive average pool.

An output element is one weighted sum of its taps: a product a tap and an addition fewer. Positions and weights depend
on the sizes alone; they are found once for all channels and samples, and are free.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, every, maximum, product
from convcost.core.record import Condition, Operator, Source

from . import _axes as axes


def _resized(input: Shape, output_size: Any, scale_factor: Any) -> tuple[Shape, Shape]:
    """Sizes along the spatial axes, before and after."""
    _, _, sizes = axes.channels_first(input)
    if scale_factor is not None:
        return sizes, tuple(n * s for n, s in zip(sizes, axes.spread(scale_factor, len(sizes)), strict=True))
    return sizes, axes.spread(output_size, len(sizes))


def _cost(input: Shape, out: Shape, taps: Count) -> Result:
    """`taps` are those of all output elements of one channel, 0 where an element is copied."""
    planes, outputs = product(input[:2]), product(input[:2]) * product(out)
    elementwise = 0 if isinstance(taps, int) and taps == 0 else planes * 2 * taps - outputs
    return Result((*input[:2], *out), Cost(elementwise=elementwise, activations=outputs, inputs=product(input)))


def _of_taps(taps: int) -> Callable[..., Result]:
    def interpolation(input: Shape, *, output_size: Any = None, scale_factor: Any = None) -> Result:
        """(N, C, *sizes) to `output_size`, or to `scale_factor` (whole numbers) times its sizes; equal taps everywhere.

        Taps beyond the border, which repeat the last element, count.
        """
        sizes, out = _resized(input, output_size, scale_factor)
        return _cost(input, out, product(out) * taps ** len(sizes) if taps > 1 else 0)

    return interpolation


def _antialiased(taps: int) -> Callable[..., Result]:
    def interpolation(input: Shape, *, output_size: Any = None, scale_factor: Any = None) -> Result:
        """(N, C, *sizes) to `output_size`, or to `scale_factor` (whole numbers) times its sizes, without aliasing.

        Where an axis shrinks, the kernel is stretched by as much: each input element then is a tap of so many output
        elements as an output element has taps where it grows. Taps beyond the border count.
        """
        sizes, out = _resized(input, output_size, scale_factor)
        return _cost(input, out, product(taps * maximum(n, o) for n, o in zip(sizes, out, strict=True)))

    return interpolation


def _one_of_both(a: SimpleNamespace) -> bool:
    return (a.output_size is None) is not (a.scale_factor is None)


def _positive(a: SimpleNamespace) -> Any:
    wanted = a.output_size if a.scale_factor is None else a.scale_factor
    return every(size >= 1 for size in axes.spread(wanted, len(a.input) - 2))


_DOMAIN = (
    axes.POSITIVE_INPUT,
    Condition("either an output size or a scale factor is needed", _one_of_both, ("output_size", "scale_factor")),
    Condition("output size and scale factor must be at least 1", _positive, ("output_size", "scale_factor")),
)
_TORCH = "PyTorch 2.13 documentation"
_NEAREST = Source(_TORCH, "torch.nn.functional.interpolate, modes nearest and nearest-exact: one element is copied")
_LINEAR = Source(
    "Press et al. 2007, Numerical Recipes, 3rd edition",
    "section 3.6, interpolation on a grid: the two nearest elements along each axis, the weights multiplied",
)
_CUBIC = Source(
    "Keys 1981, Cubic Convolution Interpolation for Digital Image Processing (IEEE Trans. ASSP 29)",
    "the kernel of four taps along an axis, and the sum over 4×4 elements in two dimensions",
)
_FILTERED = Source(
    "Turkowski 1990, Filters for Common Resampling Tasks (Graphics Gems)",
    "decimation: the kernel of the interpolation, stretched by the factor that the image shrinks by",
)


def _record(name: str, title: str, rank: int, function: Callable[..., Result], source: Source) -> Operator:
    return Operator(
        name=name,
        title=f"{rank}-D {title}",
        function=function,
        symbols=(*axes.image_symbols(rank), *axes.per_axis("O", rank, "output size", "pixels")),
        source=source,
        domain=_DOMAIN,
        template={"input": ("N", "C", *axes.SIZES[rank]), "output_size": axes.names("O", rank)},
    )


_COPY, _TWO, _FOUR = _of_taps(1), _of_taps(2), _of_taps(4)

RECORDS = (
    *(_record(f"upsample_nearest{r}d", "interpolation by the nearest element", r, _COPY, _NEAREST) for r in (1, 2, 3)),
    *(
        _record(f"upsample_nearest_exact{r}d", "interpolation by the exactly nearest element", r, _COPY, _NEAREST)
        for r in (1, 2, 3)
    ),
    _record("upsample_linear1d", "linear interpolation", 1, _TWO, _LINEAR),
    _record("upsample_bilinear2d", "linear interpolation", 2, _TWO, _LINEAR),
    _record("upsample_trilinear3d", "linear interpolation", 3, _TWO, _LINEAR),
    _record("upsample_bicubic2d", "cubic interpolation", 2, _FOUR, _CUBIC),
    _record("upsample_bilinear2d_aa", "linear resampling without aliasing", 2, _antialiased(2), _FILTERED),
    _record("upsample_bicubic2d_aa", "cubic resampling without aliasing", 2, _antialiased(4), _FILTERED),
    _record("upsample_lanczos2d_aa", "Lanczos resampling without aliasing", 2, _antialiased(6), _FILTERED),
)
