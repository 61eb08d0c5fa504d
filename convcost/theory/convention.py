"""A convention says what a counter makes of the primitives: named weights, operator by operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from convcost.theory.carriers import Count
from convcost.theory.cost import Cost
from convcost.theory.record import Source


@dataclass(frozen=True)
class Rule:
    """Weights for some operators, where their hyper-parameters have one of the values of `when`.

    `weights` None means that the counter has no handle for it: the count is unknown, not zero.
    """

    operators: tuple[str, ...]
    weights: Mapping[str, int] | None
    sentence: str
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def matches(self, operator: str, hyper: Mapping[str, Any]) -> bool:
        """Whether this rule speaks of a call."""
        return (operator in self.operators or self.operators == ("*",)) and all(
            hyper.get(name) in values for name, values in self.when.items()
        )


@dataclass(frozen=True)
class Fault:
    """A count that is wrong by the counter's own convention: whom it befalls, what is counted then, and why.

    `predicts` gives the wrong count from a call's inputs, hyper-parameters and right cost, and None for a call
    that the fault does not befall. `seen_in` names the versions it was seen in.
    """

    operators: tuple[str, ...]
    predicts: Callable[[tuple[Any, ...], Mapping[str, Any], Cost], Count | None]
    sentence: str
    seen_in: str

    def matches(self, operator: str, inputs: tuple[Any, ...], hyper: Mapping[str, Any], cost: Cost, count: int) -> bool:
        """Whether this fault makes exactly this count of this call."""
        return operator in self.operators and self.predicts(inputs, hyper, cost) == count


@dataclass(frozen=True)
class Convention:
    """An ordered list of rules, the first that matches speaks; an operator without a rule is not counted."""

    name: str
    title: str
    rules: tuple[Rule, ...]
    source: Source
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.source, Source):
            raise TypeError(f"convention {self.name!r} has no source")

    def rule(self, operator: str, hyper: Mapping[str, Any]) -> Rule | None:
        """The rule for a call of an operator, None if there is none."""
        return next((rule for rule in self.rules if rule.matches(operator, hyper)), None)

    def fault(
        self, operator: str, inputs: tuple[Any, ...], hyper: Mapping[str, Any], cost: Cost, count: int
    ) -> Fault | None:
        """The known fault that makes this count of a call, None if there is none."""
        return next((f for f in self.faults if f.matches(operator, inputs, hyper, cost, count)), None)

    def weigh(self, operator: str, hyper: Mapping[str, Any], cost: Cost) -> Count | None:
        """The count of a call under this convention; None where the counter has no handle for it."""
        rule = self.rule(operator, hyper)
        if rule is None or rule.weights is None:
            return None
        total: Count = 0
        for primitive, weight in rule.weights.items():
            total = total + weight * getattr(cost, primitive)
        return total
