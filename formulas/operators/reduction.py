"""Reductions over some axes: sums, means, extremes, variances, norms.

`dim` are the axes that are reduced, which stay as 1 with `keepdim`. A row of k elements takes k - 1 operations.
"""

from collections.abc import Callable
from types import SimpleNamespace

from convcost.core.cost import Result
from convcost.core.numeric import Shape, product
from convcost.core.record import Condition, Source, Symbol, operator

from ._axes import POSITIVE_INPUT, image
from .elementwise import ROW, TORCH


def _reduced(input: Shape, dim: tuple[int, ...], keepdim: bool, each: int, row: int) -> Result:
    """Return `each` operations per element and `row`, which may be negative, per output element."""
    axes = {axis % len(input) for axis in dim}
    kept = tuple(1 if axis in axes else size for axis, size in enumerate(input))
    shape = kept if keepdim else tuple(size for axis, size in enumerate(input) if axis not in axes)
    return Result.of(shape, input, elementwise=each * product(input) + row * product(kept))


def fold(input: Shape, *, dim: tuple[int, ...], keepdim: bool = False) -> Result:
    """One operation between the elements of a row, k - 1 for k of them: a sum, a product, a maximum, an index of it."""
    return _reduced(input, dim, keepdim, 1, -1)


def mean(input: Shape, *, dim: tuple[int, ...], keepdim: bool = False) -> Result:
    """Mean over the axes `dim`, which stay as 1 with `keepdim`: n - 1 additions and one scaling of n elements."""
    return _reduced(input, dim, keepdim, 1, 0)


def both_extremes(input: Shape, *, dim: tuple[int, ...], keepdim: bool = False) -> Result:
    """Minimum and maximum: k - 1 comparisons each; the activations are those of one."""
    return _reduced(input, dim, keepdim, 2, -2)


def count_nonzero(input: Shape, *, dim: tuple[int, ...], keepdim: bool = False) -> Result:
    """A comparison per element, and the additions of a sum."""
    return _reduced(input, dim, keepdim, 2, -1)


def logsumexp(input: Shape, *, dim: tuple[int, ...], keepdim: bool = False) -> Result:
    """log Σ exp x: an exponential per element, the additions of a sum, and its logarithm."""
    return _reduced(input, dim, keepdim, 2, 0)


def variance(input: Shape, *, dim: tuple[int, ...], keepdim: bool = False) -> Result:
    """Σ(x - m)²/(k - c): the mean m (k - 1 additions, a scaling), and as much again for k differences squared."""
    return _reduced(input, dim, keepdim, 4, 0)


def deviation(input: Shape, *, dim: tuple[int, ...], keepdim: bool = False) -> Result:
    """The variance and its square root."""
    return _reduced(input, dim, keepdim, 4, 1)


def norm(input: Shape, *, dim: tuple[int, ...], keepdim: bool = False, order: float = 2) -> Result:
    """The p-norm: (Σ|x|^p)^(1/p).

    Order 2 squares the elements, 0 compares them with 0, 1 and ±∞ take their absolute values, any other those and
    a power; then k - 1 additions (comparisons for ±∞), and a root but for 0, 1 and ±∞.
    """
    extreme = order in (float("inf"), float("-inf"))
    rooted = not extreme and order not in (0, 1)
    each = 3 if rooted and order != 2 else 2
    return _reduced(input, dim, keepdim, each, 0 if rooted else -1)


def _axes_distinct(a: SimpleNamespace) -> bool:
    axes = [axis % len(a.input) for axis in a.dim if -len(a.input) <= axis < len(a.input)]
    return len(axes) == len(a.dim) == len(set(axes))


_DOMAIN = (
    POSITIVE_INPUT,
    Condition("the axes must be distinct and the input's own", _axes_distinct, ("input", "dim")),
)
_BATCH, _, *_SIZES = image(2)
_VARIANCE = "the sum of (x_i - mean)² divided by max(0, N - correction)"
_ROOT = f"the square root of {_VARIANCE}"

_KINDS: dict[str, tuple[str, Callable[..., Result], Source]] = {
    **{
        name: (title, fold, Source(TORCH, f"torch.{name}: k - 1 {what} per row of k elements"))
        for name, title, what in (
            ("sum", "Sum", "additions"),
            ("prod", "Product", "multiplications"),
            ("max", "Maximum, with its index", "comparisons"),
            ("min", "Minimum, with its index", "comparisons"),
            ("amax", "Maximum", "comparisons"),
            ("amin", "Minimum", "comparisons"),
            ("argmax", "Index of the maximum", "comparisons"),
            ("argmin", "Index of the minimum", "comparisons"),
            ("all", "Whether all hold", "conjunctions"),
            ("any", "Whether any holds", "disjunctions"),
        )
    },
    "aminmax": ("Minimum and maximum", both_extremes, Source(TORCH, "torch.aminmax: what amin and amax compute")),
    "count_nonzero": ("Elements that are not 0", count_nonzero, Source(TORCH, "torch.count_nonzero")),
    "logsumexp": ("Logarithm of summed exponentials", logsumexp, Source(TORCH, "torch.logsumexp: its formula")),
    "var": ("Variance", variance, Source(TORCH, f"torch.var: {_VARIANCE}")),
    "std": ("Standard deviation", deviation, Source(TORCH, f"torch.std: {_ROOT}")),
    "var_mean": ("Variance and mean", variance, Source(TORCH, f"torch.var_mean: {_VARIANCE}; the mean is on the way")),
    "std_mean": (
        "Standard deviation and mean",
        deviation,
        Source(TORCH, f"torch.std_mean: {_ROOT}; the mean is on the way"),
    ),
    "norm": (
        "Vector norm",
        norm,
        Source("Golub & Van Loan 2013, Matrix Computations, 4th edition", "section 2.2.1: the p-norms"),
    ),
}

RECORDS = (
    operator(
        mean,
        "Mean over the spatial axes",
        Source(
            "Hu et al. 2017, Squeeze-and-Excitation Networks (arXiv 1709.01507)",
            "equation 2; a sum of n elements takes n - 1 additions, the mean one scaling more",
        ),
        *_DOMAIN,
        template={"input": (_BATCH, Symbol("C", "channels", "channels"), *_SIZES), "dim": (2, 3)},
    ),
    *(
        operator(function, title, source, *_DOMAIN, name=name, template={"input": ROW, "dim": (1,)})
        for name, (title, function, source) in _KINDS.items()
    ),
)
