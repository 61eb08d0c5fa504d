"""Interpolation to another size (the mode `area` is an adaptive average pool), and sampling at positions of a grid.

An output element is one weighted sum of its taps: one product per tap and one addition fewer. Positions and weights
depend on the sizes alone; they are found once for all channels and samples, and are free.
"""

from functools import partial
from types import SimpleNamespace

from convcost.core.cost import Result
from convcost.core.numeric import Count, PerAxis, Shape, Truth, every, maximum, product
from convcost.core.record import Condition, Source, operator

from . import _axes as axes


def _resized(input: Shape, output_size: PerAxis | None, scale_factor: PerAxis | None) -> tuple[Shape, Shape]:
    """Sizes along the spatial axes, before and after."""
    _, _, sizes = axes.channels_first(input)
    if scale_factor is not None:
        return sizes, tuple(n * s for n, s in zip(sizes, axes.spread(scale_factor, len(sizes)), strict=True))
    return sizes, sizes if output_size is None else axes.spread(output_size, len(sizes))


def _cost(input: Shape, out: Shape, taps: Count) -> Result:
    """`taps` are those of all output elements of one channel, 0 where an element is copied."""
    planes = product(input[:2])
    elementwise = 0 if isinstance(taps, int) and taps == 0 else planes * 2 * taps - planes * product(out)
    return Result.of((*input[:2], *out), input, elementwise=elementwise)


def _interpolated(
    taps: int, input: Shape, *, output_size: PerAxis | None = None, scale_factor: PerAxis | None = None
) -> Result:
    """(N, C, *sizes) to `output_size`, or to `scale_factor` (whole numbers) times its sizes; equal taps everywhere.

    Taps beyond the border, which repeat the last element, count.
    """
    sizes, out = _resized(input, output_size, scale_factor)
    return _cost(input, out, product(out) * taps ** len(sizes) if taps > 1 else 0)


def _antialiased(
    taps: int, input: Shape, *, output_size: PerAxis | None = None, scale_factor: PerAxis | None = None
) -> Result:
    """(N, C, *sizes) to `output_size`, or to `scale_factor` (whole numbers) times its sizes, without aliasing.

    Where an axis shrinks, the kernel is stretched by as much: each input element then is a tap of so many output
    elements as an output element has taps where it grows. Taps beyond the border count.
    """
    sizes, out = _resized(input, output_size, scale_factor)
    return _cost(input, out, product(taps * maximum(n, o) for n, o in zip(sizes, out, strict=True)))


TAPS = {"nearest": 1, "bilinear": 2, "bicubic": 4}
"""Elements along each axis that a sample is made of; the mode `bilinear` is linear along three axes too."""


def grid_sample(input: Shape, grid: Shape, *, mode: str = "bilinear") -> Result:
    """Samples of (N, C, *sizes) at the positions of (N, *out, axes): a sample is one weighted sum of its taps.

    A sum takes one product per tap and one addition fewer; taps beyond the border count. The weights of a position
    serve all channels and are free.
    """
    out = grid[1:-1]
    taps = TAPS[mode] ** len(out)
    outputs = product(input[:2]) * product(out)
    return Result.of((*input[:2], *out), input, grid, elementwise=outputs * (2 * taps - 1) if taps > 1 else 0)


def affine_grid(input: Shape, *, size: Shape) -> Result:
    """Positions of an output (N, C, *out) under the maps (N, axes, axes + 1): a matrix product with (*out, 1)."""
    shape = (size[0], *size[2:], input[1])
    return Result.of(shape, input, macs=product(shape) * input[2])


def _one_of_both(a: SimpleNamespace) -> bool:
    return (a.output_size is None) is not (a.scale_factor is None)


def _positive(a: SimpleNamespace) -> Truth:
    wanted = a.output_size if a.scale_factor is None else a.scale_factor
    return every(size >= 1 for size in axes.spread(wanted, len(a.input) - 2))


def _alike(a: SimpleNamespace) -> Truth:
    ranks = len(a.input) == len(a.grid) and a.grid[-1] == len(a.input) - 2
    return ranks and every((a.grid[0] == a.input[0], True))


def _maps(a: SimpleNamespace) -> Truth:
    rank = len(a.size) - 2
    return (
        len(a.input) == 3 and a.input[1] == rank and a.input[2] == rank + 1 and every((a.input[0] == a.size[0], True))
    )


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


_STN = "Jaderberg et al. 2015, Spatial Transformer Networks (arXiv 1506.02025)"
_OUT = axes.per_axis("O", 2, "output size", "pixels")

_COPY, _TWO, _FOUR = (partial(_interpolated, taps) for taps in (1, 2, 4))
_RESIZING = (
    ("upsample_nearest{}d", "interpolation by the nearest element", (1, 2, 3), _COPY, _NEAREST),
    ("upsample_nearest_exact{}d", "interpolation by the exactly nearest element", (1, 2, 3), _COPY, _NEAREST),
    ("upsample_linear{}d", "linear interpolation", (1,), _TWO, _LINEAR),
    ("upsample_bilinear{}d", "linear interpolation", (2,), _TWO, _LINEAR),
    ("upsample_trilinear{}d", "linear interpolation", (3,), _TWO, _LINEAR),
    ("upsample_bicubic{}d", "cubic interpolation", (2,), _FOUR, _CUBIC),
    *(
        (f"upsample_{name}{{}}d_aa", f"{title} resampling without aliasing", (2,), partial(_antialiased, n), _FILTERED)
        for name, title, n in (("bilinear", "linear", 2), ("bicubic", "cubic", 4), ("lanczos", "Lanczos", 6))
    ),
)

RECORDS = (
    *(
        record
        for name, title, ranks, function, source in _RESIZING
        for record in axes.over_axes(name, title, ranks, function, source, (axes.OUTPUT_SIZE,), _DOMAIN)
    ),
    operator(
        grid_sample,
        "Sampling at the positions of a grid",
        Source(_STN, "equation 3 for a kernel's weighted sum, 4 for the nearest element, 5 for bilinear weights"),
        axes.POSITIVE_INPUT,
        Condition("the mode must be nearest, bilinear or bicubic", lambda a: a.mode in TAPS, ("mode",)),
        Condition("the grid must be (batch, *sizes, axes) for the input's batch and axes", _alike, ("input", "grid")),
        template={"input": axes.image(2), "grid": (axes.BATCH, *_OUT, 2)},
    ),
    operator(
        affine_grid,
        "Grid of an affine map",
        Source(_STN, "equation 1: each position is a product of the map's matrix"),
        Condition("a map must be (batch, axes, axes + 1) for the size's batch and axes", _maps, ("input", "size")),
        is_product=True,
        template={"input": (axes.BATCH, 2, 3), "size": (axes.BATCH, 1, *_OUT)},
    ),
)
