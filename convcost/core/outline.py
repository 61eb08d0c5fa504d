"""An architecture in the words of a paper's table: operator, t, c, n, s, output size and receptive field."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby

from convcost.core.architecture import Network
from convcost.core.cost import Cost
from convcost.core.numeric import Count, Shape
from convcost.core.op_call import OpCall

_UNIT = re.compile(r"(block|cell|normal)\d+")
_UNIT_SUFFIX = re.compile(r"\.(block|cell|normal)\d+$")
_SHORTCUTS = frozenset({"projection", "shortcut"})
_FOLLOWERS = frozenset({"batch_norm", "relu", "relu6", "dropout"})


@dataclass(frozen=True)
class Stage:
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


def layers(network: Network) -> list[Stage]:
    """One row a layer; norms and activations are counted with the layer before them."""
    groups: list[list[OpCall]] = []
    for line in network.calls:
        if groups and line.name in _FOLLOWERS:
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_stage(lines[0].path, lines, lines[0].hyper.get("stride", ())) for lines in groups]


def blocks(network: Network) -> list[Stage]:
    """One row for every run of blocks that have the same operators, apart from shortcuts, and the same output."""
    merged: list[Stage] = []
    steps: tuple[Count, ...] = tuple(1 for _ in network.input_shape[2:])
    for name, group in groupby(network.calls, _unit):
        lines = list(group)
        after = tuple(field.step for field in lines[-1].fields)
        # A cell with two inputs takes its stride from the block before it, whatever the older one is.
        stage = _stage(name, lines, tuple(a // b for a, b in zip(after, steps, strict=False)))
        steps = after
        if merged and _alike(merged[-1], stage):
            last = merged[-1]
            merged[-1] = replace(
                last,
                name=_UNIT_SUFFIX.sub("", last.name),
                repeats=last.repeats + 1,
                field=stage.field,
                cost=last.cost + stage.cost,
            )
        else:
            merged.append(stage)
    return merged


def summary(operators: Sequence[str]) -> str:
    """conv dw 3×3, 2 conv 1×1."""
    return ", ".join(f"{n} {name}" if n > 1 else name for name, n in Counter(operators).items())


def _unit(line: OpCall) -> str:
    inner = line.path.removeprefix(f"{line.block}.").partition(".")[0]
    return f"{line.block}.{inner}" if _UNIT.fullmatch(inner) else line.block


def _alike(left: Stage, right: Stage) -> bool:
    return len(left.operators) > 1 and (left.operators, left.output) == (right.operators, right.output)


def _stage(name: str, lines: list[OpCall], stride: tuple[Count, ...]) -> Stage:
    main = [line for line in lines if not _SHORTCUTS & set(line.path.split("."))] or lines
    core = [line for line in main if line.is_product] or main[:1]
    last = lines[-1]
    return Stage(
        name=name,
        operators=tuple(line.kind for line in core),
        expansion=_expansion(core),
        channels=last.output[1],
        repeats=1,
        stride=stride,
        output=last.output,
        field=tuple(field.extent for field in last.fields),
        cost=sum((line.cost for line in lines), Cost()),
    )


def _expansion(core: list[OpCall]) -> Fraction | None:
    inputs = core[0].inputs[0][1]
    inner = [line.inputs[0][1] for line in core if line.hyper.get("groups", 1) == line.inputs[0][1] != 1]
    if len(core) < 2 or len(inner) != 1 or not all(isinstance(count, int) for count in (inputs, *inner)):
        return None
    return Fraction(int(inner[0]), int(inputs))
