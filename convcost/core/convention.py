"""A convention says what a counter makes of the primitives: named weights, operator by operator, call by call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from convcost.core.numeric import Count
from convcost.core.op_call import OpCall
from convcost.core.record import Source

Measure = Callable[[OpCall], Count]
"""A number of a call."""

ALL = ("*",)
"""In the place of operators' names: all of them."""


@dataclass(frozen=True)
class CallFilter:
    """The calls that a counter looks at, by where the model makes them; an empty filter lets every call through.

    modules    classes whose own forward must make the call
    bases      the same, for derived classes too
    functions  public functions of which the call must come through one
    where      any other condition on the call
    among      a condition on the call among all calls that its module makes, in their order
    """

    modules: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    where: Callable[[OpCall], bool] | None = None
    among: Callable[[OpCall, Sequence[OpCall]], bool] | None = None

    def passes(self, call: OpCall, siblings: Sequence[OpCall] = ()) -> bool:
        """Whether the counter looks at a call; `siblings` are all calls of its module, it alone if none are given."""
        site = call.site
        return (
            (not self.modules or site.owner.kind in self.modules)
            and (not self.bases or any(base in site.owner.bases for base in self.bases))
            and (not self.functions or any(name in site.functions for name in self.functions))
            and (self.where is None or self.where(call))
            and (self.among is None or self.among(call, siblings or (call,)))
        )


EVERY_CALL = CallFilter()


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
    when: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    at: CallFilter = EVERY_CALL
    more: Measure | None = None

    def matches(self, call: OpCall, siblings: Sequence[OpCall] = ()) -> bool:
        """Whether this rule is for a call; `siblings` are all calls of its module."""
        return (
            (self.operators == ALL or call.name in self.operators)
            and all(call.hyper.get(name) in values for name, values in self.when.items())
            and self.at.passes(call, siblings)
        )

    def count(self, call: OpCall) -> Count | None:
        """Return the count of a call by this rule; None where the counter has no handle for it."""
        if self.weights is None:
            return None
        total: Count = self.more(call) if self.more else 0
        for primitive, weight in self.weights.items():
            total = total + weight * getattr(call.cost, primitive)
        return total


@dataclass(frozen=True)
class Fault:
    """A count that is wrong by the counter's own convention: which calls it affects, what is counted then, and why.

    `predicts` gives the wrong count of a call, and None for a call that the fault does not affect. `at` are the calls
    that it can affect: by where they are made, or by their place among the calls of their module. `seen_in` names the
    versions that it was seen in, None for those that are the convention's source.
    """

    operators: tuple[str, ...]
    predicts: Callable[[OpCall], Count | None]
    sentence: str
    at: CallFilter = EVERY_CALL
    seen_in: str | None = None

    def count(self, call: OpCall, siblings: Sequence[OpCall] = ()) -> Count | None:
        """Return the wrong count of a call, None for one that the fault does not affect."""
        concerned = (self.operators == ALL or call.name in self.operators) and self.at.passes(call, siblings)
        return self.predicts(call) if concerned else None


@dataclass(frozen=True)
class Convention:
    """An ordered list of rules of which the first that matches is applied; an operator without a rule is not counted.

    unit        what the counter calls its number: macs or flops
    also        rules of a second look (functions that are patched besides modules that are hooked): a call that both
                looks see is counted by both
    per_sample  whether the first look's counts are divided by the first size of the first input
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

    def rule(self, call: OpCall, siblings: Sequence[OpCall] = ()) -> Rule | None:
        """Return the rule for a call, None if there is none."""
        return next((rule for rule in self.rules if rule.matches(call, siblings)), None)

    def also_rule(self, call: OpCall, siblings: Sequence[OpCall] = ()) -> Rule | None:
        """Return the rule of the second look for a call, None if there is none."""
        return next((rule for rule in self.also if rule.matches(call, siblings)), None)

    def fault(self, call: OpCall, siblings: Sequence[OpCall] = ()) -> Fault | None:
        """Return the first known fault that affects a call, None if there is none."""
        return next((fault for fault in self.faults if fault.count(call, siblings) is not None), None)

    def weigh(self, call: OpCall) -> Count | None:
        """Return the count of a call under this convention; None where the counter has no handle for it."""
        rule = self.rule(call)
        return rule.count(call) if rule else None


def by_module(calls: Sequence[OpCall]) -> dict[str, list[OpCall]]:
    """Return the calls of each module, in their order."""
    found: dict[str, list[OpCall]] = {}
    for call in calls:
        found.setdefault(call.path, []).append(call)
    return found
