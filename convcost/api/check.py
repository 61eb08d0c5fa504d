"""A project's budgets, checked."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from convcost.budgeting.cost import BASELINE, BaselineCosts, ModelCosts, baseline_text, read_baseline
from convcost.budgeting.outcome import BudgetOutcome, judge
from convcost.budgeting.project import ProjectBudget, read_budgets
from convcost.core.errors import ConvcostError

if TYPE_CHECKING:
    from convcost.report.check import CheckReport


def check(
    path: str | Path = ".",
    *,
    update: bool = False,
    baseline: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CheckReport:
    """Compare every budget of a pyproject.toml with what its model costs.

    path      the file, or its folder; relative model paths begin in this folder, and naming a module runs its code
    update    write the baseline: what the models cost now. Limits hold nevertheless
    baseline  the baseline's file; by default convcost-baseline.json beside pyproject.toml, if there is one
    progress  is called with the number of budgets done, and of all

    What has an upper limit may grow up to it; what has none may not grow over the baseline. A budget whose model
    cannot be run has this as its `error`. Raises ConvcostError with one line of text for a table or a baseline that
    cannot be read, and for a baseline that cannot be written.
    """
    from convcost.report import files
    from convcost.report.check import CheckReport

    project = read_budgets(path)
    place = baseline_of(project.folder, baseline)
    if update:
        files.check_writable(place)
    elif baseline is not None and not place.is_file():
        raise ConvcostError(f"there is no baseline {place}; convcost check --update --baseline {place} writes it")
    before = known(place, update)
    outcomes: list[BudgetOutcome] = []
    for budget in project.budgets:
        if progress is not None:
            progress(len(outcomes), len(project.budgets))
        outcomes.append(checked(budget, project.folder, before.get(budget.name), update))
    if update:
        files.write(place, baseline_text(_renewed(before, outcomes)))
    return CheckReport(project.file.name, tuple(outcomes), place if update else None)


def baseline_of(folder: Path, given: str | Path | None = None) -> Path:
    """The baseline's file."""
    return folder / BASELINE if given is None else Path(given).expanduser()


def checked(budget: ProjectBudget, folder: Path, before: BaselineCosts | None, accept: bool = False) -> BudgetOutcome:
    """Run the model of one budget in the folder of its pyproject.toml; what goes wrong is the outcome's error."""
    from convcost.api import spelled

    if before is None and not budget.limited and not accept:
        hint = "convcost check --update writes one"
        return BudgetOutcome(
            budget, None, error=f"{budget.table} has no limit, and no baseline to be compared with; {hint}"
        )
    try:
        text = spelled.read(budget.model)
        with contextlib.chdir(folder):
            report = spelled.compared(text, spelled.inputs_of(budget.inputs or text.inputs))
    except ConvcostError as error:
        return BudgetOutcome(budget, None, error=f"{budget.table} {budget.model}: {error}")
    return judge(budget, ModelCosts.of(report.comparison), before, accept)


def known(place: Path, replaced: bool = False) -> dict[str, BaselineCosts]:
    """The baseline, if there is one; a file that is none is an error unless it is about to be `replaced`."""
    if not place.exists():
        return {}
    try:
        return read_baseline(place)
    except ConvcostError:
        if replaced:
            return {}
        raise


def _renewed(before: dict[str, BaselineCosts], outcomes: list[BudgetOutcome]) -> dict[str, BaselineCosts]:
    """What could be checked as it is, what could not as it was, and nothing of budgets that are gone."""
    found = {}
    for outcome in outcomes:
        old = before.get(outcome.budget.name)
        new = old if outcome.costs is None else BaselineCosts.of(outcome.costs)
        if new is not None:
            found[outcome.budget.name] = new
    return found
