"""What one operator call costs as a function of the input's sizes, and calls taken together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convcost.symbolic.form import Form, total


@dataclass(frozen=True)
class Entry:
    """One operator call; `operator` is None where the book has no formula, and its multiply-accumulates unknown.

    Sizes in `inputs` (shapes, nested as the operator takes them), `hyper` and `output` are forms.
    """

    module: str
    aten: str
    operator: str | None
    kind: str
    is_product: bool
    inputs: tuple[Any, ...]
    hyper: Mapping[str, Any]
    macs: Form | None
    parameters: int
    activations: Form
    working: Form
    output: tuple[Form, ...]


@dataclass(frozen=True)
class Sum:
    """Several entries in one: a layer, a stage, or the whole model; `unknown` counts calls without a formula."""

    name: str
    kinds: tuple[str, ...]
    macs: Form
    parameters: int
    activations: Form
    unknown: int


def summed(name: str, entries: Sequence[Entry], parameters: int | None = None) -> Sum:
    """Entries as one; `parameters` where they are not the sum of the entries' (shared ones)."""
    core = [e.kind for e in entries if e.is_product]
    return Sum(
        name=name,
        kinds=tuple(core or (e.kind for e in entries[:1])),
        macs=total(e.macs for e in entries if e.macs is not None),
        parameters=sum(e.parameters for e in entries) if parameters is None else parameters,
        activations=total(e.activations for e in entries if e.is_product),
        unknown=sum(e.operator is None for e in entries),
    )


Groups = list[tuple[str, list[Entry]]]


def layers(entries: Iterable[Entry]) -> Groups:
    """Entries by layer: one that multiplies, with the norms and activations after it."""
    groups: Groups = []
    for entry in entries:
        if not groups or entry.is_product or entry.operator is None or not groups[-1][1][0].is_product:
            groups.append((entry.module or entry.aten.removeprefix("aten::"), [entry]))
        else:
            groups[-1][1].append(entry)
    return groups


def stages(entries: Sequence[Entry]) -> Groups:
    """Entries by child of the model; a child that makes more than half of all calls is taken apart."""
    groups: dict[str, list[Entry]] = {"": list(entries)}
    while large := [n for n, es in groups.items() if 2 * len(es) > len(entries) and _children(n, es) != {n}]:
        apart: dict[str, list[Entry]] = {}
        for name, members in groups.items():
            for entry in members:
                apart.setdefault(_child(name, entry) if name in large else name, []).append(entry)
        groups = apart
    return [(name or "the model itself", members) for name, members in groups.items()]


def _child(name: str, entry: Entry) -> str:
    """The module one step below `name` that an entry is in."""
    depth = name.count(".") + 2 if name else 1
    return ".".join(entry.module.split(".")[:depth])


def _children(name: str, entries: Iterable[Entry]) -> set[str]:
    return {_child(name, entry) for entry in entries}
