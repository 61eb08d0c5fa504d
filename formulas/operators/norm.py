"""Normalisation of activations and of weights: none of it counts as multiply-accumulates."""

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, flag, product
from convcost.core.record import Condition, Source, Symbol, operator

from . import _axes as axes

FOLDED = 2
"""Operations per element once scale and shift are folded (Ioffe & Szegedy 2015, Algorithm 2, line 11)."""

STATISTICS = 5
"""Operations per element to normalise by its own statistics: one addition for the mean; a difference, a square
and an addition for the variance; a product with 1/sigma (Algorithm 1). Scale and shift add two."""


SQUARES = 3
"""Operations per element to divide by a root of squares: a square, an addition, a product with its inverse."""


def batch_norm(input: Shape, *, affine: Count = True, bias: Count | None = None, training: bool = False) -> Result:
    """Batch normalisation of (N, C, *sizes); in evaluation the moving statistics are folded into two constants."""
    return _normalised(input, input[1], affine, bias, None if training else FOLDED)


def instance_norm(input: Shape, *, affine: Count = False, bias: Count | None = None, running: bool = False) -> Result:
    """Instance normalisation of (N, C, *sizes): statistics of one channel of one sample."""
    return _normalised(input, input[1], affine, bias, FOLDED if running else None)


def group_norm(input: Shape, *, groups: Count, affine: Count = True, bias: Count | None = None) -> Result:
    """Group normalisation of (N, C, *sizes): statistics of `groups` groups of channels; their number is free."""
    return _normalised(input, input[1], affine, bias)


def layer_norm(input: Shape, *, normalized_shape: Shape, affine: Count = True, bias: Count | None = None) -> Result:
    """Layer normalisation over the trailing `normalized_shape`, with a weight and a bias of that shape if affine."""
    return _normalised(input, product(normalized_shape), affine, bias)


def local_response_norm(input: Shape, *, size: Count) -> Result:
    """a / (k + α·Σa²)^β over `size` neighbouring channels; neighbours beyond the last channel count.

    Each element takes its square, size - 1 additions, a product with α, an addition of k, a power and a division.
    """
    return Result.of(input, input, elementwise=(size + 4) * product(input))


def rms_norm(input: Shape, *, normalized_shape: Shape, affine: Count = True) -> Result:
    """Division by the root of the mean square over the trailing `normalized_shape`, which a weight has if affine.

    Each element takes its square, an addition, a product with 1/rms and, if affine, one with its weight.
    """
    operations = (SQUARES + flag(affine)) * product(input)
    return Result.of(input, input, elementwise=operations, parameters=flag(affine) * product(normalized_shape))


def weight_norm(input: Shape, *, dim: int = 0) -> Result:
    """A weight as g·v/‖v‖: v has the input's shape, g one element for each index along `dim`, one in all for -1.

    Each element takes its square, an addition and a product with g/‖v‖.
    """
    size = product(input)
    lengths: Count = 1 if dim == -1 else input[dim]
    return Result(input, Cost(elementwise=SQUARES * size, parameters=size + lengths, activations=size))


def _normalised(
    input: Shape, scaled: Count, affine: Count, bias: Count | None, per_element: int | None = None
) -> Result:
    both = flag(affine) + flag(affine if bias is None else bias)
    operations = (STATISTICS + both if per_element is None else per_element) * product(input)
    return Result.of(input, input, elementwise=operations, parameters=both * scaled)


_IMAGE = axes.image(2)
_AFFINE = Symbol("a", "1 with scale and shift, 0 without", "flag", 1)
_FEATURES = Symbol("C", "features", "features")
_BN = "Ioffe & Szegedy 2015, Batch Normalization (arXiv 1502.03167)"

_TRAILING = Condition(
    "the normalised shape must be the last sizes of the input",
    lambda a: tuple(a.input[len(a.input) - len(a.normalized_shape) :]) == tuple(a.normalized_shape),
    ("input", "normalized_shape"),
)

RECORDS = (
    operator(
        batch_norm,
        "Batch normalisation",
        Source(_BN, "Algorithm 2 in evaluation, Algorithm 1 in training"),
        axes.POSITIVE_INPUT,
        template={"input": _IMAGE, "affine": _AFFINE},
    ),
    operator(
        instance_norm,
        "Instance normalisation",
        Source("Ulyanov, Vedaldi & Lempitsky 2016, Instance Normalization (arXiv 1607.08022)", "equation 2"),
        axes.POSITIVE_INPUT,
        template={"input": _IMAGE, "affine": _AFFINE},
    ),
    operator(
        group_norm,
        "Group normalisation",
        Source("Wu & He 2018, Group Normalization (arXiv 1803.08494)", "equations 1, 2 and 7"),
        axes.POSITIVE_INPUT,
        axes.GROUPS_DIVIDE_CHANNELS,
        template={"input": _IMAGE, "affine": _AFFINE, "groups": Symbol("G", "groups", "groups")},
    ),
    operator(
        layer_norm,
        "Layer normalisation over the last axis",
        Source("Ba, Kiros & Hinton 2016, Layer Normalization (arXiv 1607.06450)", "equation 3"),
        _TRAILING,
        template={"input": (axes.ROWS, _FEATURES), "normalized_shape": (_FEATURES,), "affine": _AFFINE},
    ),
    operator(
        local_response_norm,
        "Local response normalisation",
        Source(
            "Krizhevsky, Sutskever & Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks",
            "section 3.3",
        ),
        axes.POSITIVE_INPUT,
        template={"input": _IMAGE, "size": Symbol("n", "neighbouring channels that are summed over", "channels", 5)},
    ),
    operator(
        rms_norm,
        "Root mean square normalisation over the last axis",
        Source("Zhang & Sennrich 2019, Root Mean Square Layer Normalization (arXiv 1910.07467)", "equation 4"),
        _TRAILING,
        template={
            "input": (axes.ROWS, _FEATURES),
            "normalized_shape": (_FEATURES,),
            "affine": Symbol("a", "1 with a weight, 0 without", "flag", 1),
        },
    ),
    operator(
        weight_norm,
        "Weight normalisation",
        Source("Salimans & Kingma 2016, Weight Normalization (arXiv 1602.07868)", "equation 2"),
        axes.POSITIVE_INPUT,
        template={
            "input": (Symbol("C", "rows that have a length each", "rows"), Symbol("n", "weights of a row", "weights"))
        },
    ),
)
