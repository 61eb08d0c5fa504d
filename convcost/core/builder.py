"""The builder of an architecture: operators are called one after another, and each call is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from convcost.core.numeric import Count, Shape, maximum
from convcost.core.op_call import Field, OpCall
from convcost.core.record import Operator


@dataclass(frozen=True, slots=True)
class Map:
    """A tensor on its way through the network: its shape and the receptive field of each spatial axis."""

    shape: Shape
    fields: tuple[Field, ...] = ()


@dataclass
class Builder:
    """Calls operators on maps and keeps the calls.

    With `rounding` off, channel counts stay what the width multiplier makes of them; with `auxiliary` on, an
    architecture also builds the heads that only training has. `sides` (height and width) replace those of the
    square image.
    """

    rounding: bool = True
    auxiliary: bool = False
    sides: tuple[Count, Count] | None = None
    calls: list[OpCall] = field(default_factory=list)
    _block: str = ""

    def image(self, *shape: Count) -> Map:
        """Return the network's input, of shape (N, C, *sizes)."""
        if self.sides is not None:
            shape = (*shape[:-2], *self.sides)
        return Map(shape, (Field(),) * (len(shape) - 2))

    def number(self) -> Map:
        """Return a constant operand: it has no axes and sees no pixel."""
        return Map(())

    def channels(self, exact: Count, rule: Callable[[Count], Count]) -> Count:
        """Return a channel count, rounded by the authors' rule."""
        return rule(exact) if self.rounding else exact

    @contextmanager
    def block(self, name: str) -> Iterator[None]:
        """Put the calls made inside into this block; blocks nest."""
        outer, self._block = self._block, f"{self._block}.{name}" if self._block else name
        try:
            yield
        finally:
            self._block = outer

    def call(self, operator: Operator, *inputs: Map | Sequence[Map], name: str = "", **hyper: Any) -> Map:
        """Call an operator, keep the call, and return its output; `name` defaults to the operator's."""
        maps = [m for item in inputs for m in ([item] if isinstance(item, Map) else item)]
        shapes = tuple(item.shape if isinstance(item, Map) else tuple(m.shape for m in item) for item in inputs)
        # Without rounding, channels are fractions, which no operator has in its domain.
        result = operator(*shapes, **hyper) if self.rounding else operator.unchecked(*shapes, **hyper)
        fields = _widest([m.fields for m in maps])
        if result.windows:
            fields = tuple(f.through(w) for f, w in zip(fields, result.windows, strict=True))
        # Flattening joins leading axes into the channels; those that remain spatial are the last ones.
        spatial = max(len(result.shape) - 2, 0)
        own = name or operator.name
        path = f"{self._block}.{own}" if self._block else own
        made = OpCall(
            path=path,
            operator=operator,
            aten="",
            inputs=shapes,
            hyper=operator.complete(hyper, len(maps[0].fields)),
            output=result.shape,
            parameters=result.cost.parameters,
            result=result,
            block=self._block or path.partition(".")[0],
            fields=fields[max(len(fields) - spatial, 0) :],
        )
        self.calls.append(made)
        return Map(made.output, made.fields)


def _widest(fields: Sequence[tuple[Field, ...]]) -> tuple[Field, ...]:
    first, *others = fields
    for other in filter(None, others):  # a number has no field and narrows none
        first = tuple(
            Field(maximum(a.extent, b.extent), maximum(a.step, b.step)) for a, b in zip(first, other, strict=False)
        )
    return first
