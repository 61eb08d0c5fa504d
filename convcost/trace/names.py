"""The name that a call has in a torch.jit trace, which is where fvcore looks."""

from __future__ import annotations

from torch._ops import OpOverload

# A trace writes operators that are one under two names under the first of them.
_ALIASES = {
    **{f"arc{name}": f"a{name}" for name in ("cos", "sin", "tan", "cosh", "sinh", "tanh", "tan2")},
    **{f"special_{name}": name for name in ("digamma", "erf", "erfc", "erfinv", "exp2", "expm1", "i0", "log1p")},
    **{f"special_{name}": name for name in ("log_softmax", "logit", "logsumexp", "round", "sinc", "softmax", "xlogy")},
    "special_expit": "sigmoid",
    "special_gammaln": "lgamma",
    "special_psi": "digamma",
    "absolute": "abs",
    "clip": "clamp",
    "concat": "cat",
    "concatenate": "cat",
    "det": "linalg_det",
    "divide": "div",
    "fix": "trunc",
    "ger": "outer",
    "greater": "gt",
    "greater_equal": "ge",
    "inverse": "linalg_inv",
    "less": "lt",
    "less_equal": "le",
    "linalg_matmul": "matmul",
    "matrix_exp": "linalg_matrix_exp",
    "matrix_power": "linalg_matrix_power",
    "multiply": "mul",
    "negative": "neg",
    "not_equal": "ne",
    "row_stack": "vstack",
    "rsub": "sub",
    "subtract": "sub",
    "true_divide": "div",
}


# A trace does not record these: a convolution stands there as what it calls.
_CONVOLUTIONS = frozenset(
    {"convolution", *(f"{kind}{rank}d" for kind in ("conv", "conv_transpose") for rank in (1, 2, 3))}
)


def traced_name(func: OpOverload) -> str:
    """Return the name of an operator in a trace, with its namespace; only PyTorch's own have a second name there."""
    full = func._schema.name
    if func.namespace != "aten":
        return full
    name = full.removeprefix("aten::")
    if name in _CONVOLUTIONS:
        return "aten::_convolution_mode" if func._overloadname == "padding" else "aten::_convolution"
    plain = name.removesuffix("_")
    return f"aten::{_ALIASES.get(plain, plain)}{name[len(plain) :]}"
