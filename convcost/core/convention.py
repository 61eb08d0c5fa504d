"""A convention says what a counter makes of the primitives: named weights, operator by operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from convcost.core.cost import Cost
from convcost.core.numeric import Count
from convcost.core.record import Source
from convcost.core.sight import EVERY_CALL, Sight
from convcost.core.use import Use

Measure = Callable[[tuple[Any, ...], Mapping[str, Any], Cost], Count]
"""A number of a call, from its inputs, hyper-parameters and cost."""


@dataclass(frozen=True)
class Rule:
    """Weights for some operators, where their hyper-parameters have one of the values of `when`.

    weights  None means that the counter has no handle for it: the count is unknown, not zero
    at       which calls the counter looks at
    more     what the counter adds that no primitive says; the sentence does
    """

    operators: tuple[str, ...]
    weights: Mapping[str, int] | None
    sentence: str
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    at: Sight = EVERY_CALL
    more: Measure | None = None

    def matches(self, operator: str, hyper: Mapping[str, Any]) -> bool:
        """Whether this rule speaks of a call."""
        return (operator in self.operators or self.operators == ("*",)) and all(
            hyper.get(name) in values for name, values in self.when.items()
        )

    def speaks(self, use: Use) -> bool:
        """Whether this rule speaks of a call as it was written."""
        return self.matches(use.operator, use.hyper) and self.at.sees(use)


@dataclass(frozen=True)
class Fault:
    """A count that is wrong by the counter's own convention: whom it befalls, what is counted then, and why.

    `predicts` gives the wrong count from a call's inputs, hyper-parameters and right cost, and None for a call
    that the fault does not befall. `seen_in` names the versions it was seen in, `at` the calls that the counter looks
    at; `of_use` takes the place of `predicts` where the count depends on how the call was written.
    """

    operators: tuple[str, ...]
    predicts: Callable[[tuple[Any, ...], Mapping[str, Any], Cost], Count | None]
    sentence: str
    seen_in: str
    at: Sight = EVERY_CALL
    of_use: Callable[[Use], Count | None] | None = None

    def count(self, use: Use) -> Count | None:
        """The wrong count of a call, None for one that the fault does not befall."""
        if not (use.operator in self.operators or self.operators == ("*",)) or not self.at.sees(use):
            return None
        return self.of_use(use) if self.of_use else self.predicts(use.inputs, use.hyper, use.cost)

    def matches(self, operator: str, inputs: tuple[Any, ...], hyper: Mapping[str, Any], cost: Cost, count: int) -> bool:
        """Whether this fault makes exactly this count of this call."""
        return operator in self.operators and self.predicts(inputs, hyper, cost) == count


@dataclass(frozen=True)
class Convention:
    """An ordered list of rules, the first that matches speaks; an operator without a rule is not counted.

    unit        what the counter calls its number: macs or flops
    also        rules of a second look (functions that are patched besides modules that are hooked): a call that both
                looks see is counted by both
    per_sample  the first look's counts are divided by the first size of the first input
    places      a module that stands in the tree at n places is counted n to this power times
    sizes       what a product of sizes counts, which is no arithmetic of the network but stands in its trace
    """

    name: str
    title: str
    rules: tuple[Rule, ...]
    source: Source
    faults: tuple[Fault, ...] = ()
    unit: str = "macs"
    also: tuple[Rule, ...] = ()
    per_sample: bool = False
    places: int = 0
    sizes: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.source, Source):
            raise TypeError(f"convention {self.name!r} has no source")

    def rule(self, operator: str, hyper: Mapping[str, Any]) -> Rule | None:
        """The rule for a call of an operator, None if there is none."""
        return next((rule for rule in self.rules if rule.matches(operator, hyper)), None)

    def first(self, use: Use) -> Rule | None:
        """The rule for a call as it was written, None if there is none."""
        return next((rule for rule in self.rules if rule.speaks(use)), None)

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
