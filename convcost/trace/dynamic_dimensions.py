"""Which sizes of a model's input are open, and where a trace of them starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from convcost.core.errors import DomainError
from convcost.core.spec import BATCH, OpenSpec, TensorSpec
from convcost.symbolic.symnode import Trace
from convcost.symbolic.torch_sizes import open_size
from convcost.trace.inputs import Inputs, dtype_of, spec_of, walk

_USUAL = {1: ("B",), 2: ("B", "L"), 3: ("B", "L"), 4: ("B", "H", "W"), 5: ("B", "T", "H", "W")}


@dataclass(frozen=True)
class DynamicDimensions:
    """Inputs whose tensors are `OpenSpec`s; `hints` has the number that each open size starts at.

    `chosen`: the open sizes were named, and none of them may be fixed.
    """

    inputs: Inputs
    hints: Mapping[str, int]
    chosen: bool
    note: str = ""

    @classmethod
    def of(cls, given: Any, symbols: Sequence[str] | None) -> DynamicDimensions:
        """Read inputs in which sizes are named, or name them by their place; raises DomainError if neither can be."""
        inputs = Inputs.of(_parsed(given))
        named = any(isinstance(spec, OpenSpec) for spec in inputs.specs)
        if named and symbols is not None:
            raise DomainError("the input names its open sizes already; leave out the symbols, or give it numbers")
        opened = _changed(inputs, lambda leaf: leaf if named else _opened(leaf, symbols))
        hints: dict[str, int] = {}
        for spec in opened.specs:
            for axis, name in enumerate(_names(spec)):
                if name is not None and name not in hints:
                    hints[name] = BATCH if axis == 0 else spec.shape[axis]
        order = [*(symbols or ()), *hints]
        if missing := [name for name in order if name not in hints]:
            raise DomainError(f"the input {opened} has no axis for the symbol {missing[0]}")
        return cls(opened, {name: hints[name] for name in order}, named or symbols is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """The symbols."""
        return tuple(self.hints)

    @property
    def given(self) -> dict[str, int]:
        """The sizes that were given for the open ones."""
        pairs = (
            (name, size) for spec in self.inputs.specs for name, size in zip(_names(spec), spec.shape, strict=True)
        )
        return {name: size for name, size in pairs if name is not None}

    def starts(self) -> Iterator[DynamicDimensions]:
        """Where to start, one after another until the model takes it.

        First at odd sizes, which are nothing's multiple, so that no rounding is exact by accident; then at multiples
        of the given sizes, and at these.
        """
        given = {name: size for name, size in self.hints.items() if size != BATCH}
        odd = {name: (place + 2) * size + 37 + 16 * place for place, (name, size) in enumerate(given.items())}
        even = {name: (place + 2) * size for place, (name, size) in enumerate(given.items())}
        for start in (odd, even, given) if given else (given,):
            yield replace(self, hints={**self.hints, **start})

    def closed(self, names: Sequence[str]) -> DynamicDimensions:
        """The same with these sizes as given."""

        def close(spec: OpenSpec) -> OpenSpec:
            return replace(spec, names=tuple(None if name in names else name for name in spec.names))

        fixed = ", ".join(f"{name} = {self.hints[name]}" for name in names)
        hints = {name: size for name, size in self.hints.items() if name not in names}
        note = f"{self.note}, {fixed}" if self.note else f"fixed, as the model takes no other: {fixed}"
        return replace(self, inputs=_changed(self.inputs, close), hints=hints, note=note)

    def tensors(self, trace: Trace, model: nn.Module) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments and keyword arguments on the meta device, of symbolic sizes."""
        sizes = {name: open_size(trace, name, hint) for name, hint in self.hints.items()}

        def make(spec: Any) -> Tensor:
            shape = [size if name is None else sizes[name] for name, size in zip(_names(spec), spec.shape, strict=True)]
            return torch.empty(shape, device="meta", dtype=dtype_of(spec, model))

        changed = _changed(self.inputs, make)
        return changed.args, dict(changed.kwargs or {})

    def at(self, sizes: Mapping[str, int]) -> Inputs:
        """The inputs at these sizes."""

        def closed(spec: Any) -> TensorSpec:
            shape = (size if name is None else sizes[name] for name, size in zip(_names(spec), spec.shape, strict=True))
            return TensorSpec(tuple(shape), spec.dtype)

        return _changed(self.inputs, closed)

    def __str__(self) -> str:
        return str(self.inputs)


def _changed(inputs: Inputs, change: Any) -> Inputs:
    return Inputs(walk(inputs.args, change), walk(dict(inputs.kwargs or {}), change))


def _names(spec: Any) -> tuple[str | None, ...]:
    return spec.names if isinstance(spec, OpenSpec) else (None,) * len(spec.shape)


def _parsed(value: Any) -> Any:
    """Shapes with names in them become specs."""
    if isinstance(value, tuple | list):
        named = value and all(isinstance(size, int | str) for size in value) and not all(map(_whole, value))
        return OpenSpec.of(value) if named else type(value)(_parsed(item) for item in value)
    if isinstance(value, Mapping):
        return {key: _parsed(item) for key, item in value.items()}
    return value


def _whole(value: Any) -> bool:
    return isinstance(value, int)


def _opened(leaf: TensorSpec | Tensor, symbols: Sequence[str] | None) -> OpenSpec:
    spec = leaf if isinstance(leaf, TensorSpec) else spec_of(leaf)
    rank = len(spec.shape)
    axes = [0, *range(2, rank)] if rank > 2 else list(range(rank))
    by_axis = dict(zip(axes, _USUAL.get(rank, ()) if symbols is None else symbols, strict=False))
    return OpenSpec(spec.shape, spec.dtype, tuple(by_axis.get(axis) for axis in range(rank)))
