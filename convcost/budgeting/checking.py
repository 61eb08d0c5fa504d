"""Checking a project's budgets: each model is run in the folder of its pyproject.toml."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

from convcost.budgeting import baseline as baselines
from convcost.budgeting.baseline import Before
from convcost.budgeting.cost import Costs
from convcost.budgeting.entry import Budgets, Entry
from convcost.budgeting.outcome import Outcome, judge
from convcost.comparison.reference import compare_reference
from convcost.core.errors import ConvcostError
from convcost.core.parsing import parse_inputs, parse_model


def check_budgets(
    project: Budgets,
    before: Mapping[str, Before],
    accept: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[Outcome]:
    """Return what comes of every budget; `progress` is called with the number of budgets done, and of all."""
    outcomes: list[Outcome] = []
    for entry in project.entries:
        if progress is not None:
            progress(len(outcomes), len(project.entries))
        outcomes.append(check_budget(entry, project.folder, before.get(entry.name), accept))
    return outcomes


def check_budget(entry: Entry, folder: Path, before: Before | None, accept: bool = False) -> Outcome:
    """Run the model of one budget in the folder of its pyproject.toml; what goes wrong is the outcome's error."""
    if before is None and not entry.limited and not accept:
        hint = "convcost check --update writes one"
        return Outcome(entry, None, error=f"{entry.table} has no limit, and no baseline to compare with; {hint}")
    try:
        reference = parse_model(entry.model)
        with contextlib.chdir(folder):
            comparison = compare_reference(reference, parse_inputs(entry.inputs))
    except ConvcostError as error:
        return Outcome(entry, None, error=f"{entry.table} {entry.model}: {error}")
    return judge(entry, Costs.of(comparison), before, accept)


def baseline_file(folder: Path, given: str | Path | None = None) -> Path:
    """Return the baseline's file, by default the one beside pyproject.toml."""
    return folder / baselines.NAME if given is None else Path(given).expanduser()


def read_baseline(place: Path, replaced: bool = False) -> dict[str, Before]:
    """Return the baseline, if there is one; a file that is none is an error unless it is about to be `replaced`."""
    if not place.exists():
        return {}
    try:
        return baselines.read(place)
    except ConvcostError:
        if replaced:
            return {}
        raise


def renewed_baseline(before: Mapping[str, Before], outcomes: list[Outcome]) -> dict[str, Before]:
    """Return the new baseline: what could be checked as it is, what could not as it was, nothing of what is gone."""
    found = {}
    for outcome in outcomes:
        old = before.get(outcome.entry.name)
        new = old if outcome.costs is None else Before.of(outcome.costs)
        if new is not None:
            found[outcome.entry.name] = new
    return found
