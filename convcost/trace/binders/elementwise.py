"""Element-wise functions, activations among them, arithmetic, comparison and logic."""

from __future__ import annotations

from torch import Tensor

from convcost.trace.binders.arguments import Arguments, Binder, Binding, leading, named


def _sum(operator: str, *names: str) -> Binder:
    def bind(a: Arguments) -> Binding:
        return Binding(operator if a["alpha"] == 1 else f"{operator}_scaled", a.shapes(*names))

    return bind


def _div(a: Arguments) -> Binding:
    return Binding("div_rounded" if a.given("rounding_mode") else "div", a.shapes("self", "other"))


def _clamp(a: Arguments) -> Binding:
    bounds = (name for name in ("min", "max") if isinstance(a[name], Tensor))
    return Binding("clamp", a.shapes("self", *bounds))


def _product(operator: str) -> Binder:
    def bind(a: Arguments) -> Binding:
        scaled: dict[str, object] = {"scaled": True} if a["value"] != 1 else {}
        return Binding(operator, a.shapes("self", "tensor1", "tensor2"), scaled)

    return bind


def _where(a: Arguments) -> Binding:
    if "self" not in a:  # the indices of what is not 0: how many depends on the data
        return Binding(None, a.shapes("condition"))
    return Binding("where", a.shapes("condition", "self", "other"))


def _hardtanh(a: Arguments) -> Binding:
    return Binding("relu6" if (a["min_val"], a["max_val"]) == (0, 6) else "hardtanh", a.shapes("self"))


def _prelu(a: Arguments) -> Binding:
    return Binding("prelu", a.shapes("self"), {"slopes": a["weight"].numel()})


def _rrelu(a: Arguments) -> Binding:
    return Binding(None if a.flag("training") else "rrelu", a.shapes("self"))


_ACTIVATIONS = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus", "softshrink"),
    *("sigmoid", "tanh", "hardsigmoid", "hardswish", "hardshrink", "threshold"),
)
_FUNCTIONS = (
    *("abs", "angle", "ceil", "floor", "frac", "neg", "round", "sgn", "sign", "trunc", "nan_to_num"),
    *("exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "logit", "reciprocal", "rsqrt", "sqrt", "square"),
    *("acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "sin", "sinc", "sinh", "tan"),
    *("deg2rad", "rad2deg", "erf", "erfc", "erfinv", "lgamma", "digamma"),
    *("isfinite", "isinf", "isnan", "isneginf", "isposinf", "signbit", "logical_not", "bitwise_not"),
)
_PAIRS = (
    *("mul", "floor_divide", "remainder", "fmod", "maximum", "minimum", "fmax", "fmin"),
    *("atan2", "hypot", "copysign", "logaddexp", "xlogy", "eq", "ne", "lt", "le", "gt", "ge"),
    *("logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor"),
    *("bitwise_left_shift", "bitwise_right_shift"),
)
# x << y and x >> y, also in place.
_SHIFTS = {
    f"__{letter}{side}shift_": f"bitwise_{word}_shift"
    for letter in ("", "i")
    for side, word in (("l", "left"), ("r", "right"))
}

BINDERS: dict[str, Binder] = {
    **{name: leading(name, 1) for name in _ACTIVATIONS},
    "hardtanh": _hardtanh,
    "log_sigmoid": leading("logsigmoid", 1),
    "prelu": _prelu,
    "rrelu": _rrelu,
    **{name: named(name, "self") for name in _FUNCTIONS},
    **{name: named(name, "self", "other") for name in _PAIRS},
    **{name: named(operator, "self", "other") for name, operator in _SHIFTS.items()},
    "add": _sum("add", "self", "other"),
    "sub": _sum("sub", "self", "other"),
    "rsub": _sum("sub", "other", "self"),  # other - alpha·self
    "div": _div,
    "pow": named("pow", "self", "exponent"),
    "float_power": named("pow", "self", "exponent"),
    "__and_": named("and_operator", "self", "other"),
    "clamp": _clamp,
    "clip": _clamp,
    "clamp_min": named("clamp_min", "self", "min"),
    "clamp_max": named("clamp_max", "self", "max"),
    "lerp": named("lerp", "self", "end", "weight"),
    "addcmul": _product("addcmul"),
    "addcdiv": _product("addcdiv"),
    "where": _where,
    "masked_fill": named("masked_fill", "self", "mask"),
}
