"""Checking budgets: each model is run, and each count compared with its limit and with the baseline."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from convcost.budgeting.cost import UNSEEN, BaselineCosts, ModelCosts, baseline_file
from convcost.budgeting.history import diff_command
from convcost.budgeting.project import COUNTS, Limit, PartialCount, ProjectBudget, ProjectBudgets
from convcost.comparison.reference import compare_reference
from convcost.core.errors import ConvcostError
from convcost.core.parsing import parse_model
from convcost.core.spec import parse_inputs

UNCOUNTED = "uncounted"


class BudgetState(StrEnum):
    """Whether a count, or a budget as a whole, keeps to what was set; `NOT_RUN` is a budget that was not checked."""

    OK = "ok"
    FREE = "no limit"
    RISEN = "risen"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    NOT_RUN = "not run"

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
class LayerGrowth:
    """A layer that costs more than in the baseline; before is None for one that was not there."""

    layer: str
    before: int | None
    now: int

    @property
    def change(self) -> int:
        """What it costs more."""
        return self.now - (self.before or 0)


@dataclass(frozen=True)
class BudgetOutcome:
    """A budget with what its model costs; costs are None where `error` says why it could not be checked.

    before        what the model cost when the baseline was written
    diff_command  what shows the change layer by layer, where a count is larger than in the baseline
    """

    budget: ProjectBudget
    costs: ModelCosts | None
    findings: tuple[BudgetedCount, ...] = ()
    error: str = ""
    before: BaselineCosts | None = None
    diff_command: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was checked and nothing is beyond its limit."""
        return not self.error and all(finding.state.ok for finding in self.findings)

    @property
    def state(self) -> BudgetState:
        """Whether the budget holds: not run, ok, broken, or unknown where nobody can tell."""
        if self.error:
            return BudgetState.NOT_RUN
        if self.ok:
            return BudgetState.OK
        states = {finding.state for finding in self.findings}
        return BudgetState.BROKEN if states & {BudgetState.BROKEN, BudgetState.RISEN} else BudgetState.UNKNOWN

    @property
    def excused(self) -> Mapping[str, int]:
        """The operators that nobody counts and the budget leaves out, and how often each is called."""
        found = {} if self.costs is None else self.costs.uncounted
        return {name: times for name, times in found.items() if name in (self.budget.uncounted or ())}

    @property
    def larger(self) -> tuple[BudgetedCount, ...]:
        """The counts that are larger than in the baseline."""
        return tuple(finding for finding in self.findings if finding.change and finding.change > 0)

    def growth(self, name: str) -> list[LayerGrowth]:
        """Return the layers in which one of `COUNTS` is larger, the most first; none if the baseline has no layers."""
        if self.costs is None or self.before is None or name not in self.before.layers:
            return []
        then = self.before.layers[name]
        grown = [LayerGrowth(layer, then.get(layer), now) for layer, now in self.costs.layers(name).items()]
        return sorted((layer for layer in grown if layer.change > 0), key=lambda layer: -layer.change)


def check_budgets(
    project: ProjectBudgets,
    before: Mapping[str, BaselineCosts],
    accept: bool = False,
    progress: Callable[[int, int], None] | None = None,
    baseline: Path | None = None,
) -> list[BudgetOutcome]:
    """Return the outcome of every budget; `progress` is called with the number of budgets done, and of all.

    `baseline` is the file that `before` is from, if it is not the one beside pyproject.toml.
    """
    outcomes: list[BudgetOutcome] = []
    for budget in project.budgets:
        if progress is not None:
            progress(len(outcomes), len(project.budgets))
        outcomes.append(check_budget(budget, project.folder, before.get(budget.name), accept, baseline))
    return outcomes


def check_budget(
    budget: ProjectBudget,
    folder: Path,
    before: BaselineCosts | None,
    accept: bool = False,
    baseline: Path | None = None,
) -> BudgetOutcome:
    """Run the model of one budget in the folder of its pyproject.toml; what goes wrong is the outcome's error."""
    if before is None and not budget.limited and not accept:
        reason = "has no limit, and no baseline to compare with; convcost check --update writes one"
        return BudgetOutcome(budget, None, error=f"{budget.table} {reason}")
    try:
        reference = parse_model(budget.model)
        with contextlib.chdir(folder):
            comparison = compare_reference(reference, parse_inputs(budget.inputs))
    except ConvcostError as error:
        return BudgetOutcome(budget, None, error=f"{budget.table} {budget.model}: {error}")
    outcome = judge(budget, ModelCosts.of(comparison), before, accept)
    if not outcome.larger:
        return outcome
    return replace(outcome, diff_command=diff_command(budget, folder, baseline or baseline_file(folder)))


def renewed_baseline(
    before: Mapping[str, BaselineCosts], outcomes: Sequence[BudgetOutcome]
) -> dict[str, BaselineCosts]:
    """Return the new baseline: budgets that were checked as they are now, those that were not as before."""
    found = {}
    for outcome in outcomes:
        old = before.get(outcome.budget.name)
        new = old if outcome.costs is None else BaselineCosts.of(outcome.costs)
        if new is not None:
            found[outcome.budget.name] = new
    return found


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
    return BudgetOutcome(budget, costs, tuple(findings), before=before)


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
    if budget.uncounted is not None:
        found = BudgetState.BROKEN if now else BudgetState.OK
    elif UNSEEN in now:
        found = BudgetState.UNKNOWN
    elif then is None or accept:
        found = BudgetState.FREE
    else:
        # An operator that is new is not offset by another that is gone.
        found = BudgetState.RISEN if any(n > then.get(name, 0) for name, n in now.items()) else BudgetState.OK
    before = None if then is None else sum(then.values())
    return BudgetedCount(UNCOUNTED, PartialCount(sum(now.values())), None, before, found)
