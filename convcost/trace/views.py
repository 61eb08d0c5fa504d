"""Views of meta tensors of symbolic sizes, each as a tensor of its own: only their shapes are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

import torch
from torch import Tensor

from convcost.core.errors import MeasurementError
from convcost.core.numeric import product
from convcost.symbolic.torch_sizes import hint_of

_sym_max: Callable[..., Any] = torch.sym_max


_sym_min: Callable[..., Any] = torch.sym_min


def _view(tensor: Tensor, *sizes: Any) -> Tensor:
    wanted = list(sizes[0] if sizes and isinstance(sizes[0], tuple | list) else sizes)
    known = product(size for size in wanted if not _inferred(size))
    free = [axis for axis, size in enumerate(wanted) if _inferred(size)]
    if free:
        wanted[free[0]] = tensor.numel() // known
        known = known * wanted[free[0]]
    if known != tensor.numel():
        raise MeasurementError(f"a tensor of {_said(tensor.shape)} cannot be viewed as {_said(wanted)}")
    return tensor.new_empty(wanted)


def _inferred(size: Any) -> bool:
    return isinstance(size, int) and size == -1


def _said(shape: Iterable[Any]) -> str:
    return "×".join(str(hint_of(size)) for size in shape)


def _flatten(tensor: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    shape = tuple(tensor.shape)
    first, last = start_dim % len(shape), end_dim % len(shape)
    joined = cast(int, product(shape[first : last + 1]))
    return tensor.new_empty((*shape[:first], joined, *shape[last + 1 :]))


def _slice(tensor: Tensor, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Tensor:
    shape = list(tensor.shape)
    dim %= len(shape)
    size = shape[dim]
    first, last = (_within(limit, size, default) for limit, default in ((start, 0), (end, size)))
    shape[dim] = (_sym_max(last - first, 0) + step - 1) // step
    return tensor.new_empty(shape)


def _within(limit: Any, size: Any, default: Any) -> Any:
    """A limit of a slice, as Python reads it: from the end where negative, and never outside."""
    if limit is None or (isinstance(limit, int) and limit >= 2**62):
        return default
    if limit < 0:
        limit = limit + size
    return _sym_min(_sym_max(limit, 0), size)


VIEWS: dict[str, Callable[..., Tensor]] = {
    "view": _view,
    "_unsafe_view": _view,
    "reshape": _view,
    "flatten": _flatten,
    "slice": _slice,
}
