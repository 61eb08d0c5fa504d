"""The fully connected layer, on any leading dimensions."""

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, flag, product
from convcost.core.record import Condition, Source, Symbol, operator

from ._axes import BIAS, POSITIVE_INPUT, ROWS


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
    operator(
        linear,
        "Fully connected layer",
        Source(
            "Golub & Van Loan 2013, Matrix Computations, 4th edition",
            "section 1.1.15: a matrix product takes one multiply-add per index triple",
        ),
        POSITIVE_INPUT,
        Condition("output features must be at least 1", lambda a: a.out_features >= 1, ("out_features",)),
        is_product=True,
        template={
            "input": (ROWS, Symbol("M", "input features", "features")),
            "out_features": Symbol("K", "output features", "features"),
            "bias": BIAS,
        },
    ),
)
