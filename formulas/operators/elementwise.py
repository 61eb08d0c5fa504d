"""Element-wise functions, arithmetic, comparison and logic, operands broadcast."""

from __future__ import annotations

from convcost.core.cost import Result
from convcost.core.numeric import Count, Shape, flag
from convcost.core.record import Operator, Source

from ._pointwise import EACH, TORCH, N, broadcasts, combined, evaluated


def function(input: Shape) -> Result:
    """A function of one element, whatever it is: one evaluation an element."""
    return evaluated(input)


def binary(left: Shape, right: Shape) -> Result:
    """A function of two elements with broadcasting: one operation an output element."""
    return combined((left, right), 1)


def scaled(left: Shape, right: Shape) -> Result:
    """left ± alpha·right for an alpha that is not 1: a product and an addition an output element."""
    return combined((left, right), 2)


def clamp(input: Shape, *bounds: Shape) -> Result:
    """Elements held between bounds, which may be tensors: one evaluation an output element."""
    return combined((input, *bounds), 1)


def lerp(start: Shape, end: Shape, weight: Shape) -> Result:
    """start + weight·(end - start): a difference, a product and an addition an output element."""
    return combined((start, end, weight), 3)


def addcmul(input: Shape, first: Shape, second: Shape, *, scaled: Count = False) -> Result:
    """input + first·second, or with value·first·second: a product and an addition an output element, and `scaled`."""
    return combined((input, first, second), 2 + flag(scaled))


FUNCTIONS = (
    *("abs", "angle", "ceil", "floor", "frac", "neg", "round", "sgn", "sign", "trunc", "nan_to_num"),
    *("exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "logit", "reciprocal", "rsqrt", "sqrt", "square"),
    *("acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "sin", "sinc", "sinh", "tan"),
    *("deg2rad", "rad2deg", "erf", "erfc", "erfinv", "lgamma", "digamma"),
    *("isfinite", "isinf", "isnan", "isneginf", "isposinf", "signbit", "logical_not", "bitwise_not"),
)
"""Functions of one element, by their names in torch."""

PAIRS = {
    "add": "addition",
    "sub": "subtraction",
    "mul": "multiplication",
    "div": "division",
    "floor_divide": "division rounded down",
    "remainder": "remainder with the divisor's sign",
    "fmod": "remainder with the dividend's sign",
    "pow": "power",
    "maximum": "maximum",
    "minimum": "minimum",
    "fmax": "maximum without NaN",
    "fmin": "minimum without NaN",
    "clamp_min": "lower bound",
    "clamp_max": "upper bound",
    "atan2": "angle",
    "hypot": "length of the hypotenuse",
    "copysign": "sign of another",
    "logaddexp": "logarithm of a sum of exponentials",
    "xlogy": "product with a logarithm",
    "eq": "equality",
    "ne": "inequality",
    "lt": "less than",
    "le": "at most",
    "gt": "more than",
    "ge": "at least",
    "logical_and": "and",
    "logical_or": "or",
    "logical_xor": "exclusive or",
    "bitwise_and": "and of bits",
    "bitwise_or": "or of bits",
    "bitwise_xor": "exclusive or of bits",
    "bitwise_left_shift": "shift to the left",
    "bitwise_right_shift": "shift to the right",
}
"""Functions of two elements, by their names in torch, in words."""

# Spellings that fvcore knows apart from the operators they are.
_SPELLINGS = {
    "and_operator": ("and, spelled &", "torch.bitwise_and", "what & between tensors calls"),
    "pairwise_max": ("maximum, spelled max(a, b)", "torch.max(input, other)", "as torch.maximum"),
}
_SOURCED = {
    **{name: (title, f"torch.{name}", "") for name, title in PAIRS.items()},
    **_SPELLINGS,
    "div_rounded": ("division rounded to a whole number", "torch.div with rounding_mode", ""),
}

RECORDS = (
    *(
        Operator(
            name=name,
            title=f"Function {name}",
            function=function,
            symbols=N,
            source=Source(TORCH, f"torch.{name}: one evaluation an element"),
            template={"input": ("n",)},
        )
        for name in FUNCTIONS
    ),
    *(
        Operator(
            name=name,
            title=f"Element-wise {title}",
            function=binary,
            symbols=EACH,
            source=Source(
                TORCH, f"{place}: {f'{note}, ' if note else ''}one operation an output element, operands broadcast"
            ),
            domain=(broadcasts("left", "right"),),
            template={"left": ("n",), "right": ("n",)},
        )
        for name, (title, place, note) in _SOURCED.items()
    ),
    *(
        Operator(
            name=f"{name}_scaled",
            title=f"Element-wise {title} of a multiple",
            function=scaled,
            symbols=EACH,
            source=Source(TORCH, f"torch.{name}: out_i = input_i {sign} alpha·other_i, the operands broadcast"),
            domain=(broadcasts("left", "right"),),
            template={"left": ("n",), "right": ("n",)},
        )
        for name, title, sign in (("add", "addition", "+"), ("sub", "subtraction", "-"))
    ),
    Operator(
        name="clamp",
        title="Bounds on both sides",
        function=clamp,
        symbols=N,
        source=Source(TORCH, "torch.clamp: min(max(x, min), max), one evaluation an output element"),
        template={"input": ("n",)},
    ),
    Operator(
        name="lerp",
        title="Linear interpolation of two tensors",
        function=lerp,
        symbols=EACH,
        source=Source(TORCH, "torch.lerp: out_i = start_i + weight_i·(end_i - start_i)"),
        domain=(broadcasts("start", "end", "weight"),),
        template={"start": ("n",), "end": ("n",), "weight": ("n",)},
    ),
    *(
        Operator(
            name=name,
            title=f"Addition of a {what}",
            function=addcmul,
            symbols=EACH,
            source=Source(TORCH, f"torch.{name}: out_i = input_i + value·{how}, the product with value only if not 1"),
            domain=(broadcasts("input", "first", "second"),),
            template={"input": ("n",), "first": ("n",), "second": ("n",)},
        )
        for name, what, how in (
            ("addcmul", "product", "tensor1_i·tensor2_i"),
            ("addcdiv", "quotient", "tensor1_i/tensor2_i"),
        )
    ),
)
