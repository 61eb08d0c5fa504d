"""Element-wise functions, reductions, normalizations and Fourier transforms."""

from torch import Tensor

from convcost.core.numeric import Count, minimum
from convcost.trace.binders.arguments import Arguments, Binder, Binding, along_axis, leading, named


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


def _reduced(a: Arguments) -> dict[str, object]:
    """Return the axes, all of them where none is given."""
    rank, dim = len(a.shape("self")), a.get("dim")
    given = [dim] if isinstance(dim, int) else list(dim or ())
    axes = tuple(axis % max(rank, 1) for axis in given) or tuple(range(rank))
    return {"dim": axes if rank else (), "keepdim": a.flag("keepdim")}


def _reduction(operator: str) -> Binder:
    return lambda a: Binding(operator, a.shapes("self"), _reduced(a))


def _extreme(name: str, pairwise: str) -> Binder:
    along, both = _reduction(name), named(pairwise, "self", "other")
    return lambda a: (both if isinstance(a.get("other"), Tensor) else along)(a)


def _norm(order: str) -> Binder:
    def bind(a: Arguments) -> Binding:
        given = a.get(order)
        hyper = {} if given is None or given == 2 else {"order": float(given)}
        return Binding("norm", a.shapes("self"), {**_reduced(a), **hyper})

    return bind


def _scatter_reduce(a: Arguments) -> Binding:
    # A mean divides by how often an index comes, and without `self` the first of each comes free: both are data.
    counted = a["reduce"] in ("sum", "prod", "amax", "amin") and a.flag("include_self")
    return Binding("scatter_reduce" if counted else None, a.shapes("self", "index"))


def _affine(a: Arguments) -> dict[str, object]:
    """Return whether there is a scale, and that it comes without a shift where it does."""
    alone = a.given("weight") and not a.given("bias")
    return {"affine": a.given("weight"), **({"bias": False} if alone else {})}


def _batch_norm(a: Arguments) -> Binding:
    training = a.flag("training")  # an operator for evaluation alone has no such argument
    return Binding("batch_norm", a.shapes("input"), {**_affine(a), "training": training})


def _instance_norm(a: Arguments) -> Binding:
    return Binding("instance_norm", a.shapes("input"), {**_affine(a), "running": not a.flag("use_input_stats")})


def _group_norm(a: Arguments) -> Binding:
    groups = a.number("num_groups" if "num_groups" in a else "group")
    return Binding("group_norm", a.shapes("input"), {"groups": groups, **_affine(a)})


def _layer_norm(a: Arguments) -> Binding:
    return Binding("layer_norm", a.shapes("input"), {**a.settings("normalized_shape"), **_affine(a)})


def _rms_norm(a: Arguments) -> Binding:
    return Binding("rms_norm", a.shapes("input"), {**a.settings("normalized_shape"), "affine": a.given("weight")})


def _weight_norm(a: Arguments) -> Binding:
    shape, dim = a.shape("v"), a.number("dim")
    return Binding("weight_norm", (shape,), {"dim": dim if dim == -1 else dim % len(shape)})


def _stages(size: Count) -> Count:
    """Return log₂ of a length, rounded up; of a length that is free too."""
    return (size - 1).bit_length() if isinstance(size, int) else sum(minimum((size - 1) // 2**k, 1) for k in range(32))


def _transform(operator: str, *settings: str) -> Binder:
    def bind(a: Arguments) -> Binding:
        shape, axes = list(a.shape("self")), a.ints("dim")
        axes = tuple(axis % len(shape) for axis in axes)
        size = {"size": a["last_dim_size"]} if operator == "irfft" else {}
        for length in size.values():
            shape[axes[-1]] = length
        hyper = {"dim": axes, "stages": sum(_stages(shape[axis]) for axis in axes), **size, **a.settings(*settings)}
        return Binding(operator, a.shapes("self"), hyper)

    return bind


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
_REDUCTIONS = (
    *("mean", "sum", "prod", "amax", "amin", "aminmax", "argmax", "argmin", "all", "any"),
    *("count_nonzero", "logsumexp", "var", "std", "var_mean", "std_mean"),
)
_ALONG_AXIS = ("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp", "glu", "softmax", "log_softmax")
# What a normalization is run as comes after it, for models that spell it out.
_NORMALIZATIONS = {
    _batch_norm: (
        *("batch_norm", "_batch_norm_impl_index", "native_batch_norm", "_native_batch_norm_legit"),
        *("_native_batch_norm_legit_no_training", "cudnn_batch_norm", "miopen_batch_norm"),
    ),
    _instance_norm: ("instance_norm",),
    _group_norm: ("group_norm", "native_group_norm"),
    _layer_norm: ("layer_norm", "native_layer_norm"),
    _rms_norm: ("rms_norm", "_fused_rms_norm"),
    _weight_norm: ("_weight_norm", "_weight_norm_interface"),
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
    **{name: _reduction(name) for name in _REDUCTIONS},
    **{name: along_axis(name) for name in _ALONG_AXIS},
    "max": _extreme("max", "pairwise_max"),
    "min": _extreme("min", "minimum"),
    "norm": _norm("p"),
    "linalg_vector_norm": _norm("ord"),
    "_fft_c2c": _transform("fft"),
    "_fft_r2c": _transform("rfft", "onesided"),
    "_fft_c2r": _transform("irfft"),
    "scatter_add": named("scatter_add", "self", "index"),
    "index_add": _sum("index_add", "self", "source"),
    "scatter_reduce": _scatter_reduce,
    **{name: binder for binder, names in _NORMALIZATIONS.items() for name in names},
}
