"""Normalisation of activations and of weights: no multiply-accumulate in the sense of this book."""

from __future__ import annotations

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, flag, product
from convcost.core.record import Condition, Operator, Source, Symbol

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

    An element takes its square, size - 1 additions, a product with α, an addition of k, a power and a division.
    """
    elements = product(input)
    return Result(input, Cost(elementwise=(size + 4) * elements, activations=elements, inputs=elements))


def rms_norm(input: Shape, *, normalized_shape: Shape, affine: Count = True) -> Result:
    """Division by the root of the mean square over the trailing `normalized_shape`, which a weight has if affine.

    An element takes its square, an addition, a product with 1/rms and, if affine, one with its weight.
    """
    size = product(input)
    cost = Cost(
        elementwise=(SQUARES + flag(affine)) * size,
        parameters=flag(affine) * product(normalized_shape),
        activations=size,
        inputs=size,
    )
    return Result(input, cost)


def weight_norm(input: Shape, *, dim: int = 0) -> Result:
    """A weight as g·v/‖v‖: v has the input's shape, g an element for each index along `dim`, one in all for -1.

    An element takes its square, an addition and a product with g/‖v‖.
    """
    size = product(input)
    lengths: Count = 1 if dim == -1 else input[dim]
    return Result(input, Cost(elementwise=SQUARES * size, parameters=size + lengths, activations=size))


def _normalised(
    input: Shape, scaled: Count, affine: Count, bias: Count | None, per_element: int | None = None
) -> Result:
    size, both = product(input), flag(affine) + flag(affine if bias is None else bias)
    operations = (STATISTICS + both if per_element is None else per_element) * size
    cost = Cost(elementwise=operations, parameters=both * scaled, activations=size, inputs=size)
    return Result(input, cost)


_IMAGE = (*axes.image_symbols(2), Symbol("a", "1 with scale and shift, 0 without", "flag", 1))
_BN = "Ioffe & Szegedy 2015, Batch Normalization (arXiv 1502.03167)"

_TRAILING = Condition(
    "the normalised shape must be the last sizes of the input",
    lambda a: tuple(a.input[len(a.input) - len(a.normalized_shape) :]) == tuple(a.normalized_shape),
    ("input", "normalized_shape"),
)

RECORDS = (
    Operator(
        name="batch_norm",
        title="Batch normalisation",
        function=batch_norm,
        symbols=_IMAGE,
        source=Source(_BN, "Algorithm 2 in evaluation, Algorithm 1 in training"),
        domain=(axes.POSITIVE_INPUT,),
        template={"input": ("N", "C", "H", "W"), "affine": "a"},
    ),
    Operator(
        name="instance_norm",
        title="Instance normalisation",
        function=instance_norm,
        symbols=_IMAGE,
        source=Source("Ulyanov, Vedaldi & Lempitsky 2016, Instance Normalization (arXiv 1607.08022)", "equation 2"),
        domain=(axes.POSITIVE_INPUT,),
        template={"input": ("N", "C", "H", "W"), "affine": "a"},
    ),
    Operator(
        name="group_norm",
        title="Group normalisation",
        function=group_norm,
        symbols=(*_IMAGE, Symbol("G", "groups", "groups")),
        source=Source("Wu & He 2018, Group Normalization (arXiv 1803.08494)", "equations 1, 2 and 7"),
        domain=(
            axes.POSITIVE_INPUT,
            axes.GROUPS_DIVIDE_CHANNELS,
        ),
        template={"input": ("N", "C", "H", "W"), "groups": "G", "affine": "a"},
    ),
    Operator(
        name="layer_norm",
        title="Layer normalisation over the last axis",
        function=layer_norm,
        symbols=(
            Symbol("N", "batch size times any other leading dimensions", "rows", 1),
            Symbol("C", "features", "features"),
            Symbol("a", "1 with scale and shift, 0 without", "flag", 1),
        ),
        source=Source("Ba, Kiros & Hinton 2016, Layer Normalization (arXiv 1607.06450)", "equation 3"),
        domain=(_TRAILING,),
        template={"input": ("N", "C"), "normalized_shape": ("C",), "affine": "a"},
    ),
    Operator(
        name="local_response_norm",
        title="Local response normalisation",
        function=local_response_norm,
        symbols=(*axes.image_symbols(2), Symbol("n", "neighbouring channels that are summed over", "channels", 5)),
        source=Source(
            "Krizhevsky, Sutskever & Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks",
            "section 3.3",
        ),
        domain=(axes.POSITIVE_INPUT,),
        template={"input": ("N", "C", "H", "W"), "size": "n"},
    ),
    Operator(
        name="rms_norm",
        title="Root mean square normalisation over the last axis",
        function=rms_norm,
        symbols=(
            Symbol("N", "batch size times any other leading dimensions", "rows", 1),
            Symbol("C", "features", "features"),
            Symbol("a", "1 with a weight, 0 without", "flag", 1),
        ),
        source=Source("Zhang & Sennrich 2019, Root Mean Square Layer Normalization (arXiv 1910.07467)", "equation 4"),
        domain=(_TRAILING,),
        template={"input": ("N", "C"), "normalized_shape": ("C",), "affine": "a"},
    ),
    Operator(
        name="weight_norm",
        title="Weight normalisation",
        function=weight_norm,
        symbols=(Symbol("C", "rows that have a length each", "rows"), Symbol("n", "weights of a row", "weights")),
        source=Source("Salimans & Kingma 2016, Weight Normalization (arXiv 1602.07868)", "equation 2"),
        domain=(axes.POSITIVE_INPUT,),
        template={"input": ("C", "n")},
    ),
)
