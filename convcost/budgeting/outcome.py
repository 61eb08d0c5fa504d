"""The outcome of a budget: each count compared with its limit and with the baseline."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from convcost.budgeting.cost import COUNTS, BaselineCosts, ModelCosts
from convcost.budgeting.limit import Limit, PartialCount
from convcost.budgeting.project import ProjectBudget

UNCOUNTED = "uncounted"


class BudgetState(StrEnum):
    """Whether a count keeps to its budget, from the best to the worst."""

    OK = "ok"
    FREE = "no limit"
    RISEN = "risen"
    UNKNOWN = "unknown"
    BROKEN = "broken"

    @property
    def ok(self) -> bool:
        """Whether the check passes."""
        return self in (BudgetState.OK, BudgetState.FREE)


@dataclass(frozen=True)
class BudgetedCount:
    """A count of a budget: one of `COUNTS`, or the calls that nobody counts."""

    name: str
    count: PartialCount
    limit: Limit | None
    before: int | None
    state: BudgetState

    @property
    def change(self) -> int | None:
        """The count less that of the baseline; None without a baseline."""
        return None if self.before is None else self.count.number - self.before


@dataclass(frozen=True)
class BudgetOutcome:
    """A budget with what its model costs; costs are None where `error` says why it could not be checked."""

    budget: ProjectBudget
    costs: ModelCosts | None
    findings: tuple[BudgetedCount, ...] = ()
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was checked and nothing is beyond its limit."""
        return not self.error and all(finding.state.ok for finding in self.findings)


def judge(
    budget: ProjectBudget, costs: ModelCosts, before: BaselineCosts | None, accept: bool = False
) -> BudgetOutcome:
    """Compare a budget with what its model costs; `accept` lets a count rise over the baseline.

    What has an upper limit may grow up to it, and what has none may not grow over the baseline.
    """
    limits, excused = budget.limits or {}, budget.uncounted or ()
    findings = []
    for name in COUNTS:
        count, limit = costs.count(name, excused), limits.get(name)
        then = None if before is None else before.counts[name]
        findings.append(BudgetedCount(name, count, limit, then, state(count, limit, None if accept else then)))
    unknown = costs.unknown(excused)
    then_unknown = None if before is None else {n: t for n, t in before.uncounted.items() if n not in excused}
    if unknown or then_unknown or budget.uncounted is not None:
        findings.append(_uncounted(budget, unknown, then_unknown, accept))
    return BudgetOutcome(budget, costs, tuple(findings))


def state(count: PartialCount, limit: Limit | None, before: int | None = None) -> BudgetState:
    """Return whether one count keeps to its limit, or to the baseline."""
    if limit is not None:
        holds = limit.holds(count)
        if not holds:
            return BudgetState.UNKNOWN if holds is None else BudgetState.BROKEN
        if limit.upper:
            return BudgetState.OK
    if before is not None:
        return BudgetState.RISEN if count.number > before else BudgetState.OK
    return BudgetState.FREE if limit is None else BudgetState.OK


def _uncounted(
    budget: ProjectBudget, now: Mapping[str, int], then: Mapping[str, int] | None, accept: bool
) -> BudgetedCount:
    count, before = PartialCount(sum(now.values())), None if then is None else sum(then.values())
    if budget.uncounted is not None:
        return BudgetedCount(UNCOUNTED, count, None, before, BudgetState.BROKEN if now else BudgetState.OK)
    if then is None or accept:
        return BudgetedCount(UNCOUNTED, count, None, before, BudgetState.FREE)
    return BudgetedCount(UNCOUNTED, count, None, before, BudgetState.RISEN if _more(now, then) else BudgetState.OK)


def _more(now: Mapping[str, int], then: Mapping[str, int]) -> Collection[str]:
    """Return operators that are called more often; one that is new is not offset by another that is gone."""
    return [name for name, times in now.items() if times > then.get(name, 0)]
