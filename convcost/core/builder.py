"""The builder that writes an architecture: operators applied one after another, each leaving a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from convcost.core.cost import Cost, Window
from convcost.core.numeric import Count, Shape, maximum
from convcost.core.record import Operator


@dataclass(frozen=True, slots=True)
class Field:
    """Receptive field along one axis: its extent and the step between neighbours, in pixels of the image."""

    extent: Count = 1
    step: Count = 1

    def through(self, window: Window) -> Field:
        """The field of an operator's output, given the field of its input."""
        return Field(self.extent + (window.extent - 1) * self.step, self.step * window.stride)


@dataclass(frozen=True, slots=True)
class Map:
    """A tensor on its way through the network: its shape and the receptive field of each spatial axis."""

    shape: Shape
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class OpCall:
    """One operator of an architecture, as drawn."""

    name: str
    block: str
    operator: Operator
    hyper: dict[str, Any]
    inputs: tuple[Shape, ...]
    output: Map
    cost: Cost

    @property
    def rank(self) -> int:
        """Spatial axes that the operator slides over; 0 for a fully connected layer."""
        return len(self.inputs[0]) - 2 if "kernel_size" in self.hyper else 0


@dataclass
class Builder:
    """Draws lines.

    With `rounding` off, channel counts stay what the width multiplier makes of them; with `auxiliary` on, an
    architecture draws the heads too that only training has. `sides` (height and width) take the place of the
    square image's.
    """

    rounding: bool = True
    auxiliary: bool = False
    sides: tuple[Count, Count] | None = None
    calls: list[OpCall] = field(default_factory=list)
    _block: str = ""

    def image(self, *shape: Count) -> Map:
        """The network's input, of shape (N, C, *sizes)."""
        if self.sides is not None:
            shape = (*shape[:-2], *self.sides)
        return Map(shape, (Field(),) * (len(shape) - 2))

    def number(self) -> Map:
        """A constant operand: it has no axes and sees no pixel."""
        return Map(())

    def channels(self, exact: Count, rule: Callable[[Count], Count]) -> Count:
        """A channel count, rounded by the authors' rule."""
        return rule(exact) if self.rounding else exact

    @contextmanager
    def block(self, name: str) -> Iterator[None]:
        """Lines drawn inside belong to this block; blocks nest."""
        outer, self._block = self._block, f"{self._block}.{name}" if self._block else name
        try:
            yield
        finally:
            self._block = outer

    def call(self, operator: Operator, *inputs: Map | Sequence[Map], name: str = "", **hyper: Any) -> Map:
        """Apply an operator, leave a line, return the output. `name` defaults to the operator's."""
        maps = [m for item in inputs for m in ([item] if isinstance(item, Map) else item)]
        shapes = [item.shape if isinstance(item, Map) else tuple(m.shape for m in item) for item in inputs]
        # Without rounding, channels are fractions, which no operator has in its domain.
        result = operator(*shapes, **hyper) if self.rounding else operator.unchecked(*shapes, **hyper)
        fields = _widest([m.fields for m in maps])
        if result.windows:
            fields = tuple(f.through(w) for f, w in zip(fields, result.windows, strict=True))
        # Flattening joins leading axes into the channels; those that remain spatial are the last ones.
        spatial = max(len(result.shape) - 2, 0)
        output = Map(result.shape, fields[max(len(fields) - spatial, 0) :])
        own = name or operator.name
        full = f"{self._block}.{own}" if self._block else own
        self.calls.append(
            OpCall(
                name=full,
                block=self._block or full.partition(".")[0],
                operator=operator,
                hyper=operator.complete(hyper, len(maps[0].fields)),
                inputs=tuple(m.shape for m in maps),
                output=output,
                cost=result.cost,
            )
        )
        return output


def _widest(fields: Sequence[tuple[Field, ...]]) -> tuple[Field, ...]:
    first, *others = fields
    for other in filter(None, others):  # a number has no field and narrows none
        first = tuple(
            Field(maximum(a.extent, b.extent), maximum(a.step, b.step)) for a, b in zip(first, other, strict=False)
        )
    return first
