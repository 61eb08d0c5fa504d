"""An input that a model takes, as plain data: its shape and, where it is not the model's own, its type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convcost.core.errors import DomainError


@dataclass(frozen=True)
class TensorSpec:
    """A tensor of zeros of this shape; `dtype` is a type's name in PyTorch ("int64"), None for the model's own.

    Raises DomainError for a size below 1.
    """

    shape: tuple[int, ...]
    dtype: str | None = None

    def __post_init__(self) -> None:
        if any(size < 1 for size in self.shape):
            raise DomainError(f"an input of shape {self.shape} has a size below 1")

    def __str__(self) -> str:
        sizes = "×".join(str(size) for size in self.shape) or "a single number"
        return sizes if self.dtype is None else f"{sizes} ({self.dtype})"


BATCH = 11
"""Where a free batch size starts: no usual number of channels, heads or groups."""

# Where other free sizes start: far from each other, and multiples of what networks halve and cut by.
_FREE = (224, 448, 896, 1792)


@dataclass(frozen=True)
class OpenSpec(TensorSpec):
    """A tensor some of whose sizes are free: `names` has a name for these, None for the others."""

    names: tuple[str | None, ...] = ()

    @classmethod
    def of(cls, sizes: Sequence[int | str], dtype: str | None = None) -> OpenSpec:
        """Return a tensor in whose shape names stand for free sizes: ("B", 3, "H", "W")."""
        free = iter(_FREE)
        shape = tuple(
            size if isinstance(size, int) else BATCH if axis == 0 else next(free, _FREE[-1])
            for axis, size in enumerate(sizes)
        )
        return cls(shape, dtype, tuple(size if isinstance(size, str) else None for size in sizes))

    def __str__(self) -> str:
        sizes = "×".join(name or str(size) for name, size in zip(self.names, self.shape, strict=True))
        return sizes if self.dtype is None else f"{sizes} ({self.dtype})"
