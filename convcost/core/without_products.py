"""PyTorch's operators that order, choose, compare or count elements: whatever they cost, no product is in it."""

_ORDERING = (
    *("sort", "argsort", "msort", "topk", "kthvalue", "median", "nanmedian", "mode", "quantile", "nanquantile"),
    *("argmax", "argmin", "amax", "amin", "aminmax", "unique_dim", "_unique", "_unique2", "unique_consecutive"),
    *("unique_dim_consecutive", "searchsorted", "bucketize"),
)
_CHOOSING = (
    *("nonzero", "nonzero_static", "nonzero_numpy", "argwhere", "where", "masked_fill", "masked_select", "one_hot"),
    *("index_put", "_index_put_impl", "_unsafe_index_put", "scatter", "put", "index_fill", "isin", "clamp"),
)
_COMPARING = (
    *("eq", "ne", "lt", "le", "gt", "ge", "equal", "isclose", "allclose", "isnan", "isinf", "isfinite", "isposinf"),
    *("isneginf", "isreal", "signbit", "sign", "sgn", "all", "any", "is_nonzero", "logical_and", "logical_or"),
    *("logical_not", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_not", "bitwise_xor"),
    *("bitwise_left_shift", "bitwise_right_shift", "floor", "ceil", "round", "trunc", "nan_to_num"),
)
_COUNTING = ("bincount", "histc", "count_nonzero", "numel")

WITHOUT_PRODUCTS = frozenset(f"aten::{name}" for name in (*_ORDERING, *_CHOOSING, *_COMPARING, *_COUNTING))
"""By their names in a trace, without the `_` of working in place."""
