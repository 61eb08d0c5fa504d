"""Element-wise functions, arithmetic, comparison and logic."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from convcost.trace.binders.bound import Arguments, Binder, Bound, operand, shape_of


def _of(operator: str, *names: str) -> Binder:
    """The operands by these names of the schema; a number among them is one without axes."""
    return lambda a: Bound(operator, tuple(operand(a[name]) for name in names), {})


def _sum(operator: str, *names: str) -> Binder:
    def bind(a: Arguments) -> Bound:
        shapes = tuple(operand(a[name]) for name in names)
        return Bound(operator if a["alpha"] == 1 else f"{operator}_scaled", shapes, {})

    return bind


def _div(a: Arguments) -> Bound:
    operator = "div" if a.get("rounding_mode") is None else "div_rounded"
    return Bound(operator, (operand(a["self"]), operand(a["other"])), {})


def _clamp(a: Arguments) -> Bound:
    bounds = (a["min"], a["max"])
    return Bound("clamp", (shape_of(a["self"]), *(shape_of(b) for b in bounds if isinstance(b, Tensor))), {})


def _lerp(a: Arguments) -> Bound:
    return Bound("lerp", tuple(operand(a[name]) for name in ("self", "end", "weight")), {})


def _product(operator: str) -> Binder:
    def bind(a: Arguments) -> Bound:
        shapes = tuple(operand(a[name]) for name in ("self", "tensor1", "tensor2"))
        return Bound(operator, shapes, {"scaled": True} if a["value"] != 1 else {})

    return bind


def _where(a: Arguments) -> Bound:
    if "self" not in a:  # the indices of what is not 0: how many depends on the data
        return Bound(None, (shape_of(a["condition"]),), {})
    return Bound("where", tuple(operand(a[name]) for name in ("condition", "self", "other")), {})


FUNCTIONS: tuple[str, ...] = (
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
_SHIFTS: dict[str, Any] = {
    f"__{letter}{side}shift_": _of(f"bitwise_{word}_shift", "self", "other")
    for letter in ("", "i")
    for side, word in (("l", "left"), ("r", "right"))
}

BINDERS: dict[str, Binder] = {
    **{name: _of(name, "self") for name in FUNCTIONS},
    **{name: _of(name, "self", "other") for name in _PAIRS},
    **_SHIFTS,
    "add": _sum("add", "self", "other"),
    "sub": _sum("sub", "self", "other"),
    "rsub": _sum("sub", "other", "self"),  # other - alpha·self
    "div": _div,
    "pow": _of("pow", "self", "exponent"),
    "float_power": _of("pow", "self", "exponent"),
    "__and_": _of("and_operator", "self", "other"),
    "clamp": _clamp,
    "clip": _clamp,
    "clamp_min": _of("clamp_min", "self", "min"),
    "clamp_max": _of("clamp_max", "self", "max"),
    "lerp": _lerp,
    "addcmul": _product("addcmul"),
    "addcdiv": _product("addcdiv"),
    "where": _where,
    "masked_fill": _of("masked_fill", "self", "mask"),
}
