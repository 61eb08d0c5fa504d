"""A budget's findings as cells and sentences, said once for the terminal, Markdown and failing tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from convcost.budgeting.checking import UNCOUNTED, BudgetedCount, BudgetOutcome, BudgetState
from convcost.budgeting.cost import ModelCosts
from convcost.budgeting.project import Limit, PartialCount
from convcost.report import text

HEADERS = ("budget", "count", ">number", ">limit", ">margin", "verdict")
NAMES = {"macs": "MACs", "params": "parameters", "activations": "activations", UNCOUNTED: "calls that nobody counts"}
NOT_RUN = "not run"
STYLES = {
    "ok": "green",
    "no limit": "",
    "risen": "bold red",
    "unknown": "bold magenta",
    "broken": "bold red",
    NOT_RUN: "bold red",
}
MOST = 5


def rows(outcomes: Sequence[BudgetOutcome]) -> list[list[str]]:
    """Cells in the order of `HEADERS`, a row a count; a budget's name stands in its first row alone."""
    found = []
    for outcome in outcomes:
        cells = [_cells(outcome, finding) for finding in outcome.findings] or [["", "", "", "", NOT_RUN]]
        found += [["" if index else outcome.budget.name, *row] for index, row in enumerate(cells)]
    return found


def _cells(outcome: BudgetOutcome, finding: BudgetedCount) -> list[str]:
    name = "uncounted" if finding.name == UNCOUNTED else NAMES[finding.name]
    margin = ""
    if finding.limit is not None and finding.state is not BudgetState.UNKNOWN:
        margin = text.number(finding.limit.margin(finding.count.number))
    return [name, shown(finding.count), limit(outcome, finding), margin, str(finding.state)]


def shown(count: PartialCount) -> str:
    """A number; ≥ where something is not in it."""
    return f"{'' if count.exact else '≥ '}{count.number:,}"


def limit(outcome: BudgetOutcome, finding: BudgetedCount) -> str:
    """<= 300M; empty for none."""
    if finding.name == UNCOUNTED and outcome.budget.uncounted is not None:
        return "none"
    return "" if finding.limit is None else str(finding.limit)


def held(name: str, count: PartialCount, limit: Limit, unknown: Mapping[str, int]) -> str:
    """MACs: 312,000,000, and the limit is <= 300M: 12,000,000 over."""
    beyond = limit.beyond(count.number)
    told = f"{NAMES[name]}: {shown(count)}, and the limit is {limit}"
    if not count.exact and limit.holds(count) is None:
        return f"{told}: unknown, as nobody counts {times(unknown)}"
    return f"{told}: {abs(beyond):,} {'over' if beyond > 0 else 'under'}"


def times(operators: Mapping[str, int]) -> str:
    """An operator or several: aten::sort 1 time, aten::topk 2 times."""
    return ", ".join(f"{name} {n} time{'s' if n > 1 else ''}" for name, n in operators.items())


def changed(findings: Iterable[BudgetedCount]) -> str:
    """+1,234 MACs, -5 parameters since the baseline; empty where nothing changed."""
    told = [f"{text.signed(finding.change)} {NAMES[finding.name]}" for finding in findings if finding.change]
    return f"{', '.join(told)} since the baseline" if told else ""


def expensive(costs: ModelCosts, name: str, most: int = MOST) -> list[list[str]]:
    """Layer, what it is, its count and its share: the rows that cost most."""
    total = max(getattr(costs, name), 1)
    return [
        [row.layer, row.kind if row.is_product else row.operator, text.number(n), text.percent(Fraction(n, total))]
        for row, n in costs.expensive(name, most)
    ]


def complaints(outcome: BudgetOutcome) -> list[str]:
    """A sentence for everything that does not pass."""
    budget, costs = outcome.budget, outcome.costs
    if costs is None:
        return [outcome.error]
    unknown = costs.unknown(budget.uncounted or ())
    found = []
    for finding in outcome.findings:
        if finding.state.ok or finding.state is BudgetState.RISEN:
            continue
        if finding.limit is not None:
            found.append(held(finding.name, finding.count, finding.limit, unknown))
        else:
            found.append(f"nobody counts {times(unknown)}")
    if risen := [finding for finding in outcome.findings if finding.state is BudgetState.RISEN]:
        found.append(f"{_grown(risen, unknown)}, and no limit lets that grow (convcost check --update accepts it)")
    return found


def _grown(risen: Sequence[BudgetedCount], unknown: Mapping[str, int]) -> str:
    """What rose; one operator that nobody counts may have come for another, so that their number is the same."""
    by_number = changed(risen)
    called = times(unknown) if any(finding.name == UNCOUNTED for finding in risen) else ""
    return "; ".join(filter(None, (by_number, f"nobody counts {called}" if called else "")))


def conclusion(outcomes: Sequence[BudgetOutcome]) -> str:
    """3 budgets: 1 ok, 1 broken, 1 not run."""
    counts = {
        "ok": sum(outcome.ok for outcome in outcomes),
        "broken": sum(not outcome.ok and not outcome.error for outcome in outcomes),
        NOT_RUN: sum(bool(outcome.error) for outcome in outcomes),
    }
    said = ", ".join(f"{n} {word}" for word, n in counts.items() if n)
    return f"{len(outcomes)} budget{'' if len(outcomes) == 1 else 's'}: {said}."


def changes(outcomes: Sequence[BudgetOutcome]) -> list[str]:
    """What differs from the baseline, a sentence a budget."""
    told = ((outcome.budget.name, changed(outcome.findings)) for outcome in outcomes)
    return [f"{name}: {sentence}" for name, sentence in told if sentence]


def blamed(outcome: BudgetOutcome) -> str:
    """The count whose most expensive layers a failure shows: the first that is too large."""
    for finding in outcome.findings:
        beyond = finding.limit is not None and finding.limit.beyond(finding.count.number) > 0
        if finding.name != UNCOUNTED and not finding.state.ok and (beyond or finding.state is BudgetState.RISEN):
            return finding.name
    return ""
