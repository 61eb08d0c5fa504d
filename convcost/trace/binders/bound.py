"""What a binder returns, and what binders share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Bound:
    """A call in the book's words; `operator` is None for a use that its formula does not cover.

    `unbatched`: the batch axis was absent and stands as 1.
    """

    operator: str | None
    inputs: tuple[Any, ...]
    hyper: dict[str, Any]
    unbatched: bool = False


Binder = Callable[[Arguments], Bound]
"""Reads the arguments of one ATen call, by the names of its schema."""


def shape_of(tensor: Tensor) -> tuple[int, ...]:
    """A tensor's shape as plain ints."""
    return tuple(tensor.shape)


def operand(value: Any) -> tuple[int, ...]:
    """The shape of a tensor; a number has none."""
    return shape_of(value) if isinstance(value, Tensor) else ()


def batched(tensor: Tensor, rank: int) -> tuple[tuple[int, ...], bool]:
    """The shape with a batch axis, and whether that had to be added."""
    unbatched = tensor.dim() == rank + 1
    return ((1, *shape_of(tensor)) if unbatched else shape_of(tensor)), unbatched
