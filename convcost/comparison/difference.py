"""What changed from one network to another, layer by layer, in the formulas' counts."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from convcost.comparison.align import align_calls, in_any_order
from convcost.comparison.leeway import Pair
from convcost.comparison.result import Comparison
from convcost.core.architecture import Network
from convcost.core.op_call import OpCall


@dataclass(frozen=True)
class Side:
    """One of the two networks: what it is called, its operator calls in order, its totals."""

    title: str
    calls: tuple[OpCall, ...]
    macs: int
    parameters: int


@dataclass(frozen=True)
class Change:
    """A layer of both networks, or of one."""

    before: OpCall | None
    after: OpCall | None

    @property
    def layer(self) -> OpCall:
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
        same = all(_count(self.before, count) == _count(self.after, count) for count in ("macs", "parameters"))
        return "" if same and not self.settings else "~"

    @property
    def renamed(self) -> bool:
        """Whether the layer has another name than before."""
        return self.before is not None and self.after is not None and self.before.path != self.after.path

    @property
    def settings(self) -> tuple[tuple[str, object, object], ...]:
        """Name, old and new value of what the layer is and of its input; of its output where nothing else differs."""
        a, b = self.before, self.after
        if a is None or b is None:
            return ()
        pairs: dict[str, tuple[object, object]] = {"operator": (a.name, b.name)}
        pairs |= {name: (a.hyper.get(name), b.hyper.get(name)) for name in {**a.hyper, **b.hyper}}
        pairs["input"] = (next(iter(a.shapes), None), next(iter(b.shapes), None))
        found = [(name, old, new) for name, (old, new) in pairs.items() if old != new]
        if not found and a.output != b.output:
            found.append(("output", a.output, b.output))
        return tuple(found)

    def count(self, side: str, count: str) -> int | None:
        """Return `macs` or `parameters` "before" or "after"; None where the layer is absent or the count unknown."""
        layer = self.before if side == "before" else self.after
        return None if layer is None else _count(layer, count)

    def difference(self, count: str) -> int | None:
        """Return new less old `macs` or `parameters`, an absent layer having none; None where one is unknown."""
        old, new = (0 if call is None else _count(call, count) for call in (self.before, self.after))
        return None if old is None or new is None else new - old


def _count(call: OpCall, count: str) -> int | None:
    """Return `macs` or `parameters` of a call; MACs are unknown (None) without a formula, parameters never."""
    if count == "parameters":
        return int(call.parameters)
    return None if call.result is None else int(call.cost.macs)


@dataclass(frozen=True)
class Difference:
    """Two networks and their layers side by side, in the order of the old one."""

    before: Side
    after: Side
    changes: tuple[Change, ...]

    def changed(self, all_operators: bool = False) -> tuple[Change, ...]:
        """Return what is not as before: of the layers that multiply and accumulate, or of all operators."""
        return tuple(c for c in self.changes if c.mark and (all_operators or c.layer.is_product))

    @property
    def same(self) -> bool:
        """Whether every operator is as before."""
        return not self.changed(all_operators=True)


def of_network(network: Network, title: str) -> Side:
    """Return a network of the registry as a side."""
    return Side(title, network.calls, int(network.cost.macs), int(network.cost.parameters))


def of_comparison(comparison: Comparison, title: str) -> Side:
    """Return a model that was compared: the formulas' counts, and what the model says of its parameters."""
    calls = tuple(replace(row.call, path=row.layer) for row in comparison.rows)
    return Side(title, calls, sum(int(call.macs) for call in calls), comparison.totals.params_measured)


def difference(before: Side, after: Side) -> Difference:
    """Align two networks: first by name, then as a paper and a model are aligned (`align`)."""
    # The same operator under the same name, in order where there are several.
    pairs = dict(in_any_order(*(_names(side.calls) for side in (before, after))))
    free_before = [i for i in range(len(before.calls)) if i not in pairs]
    taken = set(pairs.values())
    free_after = [j for j in range(len(after.calls)) if j not in taken]
    # The first operand is enough to tell a layer: a join of one branch more is still that join.
    left, right = (
        [replace(call, inputs=call.shapes[:1]) for call in side]
        for side in ([before.calls[i] for i in free_before], [after.calls[j] for j in free_after])
    )
    aligned = align_calls(left, right)
    pairs |= {free_before[i]: free_after[j] for i, j in aligned if i is not None and j is not None}
    return Difference(
        before,
        after,
        tuple(
            Change(None if i is None else before.calls[i], None if j is None else after.calls[j])
            for i, j in _merged(len(before.calls), len(after.calls), pairs)
        ),
    )


def _names(calls: Sequence[OpCall]) -> list[tuple[int, Hashable]]:
    return [(place, (call.path, call.name)) for place, call in enumerate(calls)]


def _merged(before: int, after: int, pairs: Mapping[int, int]) -> list[Pair]:
    """Return all layers in the old order; a new one stands behind the one that it follows in the new network."""
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
