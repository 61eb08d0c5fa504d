"""Random configurations of every operator family, by the operator's name in the book."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.strategies import SearchStrategy

from . import strategies_convolution as multilinear
from . import strategies_pointwise as pointwise
from . import strategies_pooling as pooling
from . import strategies_recurrent as recurrent
from . import strategies_resize as resize
from .case import Case

MANY = settings(max_examples=300, derandomize=True, deadline=None)
SOME = settings(MANY, max_examples=100)
FEW = settings(MANY, max_examples=40)

RANKS = (1, 2, 3)
MULTILINEAR: dict[str, SearchStrategy[Case]] = {
    **{f"conv{rank}d": multilinear.convolutions(rank) for rank in RANKS},
    **{f"conv_transpose{rank}d": multilinear.transposed_convolutions(rank) for rank in RANKS},
    "linear": multilinear.linear_layers(),
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
RESIZED: dict[str, SearchStrategy[Case]] = {
    **{name: resize.interpolations(name) for name in resize.MODES},
    **{name: resize.resamplings(name) for name in resize.ANTIALIASED},
}
ACTIVATIONS = pointwise.activations()
DRAWN = {*MULTILINEAR, *OTHERS, *RECURRENT, *RESIZED, *pointwise.ACTIVATIONS}
"""The operators that some strategy draws."""
