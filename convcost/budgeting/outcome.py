"""What came of a budget: every count against its limit and against the baseline."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from convcost.budgeting.baseline import Before
from convcost.budgeting.cost import COUNTS, Costs
from convcost.budgeting.entry import Entry
from convcost.budgeting.limit import Count, Limit

UNCOUNTED = "uncounted"


class State(StrEnum):
    """What came of a count, from the best to the worst."""

    OK = "ok"
    FREE = "no limit"
    RISEN = "risen"
    UNKNOWN = "unknown"
    BROKEN = "broken"

    @property
    def ok(self) -> bool:
        """Whether the check passes."""
        return self in (State.OK, State.FREE)


@dataclass(frozen=True)
class Finding:
    """A count of a budget: one of `COUNTS`, or the calls that nobody counts."""

    name: str
    count: Count
    limit: Limit | None
    before: int | None
    state: State

    @property
    def change(self) -> int | None:
        """What there is more than in the baseline; None without a baseline."""
        return None if self.before is None else self.count.number - self.before


@dataclass(frozen=True)
class Outcome:
    """A budget with what its model costs, or (None) the error that kept it from being checked."""

    entry: Entry
    costs: Costs | None
    findings: tuple[Finding, ...] = ()
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was checked and nothing is beyond its limit."""
        return not self.error and all(finding.state.ok for finding in self.findings)


def judge(entry: Entry, costs: Costs, before: Before | None, accept: bool = False) -> Outcome:
    """Hold a budget against what its model costs; `accept` lets a count rise over the baseline.

    What has an upper limit may grow up to it, and what has none may not grow over the baseline.
    """
    limits, excused = entry.limits or {}, entry.uncounted or ()
    findings = []
    for name in COUNTS:
        count, limit = costs.count(name, excused), limits.get(name)
        then = None if before is None else before.counts[name]
        findings.append(Finding(name, count, limit, then, state(count, limit, None if accept else then)))
    unknown = costs.unknown(excused)
    then_unknown = None if before is None else {n: t for n, t in before.uncounted.items() if n not in excused}
    if unknown or then_unknown or entry.uncounted is not None:
        findings.append(_uncounted(entry, unknown, then_unknown, accept))
    return Outcome(entry, costs, tuple(findings))


def state(count: Count, limit: Limit | None, before: int | None = None) -> State:
    """What comes of one count."""
    if limit is not None:
        holds = limit.holds(count)
        if not holds:
            return State.UNKNOWN if holds is None else State.BROKEN
        if limit.upper:
            return State.OK
    if before is not None:
        return State.RISEN if count.number > before else State.OK
    return State.FREE if limit is None else State.OK


def _uncounted(entry: Entry, now: Mapping[str, int], then: Mapping[str, int] | None, accept: bool) -> Finding:
    count, before = Count(sum(now.values())), None if then is None else sum(then.values())
    if entry.uncounted is not None:
        return Finding(UNCOUNTED, count, None, before, State.BROKEN if now else State.OK)
    if then is None or accept:
        return Finding(UNCOUNTED, count, None, before, State.FREE)
    return Finding(UNCOUNTED, count, None, before, State.RISEN if _more(now, then) else State.OK)


def _more(now: Mapping[str, int], then: Mapping[str, int]) -> Collection[str]:
    """Operators that are called more often; one that comes is not made up for by another that goes."""
    return [name for name, times in now.items() if times > then.get(name, 0)]
