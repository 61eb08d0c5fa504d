"""The Inception module with and without dimension reductions, and the reduction of the grid.

Convolutions keep the size and have no bias; concatenation costs nothing.
"""

from __future__ import annotations

from convcost.core.cost import Cost
from convcost.core.numeric import Count
from convcost.core.record import Formula, Source, Symbol, all_positive

from .separable import pointwise_convolution, standard_convolution

GOOGLENET = "Szegedy et al. 2014, Going Deeper with Convolutions (arXiv 1409.4842)"
RETHINKING = "Szegedy et al. 2015, Rethinking the Inception Architecture for Computer Vision (arXiv 1512.00567)"


def max_pooling(D_P: Count, M: Count, D_in: Count, D_out: Count) -> Cost:
    """Windows of D_P by D_P take D_P² - 1 comparisons each."""
    outputs = M * D_out * D_out
    return Cost(elementwise=(D_P * D_P - 1) * outputs, activations=outputs, inputs=M * D_in * D_in)


def naive_module(M: Count, n_1: Count, n_3: Count, n_5: Count, D_F: Count) -> Cost:
    """Figure 2(a): 1×1, 3×3 and 5×5 convolutions and a 3×3 maximum pooling of the same input."""
    return (
        pointwise_convolution(M, n_1, D_F)
        + standard_convolution(3, M, n_3, D_F)
        + standard_convolution(5, M, n_5, D_F)
        + max_pooling(3, M, D_F, D_F)
    )


def reduced_module(M: Count, n_1: Count, r_3: Count, n_3: Count, r_5: Count, n_5: Count, p: Count, D_F: Count) -> Cost:
    """Figure 2(b): 1×1 convolutions before the 3×3, before the 5×5 and after the pooling."""
    return (
        pointwise_convolution(M, n_1, D_F)
        + pointwise_convolution(M, r_3, D_F)
        + standard_convolution(3, r_3, n_3, D_F)
        + pointwise_convolution(M, r_5, D_F)
        + standard_convolution(5, r_5, n_5, D_F)
        + max_pooling(3, M, D_F, D_F)
        + pointwise_convolution(M, p, D_F)
    )


def convolution_first(D_K: Count, M: Count, D: Count, D_P: Count = 3) -> Cost:
    """Section 5, right of Figure 9: 2M filters on the full grid of 2D by 2D, then pooling."""
    return standard_convolution(D_K, M, 2 * M, 2 * D) + max_pooling(D_P, 2 * M, 2 * D, D)


def pooling_first(D_K: Count, M: Count, D: Count, D_P: Count = 3) -> Cost:
    """Section 5, left of Figure 9: pooling, then 2M filters on D by D; a representational bottleneck."""
    return max_pooling(D_P, M, 2 * D, D) + standard_convolution(D_K, M, 2 * M, D)


def parallel_reduction(D_K: Count, M: Count, D: Count, D_P: Count = 3) -> Cost:
    """Section 5, Figure 10: M filters of stride 2 beside a pooling of stride 2, concatenated to 2M channels."""
    weights = D_K * D_K * M * M
    convolution = Cost(macs=weights * D * D, parameters=weights, activations=M * D * D, inputs=M * (2 * D) * (2 * D))
    return convolution + max_pooling(D_P, M, 2 * D, D)


_M = Symbol("M", "input channels", "channels")
_N1 = Symbol("n_1", "filters of the 1×1 convolution", "channels")
_N3 = Symbol("n_3", "filters of the 3×3 convolution", "channels")
_N5 = Symbol("n_5", "filters of the 5×5 convolution", "channels")
_R3 = Symbol("r_3", "filters of the 1×1 convolution before 3×3", "channels")
_R5 = Symbol("r_5", "filters of the 1×1 convolution before 5×5", "channels")
_P = Symbol("p", "filters of the 1×1 convolution after the pooling", "channels")
_D_F = Symbol("D_F", "side of the square feature map", "pixels")
_GRID = (
    Symbol("D_K", "kernel size", "taps"),
    Symbol("M", "input channels; 2M come out", "channels"),
    Symbol("D", "side of the square output; the input's is twice that", "pixels"),
    Symbol("D_P", "side of the pooling window", "taps", 3),
)


_NAIVE = (_M, _N1, _N3, _N5, _D_F)
_REDUCED = (_M, _N1, _R3, _N3, _R5, _N5, _P, _D_F)

RECORDS = (
    Formula(
        name="inception_module_naive",
        title="Inception module, naïve version",
        function=naive_module,
        symbols=_NAIVE,
        source=Source(GOOGLENET, "Figure 2(a)"),
        domain=all_positive(*_NAIVE),
    ),
    Formula(
        name="inception_module",
        title="Inception module with dimension reductions",
        function=reduced_module,
        symbols=_REDUCED,
        source=Source(GOOGLENET, "Figure 2(b)"),
        domain=all_positive(*_REDUCED),
        against="inception_module_naive",
    ),
    Formula(
        name="grid_reduction_convolution_first",
        title="Grid reduction: convolution, then pooling",
        function=convolution_first,
        symbols=_GRID,
        source=Source(RETHINKING, "section 5, Figure 9 right"),
        domain=all_positive(*_GRID),
    ),
    Formula(
        name="grid_reduction_pooling_first",
        title="Grid reduction: pooling, then convolution",
        function=pooling_first,
        symbols=_GRID,
        source=Source(RETHINKING, "section 5, Figure 9 left"),
        domain=all_positive(*_GRID),
        against="grid_reduction_convolution_first",
    ),
    Formula(
        name="grid_reduction_parallel",
        title="Grid reduction: convolution and pooling side by side",
        function=parallel_reduction,
        symbols=_GRID,
        source=Source(RETHINKING, "section 5, Figure 10"),
        domain=all_positive(*_GRID),
        against="grid_reduction_convolution_first",
    ),
)
