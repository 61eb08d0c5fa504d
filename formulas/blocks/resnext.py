"""The aggregated residual block in closed form: equation 4 of ResNeXt, and its MACs."""

from __future__ import annotations

from convcost.core.cost import Cost
from convcost.core.numeric import Count
from convcost.core.record import Formula, Source, Symbol, positive

from .factored import grouped_convolution
from .separable import pointwise_convolution

PAPER = "Xie et al. 2016, Aggregated Residual Transformations for Deep Neural Networks (arXiv 1611.05431)"


def resnext_block(C: Count, d: Count, K: Count = 256, D_F: Count = 56) -> Cost:
    """Equation 4: C·(K·d + 3·3·d·d + d·K) weights, K channels in and out, C paths of width d."""
    return (
        pointwise_convolution(K, C * d, D_F)
        + grouped_convolution(3, C * d, C * d, D_F, C)
        + pointwise_convolution(C * d, K, D_F)
    )


_SYMBOLS = (
    Symbol("C", "cardinality: paths, groups of the 3×3 convolution", "paths"),
    Symbol("d", "width of a path", "channels"),
    Symbol("K", "channels of the block's input and output", "channels", 256),
    Symbol("D_F", "side of the square feature map", "pixels", 56),
)

RECORDS = (
    Formula(
        name="resnext_block",
        title="ResNeXt block",
        function=resnext_block,
        symbols=_SYMBOLS,
        source=Source(PAPER, "equation 4; Table 2 for the cardinalities and widths of conv2"),
        domain=tuple(positive(symbol.name) for symbol in _SYMBOLS),
    ),
)
