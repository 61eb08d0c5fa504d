"""Standard and separable convolution with a stride, which equations 2 to 7 of MobileNet V1 leave at 1.

Padding is 'same': a map of side D_F becomes one of side D_F/S, rounded up. The depthwise convolution has the stride, so
the pointwise one runs on the smaller map alone.
"""

from functools import partial

from convcost.core.cost import Cost
from convcost.core.numeric import Count, ceil_div
from convcost.core.record import Symbol, formula_of

from .separable import CONVOLUTION, PAPER

_S = Symbol("S", "stride", "pixels", 2)
_SIDE = Symbol("D_F", "side of the square input", "pixels")


def standard_strided(D_K: Count, M: Count, N: Count, D_F: Count, S: Count) -> Cost:
    """A standard convolution on every S-th pixel of each axis."""
    outputs, weights = ceil_div(D_F, S) * ceil_div(D_F, S), D_K * D_K * M * N
    return Cost(macs=weights * outputs, parameters=weights, activations=N * outputs, inputs=M * D_F * D_F)


def depthwise_separable_strided(D_K: Count, M: Count, N: Count, D_F: Count, S: Count) -> Cost:
    """A depthwise convolution on every S-th pixel of each axis, and a pointwise one on what it leaves."""
    outputs, weights = ceil_div(D_F, S) * ceil_div(D_F, S), D_K * D_K * M + M * N
    return Cost(
        macs=weights * outputs,
        parameters=weights,
        activations=(M + N) * outputs,
        inputs=M * D_F * D_F + M * outputs,
    )


_row = partial(formula_of, work=PAPER, symbols=(*CONVOLUTION, _SIDE, _S))

RECORDS = (
    _row(standard_strided, "Standard convolution with a stride", "equation 2; Table 1, Conv / s2"),
    _row(
        depthwise_separable_strided,
        "Depthwise separable convolution with a stride",
        "equation 5; Table 1, Conv dw / s2",
        against="standard_strided",
    ),
)
