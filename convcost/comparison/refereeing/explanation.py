"""A counter's number, taken apart into named terms down to the last unit."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from convcost.comparison.refereeing.term import CONVENTION, FAULT, Seen, Term, core, per_sample, seen, summed
from convcost.comparison.refereeing.traced import NO_TRACE, Traced
from convcost.comparison.refereeing.uses import uses
from convcost.core.convention import Convention
from convcost.core.errors import UnknownNameError
from convcost.core.registry import records
from convcost.core.use import Owner, Use
from convcost.trace.capture import Call
from convcost.trace.counters import Printout
from convcost.trace.counters.sandbox import CounterRun


@dataclass(frozen=True)
class Odd:
    """A module whose count no rule and no known fault of the counter gives."""

    path: str
    printed: int
    expected: int


@dataclass(frozen=True)
class Account:
    """One counter's number against the formula.

    printed      None where the counter printed nothing, for the reason in `failed`
    core         multiply-accumulates of all products, by the formulas
    terms        what the number differs by, summed up
    unexplained  what is left of the difference
    odd          where it is, as far as the counter says
    seen         what its convention makes of every call
    """

    counter: str
    version: str | None
    unit: str
    printed: int | None
    core: int
    terms: tuple[Term, ...] = ()
    odd: tuple[Odd, ...] = ()
    failed: str = ""
    seen: tuple[Seen, ...] = field(default=(), repr=False)

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


@dataclass(frozen=True)
class Refereed:
    """The accounts of all counters for one model and input; `unknown` are operators without a formula."""

    core: int
    accounts: tuple[Account, ...]
    unknown: Mapping[str, int]

    @property
    def ok(self) -> bool:
        """Every number that was printed is explained to the last unit."""
        return not any(account.unexplained for account in self.accounts)

    def account(self, counter: str) -> Account:
        """One counter's; raises UnknownNameError with the near names."""
        for account in self.accounts:
            if account.counter == counter:
                return account
        raise UnknownNameError("counter of this referee", counter, [account.counter for account in self.accounts])


def referee(
    calls: Sequence[Call],
    owners: Mapping[str, Owner],
    ran: Iterable[CounterRun],
    batch: int,
    trace: Traced = NO_TRACE,
) -> Refereed:
    """Take what counters printed apart by their conventions.

    batch  the first size of the model's only positional input, 1 where it has others
    trace  what a torch.jit trace of the model has otherwise than the calls
    """
    found, unknown = uses(calls, owners, trace.unused)
    total = sum(core(use) for use in found)
    return Refereed(total, tuple(_account(one, found, total, batch, trace.sizes) for one in ran), dict(unknown))


def _account(one: CounterRun, found: Sequence[Use], total: int, batch: int, sizes: int) -> Account:
    counter = one.counter
    start = Account(counter.name, one.version, counter.unit, None, total, failed=one.failed)
    if one.printed is None:
        return start
    convention = records(Convention).get(counter.name)
    looked = tuple(seen(convention, use) for use in found) if convention else ()
    terms = [term for one_call in looked for term in one_call.terms]
    if convention and convention.per_sample:
        terms += per_sample(looked, batch)
    if convention and convention.sizes and sizes:
        terms.append(Term("products of sizes", convention.sizes * sizes, FAULT, sizes, _SIZES))
    account = replace(start, printed=one.printed.total, terms=summed(terms), seen=looked)
    return replace(account, odd=_odd(looked, one.printed)) if account.unexplained else account


_SIZES = "in a torch.jit trace sizes are tensors too, and their products count like the network's"


def _odd(looked: Sequence[Seen], printed: Printout) -> tuple[Odd, ...]:
    """The modules whose own count is not the expected one."""
    if printed.modules is None:
        return ()
    expected: Tally[str] = Tally()
    for one in looked:
        expected[one.use.path] += one.first
    paths = sorted(set(expected) | set(printed.modules))
    pairs = [(path, printed.modules.get(path, 0), expected[path]) for path in paths]
    return tuple(Odd(*pair) for pair in pairs if pair[1] != pair[2])
