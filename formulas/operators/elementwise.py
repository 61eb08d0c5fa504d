"""Element-wise functions, arithmetic, comparison and logic, operands broadcast; and what such operators share."""

from __future__ import annotations

from types import SimpleNamespace

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, Truth, every, flag, product
from convcost.core.record import Condition, Operator, Source, Symbol

TORCH = "PyTorch 2.13 documentation"
N = (Symbol("n", "elements of the input", "elements"),)
ROW = (Symbol("N", "rows", "rows", 1), Symbol("K", "elements of a row", "elements"))
EACH = (Symbol("n", "elements of each operand", "elements"),)


def evaluated(input: Shape) -> Result:
    """An element-wise function without parameters: one evaluation per element, whatever the function."""
    size = product(input)
    return Result(input, Cost(elementwise=size, activations=size, inputs=size))


def rows(input: Shape, dim: int) -> Count:
    """Return the number of rows along `dim`."""
    return product(n for axis, n in enumerate(input) if axis != dim % len(input))


def broadcast(left: Shape, right: Shape) -> Shape:
    """The shape that two operands are broadcast to, aligned at their last axes."""
    rank = max(len(left), len(right))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in (left, right)]
    return tuple(b if isinstance(a, int) and a == 1 else a for a, b in zip(*padded, strict=True))


def combined(shapes: tuple[Shape, ...], operations: Count) -> Result:
    """`operations` an output element of operands that are broadcast to each other."""
    shape: Shape = ()
    for other in shapes:
        shape = broadcast(shape, other)
    size, read = product(shape), sum(product(other) for other in shapes)
    return Result(shape, Cost(elementwise=operations * size, activations=size, inputs=read))


def broadcasts(*names: str) -> Condition:
    """The condition that the operands of these names broadcast to each other."""

    def compatible(a: SimpleNamespace) -> Truth:
        shapes = [getattr(a, name) for name in names]
        pairs = [(one, other) for index, one in enumerate(shapes) for other in shapes[:index]]
        return every(
            (x == y) | (x == 1) | (y == 1)
            for one, other in pairs
            for x, y in zip(reversed(one), reversed(other), strict=False)
        )

    return Condition("the operands' shapes must broadcast", compatible, names)


def binary(left: Shape, right: Shape) -> Result:
    """A function of two elements with broadcasting: one operation per output element."""
    return combined((left, right), 1)


def scaled(left: Shape, right: Shape) -> Result:
    """left ± alpha·right for an alpha that is not 1: a product and an addition per output element."""
    return combined((left, right), 2)


def clamp(input: Shape, *bounds: Shape) -> Result:
    """Elements held between bounds, which may be tensors: one evaluation per output element."""
    return combined((input, *bounds), 1)


def lerp(start: Shape, end: Shape, weight: Shape) -> Result:
    """start + weight·(end - start): a difference, a product and an addition per output element."""
    return combined((start, end, weight), 3)


def addcmul(input: Shape, first: Shape, second: Shape, *, scaled: Count = False) -> Result:
    """input + first·second, or with value·first·second: a product and an addition per output element, and `scaled`."""
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
            function=evaluated,
            symbols=N,
            source=Source(TORCH, f"torch.{name}: one evaluation per element"),
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
                TORCH, f"{place}: {f'{note}, ' if note else ''}one operation per output element, operands broadcast"
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
        source=Source(TORCH, "torch.clamp: min(max(x, min), max), one evaluation per output element"),
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
