"""Where a net's multiply-accumulates and weights are, by kind of layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convcost.core.record import Operator


@dataclass(frozen=True)
class Share:
    """What one kind of layer has of the net's MACs and weights (biases and norms not counted)."""

    kind: str
    macs: Fraction
    weights: Fraction


def weights(operator: Operator, inputs: Sequence[Any], hyper: Mapping[str, Any]) -> int:
    """An operator's parameters without its biases."""
    without = {"bias": False} if "bias" in hyper else {}
    return int(operator(*inputs, **{**hyper, **without}).cost.parameters)


def shares(layers: Iterable[tuple[str, int, int]]) -> tuple[Share, ...]:
    """The shares of each kind, from (kind, MACs, weights) of every layer; the largest first."""
    macs: Counter[str] = Counter()
    owned: Counter[str] = Counter()
    for kind, count, elements in layers:
        macs[kind] += count
        owned[kind] += elements
    all_macs, all_weights = macs.total() or 1, owned.total() or 1
    return tuple(
        Share(kind, Fraction(count, all_macs), Fraction(owned[kind], all_weights)) for kind, count in macs.most_common()
    )
