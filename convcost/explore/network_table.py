"""A network as a paper tabulates it: operator, t, c, n, s, output size and receptive field.

Options that are not given can be left open: sizes and costs are then symbols.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby

from convcost.core.architecture import Architecture, Network
from convcost.core.cost import Cost
from convcost.core.numeric import Count, Shape
from convcost.core.op_call import OpCall
from convcost.core.registry import find

_UNIT = re.compile(r"(block|cell|normal)\d+")
_UNIT_SUFFIX = re.compile(r"\.(block|cell|normal)\d+$")
_SHORTCUTS = frozenset({"projection", "shortcut"})
_FOLLOWERS = frozenset({"batch_norm", "relu", "relu6", "dropout"})


@dataclass(frozen=True)
class TableRow:
    """One row of the table: a layer, or `repeats` (n) blocks alike one after another.

    `expansion` (t) is a depthwise convolution's channels over its block's, None where there is none; `channels`
    (c) are the output's; `stride` (s) is the first block's; `field` is the receptive field's extent along each
    axis, in pixels of the image.
    """

    name: str
    operators: tuple[str, ...]
    expansion: Fraction | None
    channels: Count
    repeats: int
    stride: tuple[Count, ...]
    output: Shape
    field: tuple[Count, ...]
    cost: Cost


@dataclass(frozen=True)
class NetworkTable:
    """A network and its rows, one per layer or block; `symbolic`: whether the options that were not given are free."""

    network: Network
    stages: tuple[TableRow, ...]
    symbolic: bool


def network_table(name: str, options: Mapping[str, object], per: str = "layer", symbolic: bool = False) -> NetworkTable:
    """Return a network as a table; raises ConvcostError for a name, an option or a value that is not there."""
    architecture = find(Architecture, name, "network")
    if symbolic:
        from convcost.symbolic.closed_form import free_network

        network = free_network(architecture, options)
    else:
        network = architecture.network(architecture.settings(options))
    stages = per_block(network) if per == "block" else per_layer(network)
    return NetworkTable(network, tuple(stages), symbolic)


def per_layer(network: Network) -> list[TableRow]:
    """Return one row per layer; norms and activations are counted with the layer before them."""
    groups: list[list[OpCall]] = []
    for call in network.calls:
        if groups and call.name in _FOLLOWERS:
            groups[-1].append(call)
        else:
            groups.append([call])
    return [_row(calls[0].path, calls, calls[0].hyper.get("stride", ())) for calls in groups]


def per_block(network: Network) -> list[TableRow]:
    """Return one row for every run of blocks that have the same operators (but for shortcuts) and the same output."""
    merged: list[TableRow] = []
    steps: tuple[Count, ...] = tuple(1 for _ in network.input_shape[2:])
    for name, group in groupby(network.calls, _unit):
        calls = list(group)
        after = tuple(field.step for field in calls[-1].fields)
        # A cell with two inputs takes its stride from the block before it, whatever the older one is.
        row = _row(name, calls, tuple(a // b for a, b in zip(after, steps, strict=False)))
        steps = after
        if merged and _alike(merged[-1], row):
            first = merged.pop()
            name, repeats, cost = _UNIT_SUFFIX.sub("", first.name), first.repeats + 1, first.cost + row.cost
            row = replace(first, name=name, repeats=repeats, field=row.field, cost=cost)
        merged.append(row)
    return merged


def repeated(operators: Sequence[str]) -> str:
    """Return each operator once, with how often: conv dw 3×3, 2 conv 1×1."""
    return ", ".join(f"{n} {name}" if n > 1 else name for name, n in Counter(operators).items())


def _unit(call: OpCall) -> str:
    inner = call.path.removeprefix(f"{call.block}.").partition(".")[0]
    return f"{call.block}.{inner}" if _UNIT.fullmatch(inner) else call.block


def _alike(left: TableRow, right: TableRow) -> bool:
    return len(left.operators) > 1 and (left.operators, left.output) == (right.operators, right.output)


def _row(name: str, calls: list[OpCall], stride: tuple[Count, ...]) -> TableRow:
    main = [call for call in calls if not _SHORTCUTS & set(call.path.split("."))] or calls
    core = [call for call in main if call.is_product] or main[:1]
    last = calls[-1]
    return TableRow(
        name=name,
        operators=tuple(call.kind for call in core),
        expansion=_expansion(core),
        channels=last.output[1],
        repeats=1,
        stride=stride,
        output=last.output,
        field=tuple(field.extent for field in last.fields),
        cost=sum((call.cost for call in calls), Cost()),
    )


def _expansion(core: list[OpCall]) -> Fraction | None:
    inputs = core[0].shapes[0][1]
    inner = [call.shapes[0][1] for call in core if call.hyper.get("groups", 1) == call.shapes[0][1] != 1]
    if len(core) < 2 or len(inner) != 1 or not all(isinstance(count, int) for count in (inputs, *inner)):
        return None
    return Fraction(int(inner[0]), int(inputs))
