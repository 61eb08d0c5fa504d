"""From ATen calls to the book's words: operator, input shapes and hyper-parameters, nothing else.

A binder reads only what the model passed (shapes of inputs and weights, numbers). It never looks at the
output: the formula must derive that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from convcost.trace.binders import (
    activation,
    arrange,
    convolution,
    embedding,
    norm,
    pointwise,
    pooling,
    product,
    rearrange,
    recurrent,
    reduction,
    resize,
    sampling,
)
from convcost.trace.binders.bound import Binder, Bound, shape_of

_ROOMS = (
    *(activation, arrange, convolution, embedding, norm, pointwise, pooling),
    *(product, rearrange, recurrent, reduction, resize, sampling),
)

BINDERS: dict[str, Binder] = {name: binder for room in _ROOMS for name, binder in room.BINDERS.items()}
"""The binder of each operator, by its ATen name without `aten::` and without the `_` of working in place."""


def _local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Bound:
    return Bound("local_response_norm", (shape_of(input),), {"size": size})


FUNCTIONS: dict[Any, Callable[..., Bound]] = {F.local_response_norm: _local_response_norm, **pooling.FUNCTIONS}
"""Functions that PyTorch itself writes in Python out of several operators, and that papers have as one."""
