"""An input that a model takes: its shape and, where it is not the model's own, its type; and how both are typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import TypeAlias

from convcost.core.errors import ConvcostError, DomainError, UnknownNameError

Fill: TypeAlias = int | float | str | None
"""What a tensor is filled with: a number, "rand" for random ones, None for zeros that nobody asked for."""


@dataclass(frozen=True)
class TensorSpec:
    """A tensor of this shape; `dtype` is a type's name in PyTorch ("int64"), None for the model's own.

    Raises DomainError for a size below 0.
    """

    shape: tuple[int, ...]
    dtype: str | None = None
    fill: Fill = None

    def __post_init__(self) -> None:
        if any(size < 0 for size in self.shape):
            raise DomainError(f"an input of shape {self.shape} has a size below 0")

    @property
    def elements(self) -> int:
        """The number of its elements."""
        return prod(self.shape)

    def __str__(self) -> str:
        sizes = "×".join(str(size) for size in self.shape) or "a single number"
        return sizes if self.dtype is None else f"{sizes} ({self.dtype})"


BATCH = 11
"""Where a free batch size starts: no usual number of channels, heads or groups."""

# Where other free sizes start: far from each other, and multiples of what networks halve and cut by.
_FREE = (224, 448, 896, 1792)


@dataclass(frozen=True)
class FreeSpec(TensorSpec):
    """A tensor some of whose sizes are free: `names` has a name for these, None for the others."""

    names: tuple[str | None, ...] = ()

    @classmethod
    def of(cls, sizes: Sequence[int | str], dtype: str | None = None) -> FreeSpec:
        """Return a tensor in whose shape names stand for free sizes: ("B", 3, "H", "W")."""
        free = iter(_FREE)
        shape = tuple(
            size if isinstance(size, int) else BATCH if axis == 0 else next(free, _FREE[-1])
            for axis, size in enumerate(sizes)
        )
        return cls(shape, dtype, names=tuple(size if isinstance(size, str) else None for size in sizes))

    def __str__(self) -> str:
        sizes = "×".join(name or str(size) for name, size in zip(self.names, self.shape, strict=True))
        return sizes if self.dtype is None else f"{sizes} ({self.dtype})"


DTYPES = (
    *("float64", "float32", "float16", "bfloat16", "complex64", "complex128"),
    *("int64", "int32", "int16", "int8", "uint8", "bool"),
)
"""Names of the dtypes that an input can have."""

Specs = tuple[TensorSpec, ...] | dict[str, TensorSpec]
"""Inputs by position, or all of them by keyword."""

_INPUT_EXAMPLE = "write sizes such as 1,3,224,224, int64:1,77 for whole numbers, NAME=1,77 for a keyword input"
_INPUT = re.compile(r"(?:(?P<name>[^\W\d]\w*)\s*=)?\s*(?:(?P<dtype>\w+)\s*:)?\s*(?P<sizes>[^=:]+)")
_BRACKETS = re.compile(r"\((.*)\)|\[(.*)\]")
_TIMES = re.compile(r"\d+(\s*[x×]\s*\d+)+")
_SIZE = re.compile(r"[0-9]{1,9}")
_SYMBOL = re.compile(r"[^\W\d_]\w{0,15}")


def parse_input(text: str, symbols: bool = False) -> tuple[str | None, TensorSpec]:
    """Return the keyword (None: positional) and the tensor of `1,3,224,224`, `int64:1,77` or `name=int64:1,77`.

    Sizes may stand in brackets, as Python writes them, and 1x3x224x224 is meant as 1,3,224,224. With `symbols` a size
    may be a name, which stands for any size: `B,3,H,W`. Raises ConvcostError for any other text.
    """
    match = _INPUT.fullmatch(text.strip())
    sizes = _sizes(match["sizes"].strip()) if match else []
    for size in sizes:
        if not _SIZE.fullmatch(size) and not (symbols and _SYMBOL.fullmatch(size)):
            what = f"{size!r} is no size" if size else "a size is missing"
            raise ConvcostError(f"cannot read the input {text!r}: {what}; {_INPUT_EXAMPLE}")
    if match is None:
        raise ConvcostError(f"cannot read the input {text!r}; {_INPUT_EXAMPLE}")
    dtype = match["dtype"]
    if dtype is not None and dtype not in DTYPES:
        raise UnknownNameError("dtype", dtype, DTYPES)
    if not all(map(_SIZE.fullmatch, sizes)):
        return match["name"], FreeSpec.of([int(s) if _SIZE.fullmatch(s) else s for s in sizes], dtype)
    shape = tuple(map(int, sizes))
    if 0 in shape or prod(shape) >= 2**56:
        raise ConvcostError(f"the input {text!r} must have sizes from 1, and fewer than 2⁵⁶ elements")
    return match["name"], TensorSpec(shape, dtype)


def _sizes(text: str) -> list[str]:
    """Return the sizes of 1,3,224,224, one by one, as they are typed."""
    if bracketed := _BRACKETS.fullmatch(text):
        text = next(filter(None, bracketed.groups()), "").strip()
    if _TIMES.fullmatch(text):
        text = re.sub("[x×]", ",", text)
    return [size.strip() for size in text.removesuffix(",").split(",")]


def parse_inputs(texts: Iterable[str], symbols: bool = False) -> Specs | None:
    """Return the inputs by position, or all by keyword, as `convcost.compare` takes them; None for no text.

    Raises ConvcostError for a text that is no input, for a keyword that is given twice, and where only some inputs
    have a keyword.
    """
    positional: list[TensorSpec] = []
    keyword: dict[str, TensorSpec] = {}
    for text in texts:
        name, spec = parse_input(text, symbols)
        if name is None:
            positional.append(spec)
        elif name in keyword:
            raise ConvcostError(f"the input {name} is given twice; give it once")
        else:
            keyword[name] = spec
    if positional and keyword:
        raise ConvcostError(f"give all inputs by name (NAME={'B' if symbols else '1'},77), or none")
    return keyword or tuple(positional) or None


def parse_symbols(text: str) -> Sequence[str]:
    """Return the names of `B,H,W`; raises ConvcostError for what cannot name a size."""
    names = [name.strip() for name in text.split(",")]
    if not all(map(_SYMBOL.fullmatch, names)):
        raise ConvcostError(f"--symbols is {text!r}, but must be names such as B,H,W")
    return names
