"""Random configurations of every operator family, by the operator's name in the book."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.strategies import SearchStrategy

from . import strategies_convolution as multilinear
from . import strategies_elementwise as elementwise
from . import strategies_further_products as few
from . import strategies_pointwise as pointwise
from . import strategies_pooling as pooling
from . import strategies_product as product
from . import strategies_rearrange as rearrange
from . import strategies_recurrent as recurrent
from . import strategies_reduction as reduction
from . import strategies_resize as resize
from . import strategies_sampling as sampling
from .case import Case

MANY = settings(max_examples=100, derandomize=True, deadline=None)
SOME = settings(MANY, max_examples=40)

RANKS = (1, 2, 3)
MULTILINEAR: dict[str, SearchStrategy[Case]] = {
    **{f"conv{rank}d": multilinear.convolutions(rank) for rank in RANKS},
    **{f"conv_transpose{rank}d": multilinear.transposed_convolutions(rank) for rank in RANKS},
    "linear": multilinear.linear_layers(),
}
PRODUCTS: dict[str, SearchStrategy[Case]] = {
    "matmul": product.matrix_products(),
    "mm": product.two_matrices(),
    "bmm": product.batches(),
    "mv": product.matrix_and_vector(),
    "dot": product.two_vectors(),
    "outer": product.outer_products(),
    "kron": product.kronecker_products(),
    "multi_dot": product.chains(),
    **{name: product.sums(name) for name in ("addmm", "baddbmm", "addbmm", "addmv", "addr")},
    "tensordot": product.tensordots(),
    "bilinear": product.bilinears(),
    "scaled_dot_product_attention": product.attentions(),
    "einsum": product.einsums(),
    **few.PRODUCTS,
}
OTHERS: dict[str, SearchStrategy[Case]] = {
    **{f"max_pool{rank}d": pooling.pools("max", rank) for rank in RANKS},
    **{f"avg_pool{rank}d": pooling.pools("avg", rank) for rank in RANKS},
    **{f"adaptive_max_pool{rank}d": pooling.adaptive_pools("max", rank) for rank in RANKS},
    **{f"adaptive_avg_pool{rank}d": pooling.adaptive_pools("avg", rank) for rank in RANKS},
    **{name: pointwise.arithmetic(name) for name in pointwise.ARITHMETIC},
    "batch_norm": pointwise.batch_norms(),
    "instance_norm": pointwise.instance_norms(),
    "group_norm": pointwise.group_norms(),
    "layer_norm": pointwise.layer_norms(),
    "local_response_norm": pointwise.local_response_norms(),
    "prelu": pointwise.prelus(),
    "softmax": pointwise.softmaxes(),
    "concat": pointwise.concats(),
    "mean": pointwise.means(),
    "flatten": pointwise.flattenings(),
    "dropout": pointwise.dropouts(),
}
RECURRENT: dict[str, SearchStrategy[Case]] = {name: recurrent.layers(name) for name in recurrent.LAYERS}
FAMILIES: dict[str, tuple[SearchStrategy[Case], set[str]]] = {
    "activations": (pointwise.activations(), set(pointwise.ACTIVATIONS)),
    "functions": (elementwise.functions(), set(elementwise.FUNCTIONS)),
    "pairs": (elementwise.pairs(), set(elementwise.PAIRS) - {"float_power"}),
    "multiples": (elementwise.multiples(), set(elementwise.SCALED)),
    "triples": (elementwise.triples(), set(elementwise.TRIPLES)),
    "reductions": (reduction.reductions(), {*reduction.OVER_AXES, *reduction.OVER_AN_AXIS}),
    "along an axis": (reduction.along_an_axis(), {*reduction.SCANS, *reduction.ROWWISE}),
    "scatters": (reduction.scatters(), set(reduction.SCATTERS)),
}
"""Operators that are alike, drawn together; `float_power` is a power."""

RESIZED: dict[str, SearchStrategy[Case]] = {
    **{name: resize.interpolations(name) for name in resize.MODES},
    **{name: resize.resamplings(name) for name in resize.ANTIALIASED},
}
FURTHER: dict[str, SearchStrategy[Case]] = {
    "grid_sample": sampling.grid_samples(),
    "affine_grid": sampling.affine_grids(),
    "embedding": sampling.embeddings(),
    "embedding_bag": sampling.embedding_bags(),
    "one_hot": sampling.one_hots(),
    "pad": rearrange.pads(),
    "pixel_shuffle": rearrange.pixel_shuffles(),
    "pixel_unshuffle": rearrange.pixel_unshuffles(),
    "channel_shuffle": rearrange.channel_shuffles(),
    "unfold": rearrange.unfolds(),
    "fold": rearrange.folds(),
    "rms_norm": pointwise.rms_norms(),
    "weight_norm": pointwise.weight_norms(),
    **{f"lp_pool{rank}d": pooling.lp_pools(rank) for rank in RANKS},
    **{f"fractional_max_pool{rank}d": pooling.fractional_max_pools(rank) for rank in (2, 3)},
    **{f"max_unpool{rank}d": pooling.max_unpools(rank) for rank in (2, 3)},
}
DRAWN = {
    *(MULTILINEAR | PRODUCTS | OTHERS | RECURRENT | RESIZED | FURTHER | few.FEW),
    *(name for _, names in FAMILIES.values() for name in names),
}
"""The operators that some strategy draws."""
