"""A counter's number, taken apart into named terms down to the last unit."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from convcost.comparison.refereeing.terms import CONVENTION, FAULT, ExplainedCall, Term, by_label, explained, per_sample
from convcost.core.convention import ALL, CallFilter, Convention, Rule, by_module
from convcost.core.errors import DomainError, UnknownNameError
from convcost.core.op_call import OpCall
from convcost.core.record import Source
from convcost.core.registry import records

if TYPE_CHECKING:
    from convcost.trace.counters import Counter, Printout
    from convcost.trace.counters.sandbox import CounterRun


@dataclass(frozen=True)
class OddModule:
    """A module whose count no rule and no known fault of the counter gives."""

    path: str
    printed: int
    expected: int


@dataclass(frozen=True)
class Explanation:
    """One counter's number explained by the formulas.

    printed      None where the counter printed nothing, for the reason in `failed`
    core         multiply-accumulates of all products, by the formulas
    terms        what the number differs by, one term per label
    unexplained  what is left of the difference
    odd          where it is, as far as the counter says
    calls        what its convention makes of every call
    """

    counter: str
    version: str | None
    unit: str
    printed: int | None
    core: int
    terms: tuple[Term, ...] = ()
    odd: tuple[OddModule, ...] = ()
    failed: str = ""
    calls: tuple[ExplainedCall, ...] = field(default=(), repr=False)

    @property
    def difference(self) -> int | None:
        """What was printed less the formula's core."""
        return None if self.printed is None else self.printed - self.core

    @property
    def convention(self) -> int:
        """The part of the difference that is the counter's convention."""
        return sum(term.amount for term in self.terms if term.kind == CONVENTION)

    @property
    def fault(self) -> int:
        """The part of the difference that is a known fault of the counter."""
        return sum(term.amount for term in self.terms if term.kind == FAULT)

    @property
    def unexplained(self) -> int | None:
        """What no term explains; never rounded away."""
        return None if self.difference is None else self.difference - self.convention - self.fault

    @property
    def explained(self) -> bool:
        """Whether nothing is left unexplained, in the total or in a layer."""
        return not self.unexplained and not self.odd

    @property
    def broken(self) -> bool:
        """Whether it is a counter of the user's that printed no number; an installed one may be unable to count."""
        return self.printed is None and self.version == ""


@dataclass(frozen=True)
class RefereeRun:
    """The explanations of all counters for one model and input; `unknown` are operators without a formula."""

    core: int
    explanations: tuple[Explanation, ...]
    unknown: Mapping[str, int]

    @property
    def ok(self) -> bool:
        """Whether every printed number is explained to the last unit, and every counter of the user's printed one."""
        return all(explanation.explained and not explanation.broken for explanation in self.explanations)

    def explanation(self, counter: str) -> Explanation:
        """Return one counter's explanation; raises UnknownNameError with the near names."""
        for explanation in self.explanations:
            if explanation.counter == counter:
                return explanation
        raise UnknownNameError("counter in this run", counter, [one.counter for one in self.explanations])


def referee(calls: Sequence[OpCall], ran: Iterable[CounterRun], batch: int, sizes: int = 0) -> RefereeRun:
    """Take what counters printed apart by their conventions.

    calls  a model's calls with their call sites
    batch  the first size of the model's only positional input, 1 where it has others
    sizes  how many products of sizes a torch.jit trace of the model has besides its calls
    """
    unknown = Tally(call.aten for call in calls if call.result is None)
    return RefereeRun(
        sum(int(call.macs) for call in calls),
        tuple(_explanation(one, calls, batch, sizes) for one in ran),
        dict(unknown),
    )


def explained_calls(convention: Convention, calls: Sequence[OpCall]) -> tuple[ExplainedCall, ...]:
    """Return what a convention makes of every call that has a formula."""
    siblings = by_module(calls)
    return tuple(explained(convention, call, siblings[call.path]) for call in calls if call.result is not None)


def _explanation(one: CounterRun, calls: Sequence[OpCall], batch: int, sizes: int) -> Explanation:
    counter, core = one.counter, sum(int(call.macs) for call in calls)
    start = Explanation(counter.name, one.version, counter.unit, None, core, failed=one.failed)
    if one.printed is None:
        return start
    convention = records(Convention).get(counter.name) if counter.distributions else _plain_convention(counter)
    looked = explained_calls(convention, calls) if convention else ()
    terms = [term for one_call in looked for term in one_call.terms]
    if convention and convention.per_sample:
        terms += per_sample(looked, batch)
    if convention and convention.sizes and sizes:
        terms.append(Term("products of sizes", convention.sizes * sizes, FAULT, sizes, _SIZES))
    found = replace(start, printed=one.printed.total, terms=by_label(terms), calls=looked)
    by_layer = found.unexplained or not counter.distributions
    return replace(found, odd=_odd(looked, one.printed)) if by_layer else found


def _plain_convention(counter: Counter) -> Convention:
    """Return what a counter of the user's is compared with: the multiply-accumulates of products, in its unit."""
    weight = 2 if counter.unit == "flops" else 1
    products = CallFilter(where=lambda call: call.is_product)
    rule = Rule(ALL, {"macs": weight}, f"{weight} per multiply-accumulate", at=products)
    return Convention(counter.name, counter.name, (rule,), Source("A counter of the user's", "its own code"))


_SIZES = "in a torch.jit trace sizes are tensors too, and their products count like the network's"


def _odd(looked: Sequence[ExplainedCall], printed: Printout) -> tuple[OddModule, ...]:
    """Return the modules whose own count is not the expected one."""
    if printed.modules is None:
        return ()
    expected: Tally[str] = Tally()
    for one in looked:
        expected[one.call.path] += one.first
    paths = sorted(set(expected) | set(printed.modules))
    pairs = [(path, printed.modules.get(path, 0), expected[path]) for path in paths]
    return tuple(OddModule(*pair) for pair in pairs if pair[1] != pair[2])


@dataclass(frozen=True)
class ExplainedDifference:
    """What the second counter has more than the first; `terms` and `unexplained` add up to it."""

    first: Explanation
    second: Explanation
    difference: int
    terms: tuple[Term, ...]
    unexplained: int


def explained_difference(first: Explanation, second: Explanation) -> ExplainedDifference:
    """Take the difference of two numbers apart; raises DomainError where one of them printed none."""
    for explanation in (first, second):
        if explanation.printed is None:
            raise DomainError(f"{explanation.counter} printed no number: {explanation.failed}")
    less = {(term.kind, term.label): replace(term, amount=-term.amount) for term in first.terms}
    terms: list[Term] = []
    for term in second.terms:
        own = less.pop((term.kind, term.label), None)
        terms.append(replace(term, amount=term.amount + own.amount) if own else term)
    terms += less.values()
    kept = tuple(sorted((t for t in terms if t.amount), key=lambda t: -abs(t.amount)))
    difference = (second.printed or 0) - (first.printed or 0)
    return ExplainedDifference(first, second, difference, kept, difference - sum(term.amount for term in kept))
