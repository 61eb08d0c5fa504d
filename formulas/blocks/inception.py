"""The Inception module with and without dimension reductions, the reduction of the grid, factorised convolutions.

Convolutions keep the size and have no bias; concatenation costs nothing. Factorised ones have as many output as input
channels (the paper's α = 1).
"""

from functools import partial

from convcost.core.cost import Cost
from convcost.core.numeric import Count
from convcost.core.record import Symbol, formula_of

from .separable import convolved, pointwise_convolution, standard_convolution

GOOGLENET = "Szegedy et al. 2014, Going Deeper with Convolutions (arXiv 1409.4842)"
RETHINKING = "Szegedy et al. 2015, Rethinking the Inception Architecture for Computer Vision (arXiv 1512.00567)"


def max_pooling(D_P: Count, M: Count, D_in: Count, D_out: Count) -> Cost:
    """Windows of D_P by D_P take D_P² - 1 comparisons each."""
    outputs = M * D_out * D_out
    return Cost(elementwise=(D_P * D_P - 1) * outputs, activations=outputs, inputs=M * D_in * D_in)


def inception_module_naive(M: Count, n_1: Count, n_3: Count, n_5: Count, D_F: Count) -> Cost:
    """Figure 2(a): 1×1, 3×3 and 5×5 convolutions and a 3×3 maximum pooling of the same input."""
    return (
        pointwise_convolution(M, n_1, D_F)
        + standard_convolution(3, M, n_3, D_F)
        + standard_convolution(5, M, n_5, D_F)
        + max_pooling(3, M, D_F, D_F)
    )


def inception_module(
    M: Count, n_1: Count, r_3: Count, n_3: Count, r_5: Count, n_5: Count, p: Count, D_F: Count
) -> Cost:
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


def grid_reduction_convolution_first(D_K: Count, M: Count, D: Count, D_P: Count = 3) -> Cost:
    """Section 5, right of Figure 9: 2M filters on the full grid of 2D by 2D, then pooling."""
    return standard_convolution(D_K, M, 2 * M, 2 * D) + max_pooling(D_P, 2 * M, 2 * D, D)


def grid_reduction_pooling_first(D_K: Count, M: Count, D: Count, D_P: Count = 3) -> Cost:
    """Section 5, left of Figure 9: pooling, then 2M filters on D by D; a representational bottleneck."""
    return max_pooling(D_P, M, 2 * D, D) + standard_convolution(D_K, M, 2 * M, D)


def grid_reduction_parallel(D_K: Count, M: Count, D: Count, D_P: Count = 3) -> Cost:
    """Section 5, Figure 10: M filters of stride 2 beside a pooling of stride 2, concatenated to 2M channels."""
    return convolved(D_K * D_K * M * M, 4 * M, M, D * D) + max_pooling(D_P, M, 2 * D, D)


def convolution(taps: Count, N: Count, D_F: Count) -> Cost:
    """A convolution of `taps` kernel elements in all, N channels to N channels."""
    return convolved(taps * N * N, N, N, D_F * D_F)


def convolution_nxn(n: Count, N: Count, D_F: Count) -> Cost:
    """An n×n convolution."""
    return convolution(n * n, N, D_F)


def asymmetric_nxn(n: Count, N: Count, D_F: Count) -> Cost:
    """Section 3.2: a 1×n and then an n×1 convolution."""
    return convolution(n, N, D_F) * 2


def convolution_3x3(N: Count, D_F: Count) -> Cost:
    """A 3×3 convolution."""
    return convolution(9, N, D_F)


def convolution_5x5(N: Count, D_F: Count) -> Cost:
    """A 5×5 convolution."""
    return convolution(25, N, D_F)


def two_3x3(N: Count, D_F: Count) -> Cost:
    """Section 3.1: two 3×3 convolutions see 5×5 pixels."""
    return convolution(9, N, D_F) * 2


def two_asymmetric_3x3(N: Count, D_F: Count) -> Cost:
    """Sections 3.1 and 3.2: 1×3, 3×1, 1×3 and 3×1 convolutions see 5×5 pixels."""
    return asymmetric_nxn(3, N, D_F) * 2


def two_2x2(N: Count, D_F: Count) -> Cost:
    """Section 3.2: two 2×2 convolutions see 3×3 pixels."""
    return convolution(4, N, D_F) * 2


_SYMBOLS = (
    Symbol("M", "input channels", "channels"),
    Symbol("n_1", "filters of the 1×1 convolution", "channels"),
    Symbol("r_3", "filters of the 1×1 convolution before 3×3", "channels"),
    Symbol("n_3", "filters of the 3×3 convolution", "channels"),
    Symbol("r_5", "filters of the 1×1 convolution before 5×5", "channels"),
    Symbol("n_5", "filters of the 5×5 convolution", "channels"),
    Symbol("p", "filters of the 1×1 convolution after the pooling", "channels"),
    Symbol("D_F", "side of the square feature map", "pixels"),
)
_GRID = (
    Symbol("D_K", "kernel size", "taps"),
    Symbol("M", "input channels; 2M come out", "channels"),
    Symbol("D", "side of the square output; the input's is twice that", "pixels"),
    Symbol("D_P", "side of the pooling window", "taps", 3),
)
_FACTORS = (
    Symbol("n", "kernel size", "taps"),
    Symbol("N", "input channels and output channels", "channels"),
    Symbol("D_F", "side of the square feature map", "pixels"),
)

_googlenet = partial(formula_of, work=GOOGLENET, symbols=_SYMBOLS)
_factorised = partial(formula_of, work=RETHINKING, symbols=_FACTORS)
_grid = partial(formula_of, work=RETHINKING, symbols=_GRID)

RECORDS = (
    _factorised(convolution_3x3, "3×3 convolution", "section 3.1"),
    _factorised(convolution_5x5, "5×5 convolution", "section 3.1", against="convolution_3x3"),
    _factorised(convolution_nxn, "n×n convolution", "section 3.2"),
    _factorised(two_3x3, "Two 3×3 for a 5×5 convolution", "section 3.1, Figure 1", against="convolution_5x5"),
    _factorised(
        two_asymmetric_3x3,
        "1×3, 3×1, 1×3 and 3×1 for a 5×5 convolution",
        "sections 3.1 and 3.2, Figures 1 and 3",
        against="convolution_5x5",
    ),
    _factorised(two_2x2, "Two 2×2 for a 3×3 convolution", "section 3.2", against="convolution_3x3"),
    _factorised(
        asymmetric_nxn, "1×n and n×1 for an n×n convolution", "section 3.2, Figures 3 and 6", against="convolution_nxn"
    ),
    _googlenet(inception_module_naive, "Inception module, naïve version", "Figure 2(a)"),
    _googlenet(
        inception_module, "Inception module with dimension reductions", "Figure 2(b)", against="inception_module_naive"
    ),
    _grid(grid_reduction_convolution_first, "Grid reduction: convolution, then pooling", "section 5, Figure 9 right"),
    _grid(
        grid_reduction_pooling_first,
        "Grid reduction: pooling, then convolution",
        "section 5, Figure 9 left",
        against="grid_reduction_convolution_first",
    ),
    _grid(
        grid_reduction_parallel,
        "Grid reduction: convolution and pooling side by side",
        "section 5, Figure 10",
        against="grid_reduction_convolution_first",
    ),
)
