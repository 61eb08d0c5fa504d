"""fvcore as its users run it: on the CPU, with weights, nothing of ours in between."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from convcost.trace.fvcore import FvcoreTrace

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fvcore.nn import FlopCountAnalysis


@dataclass(frozen=True)
class Seen:
    """Total, counts by module and operator, unsupported operators by module: children included, as fvcore has it."""

    total: int
    counts: dict[str, Counter[str]]
    unsupported: dict[str, Counter[str]]


def plain(model: nn.Module, shape: tuple[int, ...]) -> Seen:
    return plain_of(model.eval(), (torch.zeros(shape),))


def plain_of(model: nn.Module, args: tuple[Tensor, ...]) -> Seen:
    """What fvcore counts of a model as it is, on these arguments."""
    analysis = FlopCountAnalysis(model, args)
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).tracer_warnings("none")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        counts = {name: Counter(count) for name, count in analysis.by_module_and_operator().items()}
    unsupported = {name: Counter(analysis.unsupported_ops(name)) for name in counts}
    return Seen(analysis.total(), *({k: v for k, v in found.items() if v} for found in (counts, unsupported)))


def with_ancestors(traced: FvcoreTrace) -> Seen:
    """A trace's calls and unsupported operators, added to the modules they were made in and all above."""
    counts: dict[str, Counter[str]] = {}
    for call in traced.calls:
        operator = {"_convolution": "conv"}.get(name := call.aten.removeprefix("aten::"), name)
        for module in _above(call.path):
            counts.setdefault(module, Counter())[operator] += call.count or 0
    unsupported: dict[str, Counter[str]] = {}
    for owner, operators in traced.unsupported.items():
        for module in _above(owner):
            unsupported.setdefault(module, Counter()).update(operators)
    assert traced.total is not None
    return Seen(traced.total, counts, unsupported)


def _above(module: str) -> set[str]:
    parts = module.split(".")
    return {"", *(".".join(parts[: k + 1]) for k in range(len(parts)))}
