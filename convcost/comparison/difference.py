"""What changed from one network to another, layer by layer, in the formulas' counts."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convcost.comparison.align import Pair, align, signature
from convcost.comparison.result import Comparison
from convcost.core.architecture import Network
from convcost.core.numeric import Count, Shape
from convcost.core.outline import kind


@dataclass(frozen=True)
class Layer:
    """An operator of a network with its formula's counts; None is unknown, never zero."""

    name: str
    operator: str
    kind: str
    input_shape: Shape | None
    output_shape: Shape | None
    hyper: Mapping[str, Any]
    macs: int | None
    parameters: int | None
    is_product: bool


@dataclass(frozen=True)
class Side:
    """One of the two networks: what it is called, its operators in order, its totals."""

    title: str
    layers: tuple[Layer, ...]
    macs: int
    parameters: int


@dataclass(frozen=True)
class Change:
    """A layer of both networks, or of one."""

    before: Layer | None
    after: Layer | None

    @property
    def layer(self) -> Layer:
        """The layer as it is, or was."""
        layer = self.after or self.before
        if layer is None:
            raise TypeError("a change is of a layer")
        return layer

    @property
    def mark(self) -> str:
        """+ added, - removed, ~ changed; empty where all but the name is as before."""
        if self.before is None or self.after is None:
            return "+" if self.before is None else "-"
        counts = (self.before.macs, self.before.parameters) != (self.after.macs, self.after.parameters)
        return "~" if counts or self.settings else ""

    @property
    def renamed(self) -> bool:
        """Whether the layer has another name than before."""
        return self.before is not None and self.after is not None and self.before.name != self.after.name

    @property
    def settings(self) -> tuple[tuple[str, Any, Any], ...]:
        """Name, old and new value of what the layer is and of its input; of its output where nothing else differs."""
        a, b = self.before, self.after
        if a is None or b is None:
            return ()
        pairs: dict[str, tuple[Any, Any]] = {"operator": (a.operator, b.operator)}
        pairs |= {name: (a.hyper.get(name), b.hyper.get(name)) for name in {**a.hyper, **b.hyper}}
        pairs["input"] = (a.input_shape, b.input_shape)
        found = [(name, old, new) for name, (old, new) in pairs.items() if old != new]
        if not found and a.output_shape != b.output_shape:
            found.append(("output", a.output_shape, b.output_shape))
        return tuple(found)

    def difference(self, count: str) -> int | None:
        """New less old `macs` or `parameters`, an absent layer having none; None where one is unknown."""
        old, new = (0 if x is None else getattr(x, count) for x in (self.before, self.after))
        return None if old is None or new is None else int(new - old)


@dataclass(frozen=True)
class Difference:
    """Two networks and their layers side by side, in the order of the old one."""

    before: Side
    after: Side
    changes: tuple[Change, ...]

    def changed(self, all_operators: bool = False) -> tuple[Change, ...]:
        """What is not as before: of the layers that multiply and accumulate, or of all operators."""
        return tuple(c for c in self.changes if c.mark and (all_operators or c.layer.is_product))

    @property
    def same(self) -> bool:
        """Whether every operator is as before."""
        return not self.changed(all_operators=True)


def of_drawing(network: Network, title: str) -> Side:
    """A network of the book."""
    layers = tuple(
        Layer(
            name=line.name,
            operator=line.operator.name,
            kind=kind(line.operator.name, line.inputs, line.hyper),
            input_shape=line.inputs[0],
            output_shape=line.output.shape,
            hyper=line.hyper,
            macs=_whole(line.cost.macs),
            parameters=_whole(line.cost.parameters),
            is_product=line.operator.is_product,
        )
        for line in network.calls
    )
    return Side(title, layers, _whole(sum(line.cost.macs for line in network.core)), _whole(network.cost.parameters))


def of_comparison(comparison: Comparison, title: str) -> Side:
    """A model that was compared: the formulas' counts, and what the model says of its parameters."""
    layers = tuple(
        Layer(
            name=row.layer,
            operator=row.operator,
            kind=row.kind,
            input_shape=row.input_shape,
            output_shape=row.output_shape,
            hyper=row.hyper,
            macs=row.macs_formula,
            parameters=row.params_formula if row.params_formula is not None else row.params_measured,
            is_product=row.is_product,
        )
        for row in comparison.rows
    )
    return Side(title, layers, comparison.totals.macs_formula, comparison.totals.params_measured)


def _whole(count: Count) -> int:
    return int(count)


def difference(before: Side, after: Side) -> Difference:
    """Align two networks: first by name, then as a paper and a model are aligned (`align`)."""
    pairs = _named(before.layers, after.layers)
    free_before = [i for i in range(len(before.layers)) if i not in pairs]
    taken = set(pairs.values())
    free_after = [j for j in range(len(after.layers)) if j not in taken]
    left, right = [before.layers[i] for i in free_before], [after.layers[j] for j in free_after]
    aligned = align(
        [_signature(layer) for layer in left],
        [_signature(layer) for layer in right],
        [layer.operator for layer in left],
        [layer.operator for layer in right],
    )
    pairs |= {free_before[i]: free_after[j] for i, j in aligned if i is not None and j is not None}
    return Difference(
        before,
        after,
        tuple(
            Change(None if i is None else before.layers[i], None if j is None else after.layers[j])
            for i, j in _merged(len(before.layers), len(after.layers), pairs)
        ),
    )


def _signature(layer: Layer) -> Any:
    shapes = [layer.input_shape] if layer.input_shape else []
    return signature(layer.operator, shapes, {name: str(value) for name, value in layer.hyper.items()})


def _named(before: Sequence[Layer], after: Sequence[Layer]) -> dict[int, int]:
    """The same operator under the same name, in order where there are several."""
    waiting: defaultdict[tuple[str, str], deque[int]] = defaultdict(deque)
    for j, layer in enumerate(after):
        waiting[layer.name, layer.operator].append(j)
    found = {}
    for i, layer in enumerate(before):
        if waiting[layer.name, layer.operator]:
            found[i] = waiting[layer.name, layer.operator].popleft()
    return found


def _merged(before: int, after: int, pairs: Mapping[int, int]) -> list[Pair]:
    """Old layers in order; a new one stands behind the one that it follows in the new network."""
    partner = {j: i for i, j in pairs.items()}
    behind: defaultdict[int, list[int]] = defaultdict(list)
    last = -1
    for j in range(after):
        if j in partner:
            last = partner[j]
        else:
            behind[last].append(j)
    merged: list[Pair] = [(None, j) for j in behind[-1]]
    for i in range(before):
        merged.append((i, pairs.get(i)))
        merged += [(None, j) for j in behind[i]]
    return merged
