"""Element-wise functions, arithmetic, comparison and logic, operands broadcast; and what such operators share."""

from collections.abc import Callable, Sequence

from convcost.core.cost import Result
from convcost.core.numeric import Count, Shape, Truth, every, flag, product
from convcost.core.record import Condition, Operator, Source, Symbol, operator

TORCH = "PyTorch 2.13 documentation"
N = Symbol("n", "elements of the input", "elements")
ROW = (Symbol("N", "rows", "rows", 1), Symbol("K", "elements of a row", "elements"))
_EACH = Symbol("n", "elements of each operand", "elements")


def evaluated(input: Shape) -> Result:
    """An element-wise function without parameters: one evaluation per element, whatever the function."""
    return Result.of(input, input, elementwise=product(input))


def rows(input: Shape, dim: int) -> Count:
    """Return the number of rows along `dim`."""
    return product(n for axis, n in enumerate(input) if axis != dim % len(input))


def broadcast(left: Shape, right: Shape) -> Shape:
    """The shape that two operands are broadcast to, aligned at their last axes."""
    rank = max(len(left), len(right))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in (left, right)]
    return tuple(b if isinstance(a, int) and a == 1 else a for a, b in zip(*padded, strict=True))


def combined(shapes: tuple[Shape, ...], operations: Count) -> Result:
    """Return `operations` per output element of operands that are broadcast to each other."""
    shape: Shape = ()
    for other in shapes:
        shape = broadcast(shape, other)
    return Result.of(shape, *shapes, elementwise=operations * product(shape))


def broadcastable(*shapes: Shape) -> Truth:
    """Return whether all shapes broadcast to each other."""
    return every(
        (x == y) | (x == 1) | (y == 1)
        for index, one in enumerate(shapes)
        for other in shapes[:index]
        for x, y in zip(reversed(one), reversed(other), strict=False)
    )


def broadcasts(*names: str) -> Condition:
    """The condition that the operands of these names broadcast to each other."""
    sentence = "the operands' shapes must broadcast"
    return Condition(sentence, lambda a: broadcastable(*(getattr(a, name) for name in names)), names)


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
_SOURCED = {
    **{name: (title, f"torch.{name}: ") for name, title in PAIRS.items()},
    "and_operator": ("and, spelled &", "torch.bitwise_and: what & between tensors calls, "),
    "pairwise_max": ("maximum, spelled max(a, b)", "torch.max(input, other): as torch.maximum, "),
    "div_rounded": ("division rounded to a whole number", "torch.div with rounding_mode: "),
}
_ADDED = "out_i = input_i + value·{}, the product with value only if not 1"


def over_broadcast(
    function: Callable[..., Result], title: str, place: str, operands: Sequence[str], name: str = ""
) -> Operator:
    """Return an operator of PyTorch's on operands that broadcast, each of which has as many elements."""
    template = dict.fromkeys(operands, (_EACH,))
    return operator(function, title, Source(TORCH, place), broadcasts(*operands), template=template, name=name)


RECORDS = (
    *(
        operator(
            evaluated,
            f"Function {name}",
            Source(TORCH, f"torch.{name}: one evaluation per element"),
            name=name,
            template={"input": (N,)},
        )
        for name in FUNCTIONS
    ),
    *(
        over_broadcast(
            binary,
            f"Element-wise {title}",
            f"{place}one operation per output element, operands broadcast",
            ("left", "right"),
            name,
        )
        for name, (title, place) in _SOURCED.items()
    ),
    *(
        over_broadcast(
            scaled,
            f"Element-wise {title} of a multiple",
            f"torch.{name}: out_i = input_i {sign} alpha·other_i, the operands broadcast",
            ("left", "right"),
            f"{name}_scaled",
        )
        for name, title, sign in (("add", "addition", "+"), ("sub", "subtraction", "-"))
    ),
    operator(
        clamp,
        "Bounds on both sides",
        Source(TORCH, "torch.clamp: min(max(x, min), max), one evaluation per output element"),
        template={"input": (N,)},
    ),
    over_broadcast(
        lerp,
        "Linear interpolation of two tensors",
        "torch.lerp: out_i = start_i + weight_i·(end_i - start_i)",
        ("start", "end", "weight"),
    ),
    *(
        over_broadcast(
            addcmul, f"Addition of a {what}", f"torch.{name}: {_ADDED.format(how)}", ("input", "first", "second"), name
        )
        for name, what, how in (
            ("addcmul", "product", "tensor1_i·tensor2_i"),
            ("addcdiv", "quotient", "tensor1_i/tensor2_i"),
        )
    ),
)
