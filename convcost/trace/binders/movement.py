"""Operators that allocate, copy and rearrange elements or draw random ones: nothing is computed."""

from __future__ import annotations

import torch
from torch._ops import OpOverload

from convcost.trace.binders.bound import Arguments

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
"""By their ATen names without `aten::` and without the `_` of working in place; none of them is decomposed."""

# Moves as well, unless they add to what stands there, or multiply it.
_PLACING = frozenset({"index_put", "_unsafe_index_put", "put", "scatter"})


def moves(func: OpOverload, name: str, arguments: Arguments) -> bool:
    """Whether a call only moves elements: a view, a copy of one, or one of the operators above."""
    if func.namespace == "profiler":
        return True
    if name in _PLACING:
        return not arguments.get("accumulate") and arguments.get("reduce") is None
    tags = {torch.Tag.view_copy, torch.Tag.inplace_view}
    return name in MOVEMENT or bool(func.is_view) or not tags.isdisjoint(func.tags)
