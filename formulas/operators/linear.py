"""The fully connected layer, on any leading dimensions."""

from __future__ import annotations

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, flag, product
from convcost.core.record import Condition, Operator, Source, Symbol

from ._axes import POSITIVE_INPUT


def linear(input: Shape, *, out_features: Count, bias: Count = False) -> Result:
    """Cost of y = x·Wᵀ + b for x of shape (*, in_features)."""
    *leading, in_features = input
    outputs = product(leading) * out_features
    cost = Cost(
        macs=outputs * in_features,
        bias_adds=flag(bias) * outputs,
        parameters=in_features * out_features + flag(bias) * out_features,
        activations=outputs,
        inputs=product(input),
    )
    return Result((*leading, out_features), cost)


RECORDS = (
    Operator(
        name="linear",
        title="Fully connected layer",
        function=linear,
        symbols=(
            Symbol("N", "batch size times any other leading dimensions", "rows", 1),
            Symbol("M", "input features", "features"),
            Symbol("K", "output features", "features"),
            Symbol("b", "1 with a bias, 0 without", "flag", 0),
        ),
        source=Source(
            "Golub & Van Loan 2013, Matrix Computations, 4th edition",
            "section 1.1.15: a matrix product takes one multiply-add an index triple",
        ),
        domain=(
            POSITIVE_INPUT,
            Condition("output features must be at least 1", lambda a: a.out_features >= 1, ("out_features",)),
        ),
        template={"input": ("N", "M"), "out_features": "K", "bias": "b"},
        is_product=True,
    ),
)
