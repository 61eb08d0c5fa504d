"""PyTorch's operators: what a torch.jit trace calls them, which of them only move elements, and how a mode sees them.

The trace is where fvcore looks. It does not name every operator as PyTorch does.
"""

from collections.abc import Mapping

import torch
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

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


CONVOLUTIONS = {f"{kind}{rank}d": rank for kind in ("conv", "conv_transpose") for rank in (1, 2, 3)}
"""The axes that the window slides over, by the operator's name."""


def traced_name(func: OpOverload) -> str:
    """Return the name of an operator in a trace, with its namespace; only PyTorch's own have a second name there."""
    full = func._schema.name
    if func.namespace != "aten":
        return full
    name = full.removeprefix("aten::")
    # A trace does not record these: a convolution stands there as what it calls.
    if name in (*CONVOLUTIONS, "convolution"):
        return "aten::_convolution_mode" if func._overloadname == "padding" else "aten::_convolution"
    plain = name.removesuffix("_")
    return f"aten::{_ALIASES.get(plain, plain)}{name[len(plain) :]}"


def aten_name(func: OpOverload) -> str:
    """Return the name of one of PyTorch's own operators without `aten::` and without the `_` of working in place.

    The name of a third party's operator keeps its namespace, so that it is never taken for one of PyTorch's.
    """
    return func._schema.name.removeprefix("aten::").removesuffix("_")


_COPIES = (
    *("clone", "copy", "contiguous", "reshape", "to", "_to_copy", "_unsafe_view", "lift_fresh", "lift_fresh_copy"),
    *("alias", "detach", "lift", "positive", "type_as", "resolve_conj", "resolve_neg", "_pin_memory"),
    *("resize", "resize_as", "set", "unsafe_split", "unsafe_split_with_sizes", "unsafe_chunk", "complex"),
    *("_pack_padded_sequence", "_pad_packed_sequence"),
    *("item", "_local_scalar_dense", "_assert_async", "_assert_scalar", "_assert_tensor_metadata"),
)
FILLS = frozenset(
    {
        *("empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided", "scalar_tensor"),
        *("zeros", "zeros_like", "new_zeros", "zero", "ones", "ones_like", "new_ones"),
        *("full", "full_like", "new_full", "fill", "fill_diagonal"),
        *("arange", "linspace", "logspace", "range", "eye", "tril_indices", "triu_indices"),
        *("rand", "rand_like", "randn", "randn_like", "randint", "randint_like", "randperm", "normal", "uniform"),
        *("bernoulli", "exponential", "geometric", "cauchy", "log_normal", "random"),
    }
)
"""Allocations: nothing of a tensor that they are like is in what they give."""

_ARRANGED = (
    *("stack", "repeat", "repeat_interleave", "tile", "roll", "flip", "rot90"),
    *("tril", "triu", "diag", "diag_embed", "block_diag", "meshgrid", "cartesian_prod"),
    *("slice_scatter", "select_scatter", "diagonal_scatter"),
    *("as_strided_scatter", "index_fill", "index_copy", "masked_scatter"),
)
LOOKUPS = frozenset(
    {"index", "_unsafe_index", "index_select", "gather", "take", "take_along_dim", "masked_select"},
)
"""Moves that choose by data which elements they take: any of them may be taken."""

MOVEMENT = frozenset({*_COPIES, *FILLS, *_ARRANGED, *LOOKUPS})
"""Operators that allocate, copy and rearrange elements or draw random ones; none of them is decomposed."""

# Moves as well, unless they add to what stands there, or multiply it.
_PLACING = frozenset({"index_put", "_unsafe_index_put", "put", "scatter"})


def moves(func: OpOverload, arguments: Mapping[str, object]) -> bool:
    """Whether a call only moves elements: a view, a copy of one, or one of the operators above."""
    name = aten_name(func)
    if func.namespace == "profiler":
        return True
    if name in _PLACING:
        return not arguments.get("accumulate") and arguments.get("reduce") is None
    tags = {torch.Tag.view_copy, torch.Tag.inplace_view}
    return name in MOVEMENT or bool(func.is_view) or not tags.isdisjoint(func.tags)


class DispatchMode(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """A mode that sees every operator being called, and does not load the compiler."""

    supports_higher_order_operators = True

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # the default imports the whole compiler, a second's work, to keep it out of this mode
