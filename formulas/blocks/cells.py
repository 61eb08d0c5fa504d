"""The cells of NASNet-A and PNASNet-5 and what they are made of, in convolution weights (no batch norms).

Every separable convolution is applied twice; a cell first brings both of its inputs to F filters by 1×1
convolutions. M are the channels of h_i, P those of h_i-1, of which both have the size D_F.
"""

from functools import partial

from convcost.core.cost import Cost
from convcost.core.numeric import Count
from convcost.core.record import Symbol, formula_of

from .separable import CONVOLUTION, convolved, depthwise_separable

NASNET = "Zoph, Vasudevan, Shlens & Le 2017, Learning Transferable Architectures (arXiv 1707.07012)"
PNASNET = "Liu et al. 2017, Progressive Neural Architecture Search (arXiv 1712.00559)"

# Kernels of the separable convolutions of each cell, block by block.
NORMAL = (5, 3, 5, 3, 3)
REDUCTION = (5, 7, 7, 5, 3)
PROGRESSIVE = (5, 7, 5, 3, 3, 3)


def separable_twice(D_K: Count, M: Count, N: Count, D_F: Count) -> Cost:
    """A depthwise separable convolution from M to N channels and another from N to N; D_F is the output's side."""
    return depthwise_separable(D_K, M, N, D_F) + depthwise_separable(D_K, N, N, D_F)


def factorised_reduction(M: Count, N: Count, D_F: Count) -> Cost:
    """Two 1×1 convolutions to N/2 channels each, over every second pixel and every second pixel but one further.

    Together they are one 1×1 convolution over a quarter of the map, rounded up.
    """
    side = (D_F + 1) // 2
    return convolved(M * N, 2 * M, N, side * side)


def nasnet_normal_cell(F: Count, M: Count, P: Count, D_F: Count) -> Cost:
    """Two 1×1 convolutions and five separable convolutions applied twice."""
    return _cell(NORMAL, F, M, P, D_F, D_F)


def nasnet_reduction_cell(F: Count, M: Count, P: Count, D_F: Count) -> Cost:
    """The 1×1 convolutions at the input's size, the separable convolutions at half of it, rounded up."""
    return _cell(REDUCTION, F, M, P, D_F, (D_F + 1) // 2)


def pnasnet_cell(F: Count, M: Count, P: Count, D_F: Count) -> Cost:
    """Two 1×1 convolutions and six separable convolutions applied twice, at stride 1."""
    return _cell(PROGRESSIVE, F, M, P, D_F, D_F)


def _cell(kernels: tuple[int, ...], F: Count, M: Count, P: Count, side: Count, out: Count) -> Cost:
    fitting = (M + P) * F
    cost = Cost(macs=fitting * side * side, parameters=fitting)
    for kernel in kernels:
        branch = separable_twice(kernel, F, F, out)
        cost += Cost(macs=branch.macs, parameters=branch.parameters)
    return cost


_CELL = (
    Symbol("F", "filters of the cell", "channels"),
    Symbol("M", "channels of h_i", "channels"),
    Symbol("P", "channels of h_i-1", "channels"),
    Symbol("D_F", "side of the square feature map", "pixels"),
)

_nasnet = partial(formula_of, work=NASNET, symbols=_CELL)

RECORDS = (
    formula_of(
        separable_twice,
        "Separable convolution applied twice",
        "appendix A.4; each one is equation 5 of Howard et al. 2017 (arXiv 1704.04861)",
        work=NASNET,
        symbols=(*CONVOLUTION, Symbol("D_F", "side of the square output", "pixels")),
        against="standard_convolution",
    ),
    formula_of(
        factorised_reduction,
        "Factorised reduction",
        "nets/nasnet/nasnet_utils.py, factorized_reduction",
        work="Authors' code of NASNet, TF-slim",
        symbols=CONVOLUTION,
        against="pointwise_convolution",
    ),
    _nasnet(nasnet_normal_cell, "NASNet-A normal cell", "Figure 4, left; h_i-1 of the size of h_i"),
    _nasnet(nasnet_reduction_cell, "NASNet-A reduction cell", "Figure 4, right; h_i-1 of the size of h_i"),
    formula_of(
        pnasnet_cell,
        "PNASNet-5 cell",
        "Figure 1, left, at stride 1; h_i-1 of the size of h_i",
        work=PNASNET,
        symbols=_CELL,
        against="nasnet_normal_cell",
    ),
)
