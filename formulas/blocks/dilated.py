"""Dilated convolution: a wider field for the same weights and MACs, and the grid it leaves when stacked."""

from convcost.core.cost import Cost, Result, Window
from convcost.core.numeric import Count
from convcost.core.record import Symbol, formula_of

from .separable import CONVOLUTION, standard_convolution

PAPER = "Yu & Koltun 2015, Multi-Scale Context Aggregation by Dilated Convolutions (arXiv 1511.07122)"


def dilated_convolution(D_K: Count, M: Count, N: Count, D_F: Count, E: Count) -> Result:
    """The standard convolution's cost whatever the dilation E; the field is E·(D_K - 1) + 1 pixels wide."""
    field = Window(E * (D_K - 1) + 1, 1)
    return Result((1, N, D_F, D_F), standard_convolution(D_K, M, N, D_F), (field, field))


def dilated_stack(D_K: Count, M: Count, E: Count, L: Count) -> Result:
    """L dilated convolutions of M channels, one after another: MACs per output pixel, and what it reads of its field.

    The field is L·E·(D_K - 1) + 1 pixels wide, but taps fall on every E-th pixel only: the gridding artefact.
    """
    taps, weights = L * (D_K - 1) + 1, L * D_K * D_K * M * M
    field = Window(E * (taps - 1) + 1, 1)
    cost = Cost(macs=weights, parameters=weights, activations=M, inputs=taps * taps * M)
    return Result((1, M, 1, 1), cost, (field, field))


def dense_stack(D_K: Count, M: Count, E: Count, L: Count) -> Result:
    """A stack with the same field and no dilation: E times the layers, and every pixel of the field is read."""
    return dilated_stack(D_K, M, 1, E * L)


_SYMBOLS = (
    *CONVOLUTION,
    Symbol("D_K", "kernel size", "taps", 3),
    Symbol("E", "dilation: distance of neighbouring taps", "pixels", 2),
)
_STACK = (*_SYMBOLS, Symbol("M", "channels", "channels", 1), Symbol("L", "convolutions on top of each other", "layers"))

RECORDS = (
    formula_of(
        dilated_convolution,
        "Dilated convolution",
        "equation 2",
        work=PAPER,
        symbols=_SYMBOLS,
        against="standard_convolution",
    ),
    formula_of(
        dense_stack,
        "Stacked convolutions with as wide a field, per output pixel",
        "section 3.1",
        work="Szegedy et al. 2015, Rethinking the Inception Architecture (arXiv 1512.00567)",
        symbols=_STACK,
    ),
    formula_of(
        dilated_stack,
        "Stacked dilated convolutions, per output pixel (gridding)",
        "section 3.2, figure 2",
        work="Wang et al. 2017, Understanding Convolution for Semantic Segmentation (arXiv 1702.08502)",
        symbols=_STACK,
        against="dense_stack",
    ),
)
