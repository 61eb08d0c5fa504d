"""Which sizes of a model's input are open, and where a trace of them starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from convcost.measure.inputs import Inputs, dtype_of, walk
from convcost.measure.symint import Trace
from convcost.theory.errors import DomainError, MeasurementError
from convcost.theory.spec import TensorSpec

_BATCH = 11  # no usual number of channels, heads or groups


@dataclass(frozen=True)
class OpenSpec:
    """An input tensor: a number or a name for each axis, and the sizes that were given."""

    shape: tuple[int | str, ...]
    given: tuple[int, ...]
    dtype: str | None = None

    def __str__(self) -> str:
        sizes = "×".join(map(str, self.shape)) or "a single number"
        return sizes if self.dtype is None else f"{sizes} ({self.dtype})"


@dataclass(frozen=True)
class Opening:
    """The inputs with their open sizes; `hints` has the number that each starts at, in the symbols' order."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    hints: Mapping[str, int]
    chosen: bool
    note: str = ""

    @classmethod
    def of(cls, inputs: Any, symbols: Sequence[str] | None) -> Opening:
        """Read inputs in which sizes are named, or name them by their place."""
        named = Inputs.of(_parse(inputs))
        if any(isinstance(leaf, OpenSpec) for leaf in _specs((named.args, dict(named.kwargs or {})))):
            if symbols is not None:
                raise DomainError("the input names its open sizes already; leave out symbols, or give numbers")
            return cls._made(named, None, True)
        return cls._made(named, symbols, symbols is not None)

    @classmethod
    def _made(cls, inputs: Inputs, symbols: Sequence[str] | None, chosen: bool) -> Opening:
        def opened(leaf: Any) -> Any:
            return leaf if isinstance(leaf, OpenSpec) else _opened(leaf, symbols)

        args, kwargs = walk(inputs.args, opened), walk(dict(inputs.kwargs or {}), opened)
        found = [spec for spec in _specs((args, kwargs)) if isinstance(spec, OpenSpec)]
        names = list(dict.fromkeys(size for spec in found for size in spec.shape if isinstance(size, str)))
        if symbols is not None:
            if unused := [name for name in symbols if name not in names]:
                raise DomainError(f"there is no axis for the symbol {unused[0]}; the input is {_said(args, kwargs)}")
            names = list(dict.fromkeys(symbols))
        hints: dict[str, int] = {}
        for spec in found:
            for axis, size in enumerate(spec.shape):
                if isinstance(size, str) and size not in hints:
                    hints[size] = _BATCH if axis == 0 else spec.given[axis]
        return cls(args, kwargs, {name: hints[name] for name in names}, chosen)

    @property
    def names(self) -> tuple[str, ...]:
        """The symbols."""
        return tuple(self.hints)

    def trials(self) -> Iterator[Opening]:
        """Where to start, one after another until the model takes it.

        First at odd sizes, which are nothing's multiple, so that no rounding is exact by accident; then at multiples
        of the given ones, for a model that needs them. A model that takes nothing else gets what was given.
        """
        spatial = [name for name in self.hints if self.hints[name] != _BATCH]
        sizes = {name: self.hints[name] for name in spatial}
        for start in (
            {n: (place + 2) * sizes[n] + 37 + 16 * place for place, n in enumerate(spatial)},
            {n: (place + 2) * sizes[n] for place, n in enumerate(spatial)},
            sizes,
        ):
            yield replace(self, hints={**self.hints, **start})
        if spatial and not self.chosen:
            fixed = ", ".join(f"{name} = {sizes[name]}" for name in spatial)
            yield self._fixed(spatial, f"{fixed}: the model was traced at no other size")

    def _fixed(self, names: Sequence[str], note: str) -> Opening:
        def close(spec: Any) -> Any:
            shape = tuple(g if size in names else size for size, g in zip(spec.shape, spec.given, strict=True))
            return replace(spec, shape=shape)

        hints = {name: hint for name, hint in self.hints.items() if name not in names}
        return Opening(_walk_specs(self.args, close), _walk_specs(dict(self.kwargs), close), hints, self.chosen, note)

    def example(self) -> Inputs:
        """The inputs at the given sizes."""

        def plain(spec: OpenSpec) -> TensorSpec:
            return TensorSpec(spec.given, spec.dtype)

        return Inputs(_walk_specs(self.args, plain), _walk_specs(dict(self.kwargs), plain))

    def tensors(self, trace: Trace, model: nn.Module) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments and keyword arguments on the meta device."""
        sizes: dict[int | str, Any] = {name: trace.size(name, hint) for name, hint in self.hints.items()}

        def make(spec: OpenSpec) -> Tensor:
            shape = tuple(sizes.get(size, size) for size in spec.shape)
            return torch.empty(shape, device="meta", dtype=dtype_of(TensorSpec(spec.given, spec.dtype), model))

        return _walk_specs(self.args, make), _walk_specs(dict(self.kwargs), make)

    def __str__(self) -> str:
        return _said(self.args, self.kwargs)


def _said(args: Any, kwargs: Any) -> str:
    return " and ".join(str(spec) for spec in _specs((args, kwargs)) if isinstance(spec, OpenSpec)) or "nothing"


def _parse(value: Any) -> Any:
    """Shapes with names in them become specs."""
    if isinstance(value, tuple | list):
        if value and all(isinstance(size, int | str) for size in value) and any(isinstance(s, str) for s in value):
            return _named(tuple(value), None)
        return type(value)(_parse(item) for item in value)
    if isinstance(value, Mapping):
        return {key: _parse(item) for key, item in value.items()}
    return value


def named_spec(shape: tuple[int | str, ...], dtype: str | None = None) -> OpenSpec:
    """An input in whose shape names stand for open sizes."""
    return _named(shape, dtype)


def _named(shape: tuple[int | str, ...], dtype: str | None) -> OpenSpec:
    # Far from each other, and a multiple of what networks halve and cut by.
    spare = iter((224, 448, 896, 1792))
    given = tuple(s if isinstance(s, int) else _BATCH if axis == 0 else next(spare) for axis, s in enumerate(shape))
    return OpenSpec(shape, given, dtype)


_DEFAULT = {1: ("B",), 2: ("B", "L"), 3: ("B", "L"), 4: ("B", "H", "W"), 5: ("B", "T", "H", "W")}


def _opened(leaf: Any, symbols: Sequence[str] | None) -> OpenSpec:
    spec = leaf if isinstance(leaf, TensorSpec) else _spec(leaf)
    rank = len(spec.shape)
    if symbols is None and rank not in _DEFAULT:
        raise MeasurementError(f"an input of {spec} has no usual axes; name the open sizes in it")
    names = _DEFAULT[rank] if symbols is None else symbols
    axes = [0, *range(2, rank)] if rank > 2 else list(range(rank))
    shape: list[int | str] = list(spec.shape)
    for axis, name in zip(axes, names, strict=False):
        shape[axis] = name
    return OpenSpec(tuple(shape), spec.shape, spec.dtype)


def _spec(tensor: Tensor) -> TensorSpec:
    name = str(tensor.dtype).removeprefix("torch.")
    return TensorSpec(tuple(tensor.shape), None if tensor.dtype.is_floating_point else name)


def _specs(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [spec for item in value.values() for spec in _specs(item)]
    if isinstance(value, tuple | list):
        return [spec for item in value for spec in _specs(item)]
    return [value]


def _walk_specs(value: Any, change: Any) -> Any:
    if isinstance(value, OpenSpec):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _walk_specs(item, change) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_walk_specs(item, change) for item in value))
    if isinstance(value, tuple | list):
        return type(value)(_walk_specs(item, change) for item in value)
    return value
