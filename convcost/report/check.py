"""Checks of a project's budgets, in every format, and the sentences that failing tests share with them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import islice
from operator import itemgetter
from pathlib import Path

from convcost.budgeting.checking import UNCOUNTED, BudgetedCount, BudgetOutcome, BudgetState, LayerGrowth
from convcost.budgeting.cost import UNSEEN, ModelCosts
from convcost.budgeting.project import Limit, PartialCount
from convcost.report import text
from convcost.report.content import GAP, Block, Column, Content, Heading, Sentence, Table, numbers
from convcost.report.report import Records, Report

NAMES = {"macs": "MACs", "params": "parameters", "activations": "activations", UNCOUNTED: "calls that nobody counts"}
MOST = 5
_STYLES: dict[str, str] = {
    BudgetState.OK: "green",
    BudgetState.RISEN: "bold red",
    BudgetState.UNKNOWN: "bold magenta",
    BudgetState.BROKEN: "bold red",
    BudgetState.NOT_RUN: "bold red",
}
_COLUMNS = [
    *(Column("budget", "name", room=16), Column("count"), Column("number", "number"), Column("limit", "number", 1)),
    *(Column("margin", "number", 2), Column("verdict", styles=_STYLES)),
]
_RAW = (
    *("budget", "count", "number", "exact", "relation", "bound", "margin", "baseline", "change", "percent"),
    *("verdict", "error"),
)


@dataclass(frozen=True)
class CheckReport(Report):
    """What `convcost.check` returns of the budgets in `file`; `updated` is the baseline that was written."""

    file: Path
    outcomes: tuple[BudgetOutcome, ...]
    updated: Path | None = None

    def __repr__(self) -> str:
        return f"<{self.title}, {conclusion(self.outcomes)[:-1]}>"

    @property
    def title(self) -> str:
        """The name of the file."""
        return self.file.name

    @property
    def ok(self) -> bool:
        """Whether every budget was checked and holds."""
        return all(outcome.ok for outcome in self.outcomes)

    @property
    def exit_code(self) -> int:
        """2 where a budget could not be checked, and else 1 for one that does not hold."""
        return 2 if self.errors else super().exit_code

    @property
    def errors(self) -> tuple[str, ...]:
        """Why budgets could not be checked."""
        return tuple(outcome.error for outcome in self.outcomes if outcome.error)

    @property
    def broken(self) -> tuple[BudgetOutcome, ...]:
        """The budgets that were checked and do not hold."""
        return tuple(outcome for outcome in self.outcomes if outcome.state is BudgetState.BROKEN)

    @property
    def unknown(self) -> tuple[BudgetOutcome, ...]:
        """The budgets of which nobody can tell, as something in the model is not counted."""
        return tuple(outcome for outcome in self.outcomes if outcome.state is BudgetState.UNKNOWN)

    def records(self) -> Records:
        """One row per count of a budget, whole numbers as they are; what there is not is <NA>."""
        rows = [_raw(outcome, finding) for outcome in self.outcomes for finding in outcome.findings or [None]]
        return Records.of(_RAW, rows, ("number", "bound", "margin", "baseline", "change"))

    def data(self) -> dict[str, object]:
        """The report as JSON has it: whether all is well, one row per count, and the layers that grew."""
        grown = [
            {"budget": outcome.budget.name, "count": finding.name, **asdict(layer), "change": layer.change}
            for outcome in self.outcomes
            for finding in outcome.larger
            for layer in outcome.growth(finding.name)
        ]
        commands = {outcome.budget.name: outcome.diff_command for outcome in self.outcomes if outcome.diff_command}
        return {**super().data(), "ok": self.ok, "layers_that_grew": grown, "diff_commands": commands}

    def content(self) -> Content:
        """Every count with its limit, what changed since the baseline, and why a budget does not hold."""
        blocks: list[Block] = [_counts(self.outcomes)]
        blocks += [Sentence(sentence, item=True) for sentence in changes(self.outcomes)]
        for outcome in self.outcomes:
            if not outcome.ok:
                blocks.append(Heading(f"{outcome.budget.name}: {outcome.budget.model}"))
                blocks += [Sentence(sentence, item=True) for sentence in complaints(outcome)]
                blocks += _expensive(outcome)
        return Content(f"{self.title}: {conclusion(self.outcomes)}", "", [*blocks, *self._written()], level=3)

    def screen(self) -> Content:
        """The same, the conclusion last; of budgets that were not run, the command itself says why."""
        blocks: list[Block] = [_counts(self.outcomes)]
        if told := changes(self.outcomes):
            blocks += [GAP, *map(Sentence, told)]
        for outcome in (*self.broken, *self.unknown):
            blocks += [GAP, *failure(outcome)]
        style = "bold green" if self.ok else "bold red"
        return Content("", "", [*blocks, GAP, *self._written(), Sentence(conclusion(self.outcomes), style)])

    def _written(self) -> list[Sentence]:
        return [] if self.updated is None else [Sentence(f"Baseline written: {self.updated.name}.")]


def failure(outcome: BudgetOutcome) -> list[Block]:
    """Why a budget does not hold, and the layers that cost most of what is too much."""
    said = [Sentence(text.ended(sentence)) for sentence in complaints(outcome)]
    return [Sentence(f"{outcome.budget.name}: {outcome.budget.model}", "bold"), *said, *_expensive(outcome)]


def _raw(outcome: BudgetOutcome, finding: BudgetedCount | None) -> tuple[object, ...]:
    name = outcome.budget.name
    if finding is None:
        return (name, "", None, None, "", None, None, None, None, None, str(BudgetState.NOT_RUN), outcome.error)
    number, limit = finding.count.number, finding.limit
    bound = ("", None, None) if limit is None else (limit.relation, limit.bound, limit.margin(number))
    exact, change, before = finding.count.exact, finding.change, finding.before
    relative = text.decimal(Fraction(100 * change, before), 2) if change is not None and before else None
    return (name, finding.name, number, exact, *bound, before, change, relative, str(finding.state), "")


def _counts(outcomes: Sequence[BudgetOutcome]) -> Table:
    """One row per count; a budget's name stands in its first row alone."""
    rows = []
    for outcome in outcomes:
        cells = [_cells(outcome, finding) for finding in outcome.findings] or [
            ["", "", "", "", str(BudgetState.NOT_RUN)]
        ]
        rows += [["" if index else outcome.budget.name, *row] for index, row in enumerate(cells)]
    return Table(_COLUMNS, rows, everything="--markdown")


def _expensive(outcome: BudgetOutcome) -> list[Table]:
    name = blamed(outcome)
    return [expensive(outcome.costs, name, close=True)] if name and outcome.costs is not None else []


def expensive(costs: ModelCosts, name: str, most: int = MOST, close: bool = False) -> Table:
    """The layers that cost most, what they are, their counts and shares."""
    total = max(getattr(costs, name), 1)
    rows = [
        [row.layer, row.kind if row.call.is_product else row.operator, text.number(n), text.percent(Fraction(n, total))]
        for row, n in costs.expensive(name, most)
    ]
    counts = [*numbers(NAMES[name]), Column("share", "number", 1)]
    return Table([Column("most expensive", "name"), Column("kind", rank=2), *counts], rows, close=close)


def _cells(outcome: BudgetOutcome, finding: BudgetedCount) -> list[str]:
    name = "uncounted" if finding.name == UNCOUNTED else NAMES[finding.name]
    margin = ""
    if finding.limit is not None and finding.state is not BudgetState.UNKNOWN:
        margin = text.number(finding.limit.margin(finding.count.number))
    return [name, shown(finding.count), _limit(outcome, finding), margin, str(finding.state)]


def shown(count: PartialCount) -> str:
    """A number; ≥ where something is not in it."""
    return f"{'' if count.exact else '≥ '}{count.number:,}"


def _limit(outcome: BudgetOutcome, finding: BudgetedCount) -> str:
    """<= 300M; none but aten::linalg_det; empty where there is no limit."""
    if finding.name == UNCOUNTED and outcome.budget.uncounted is not None:
        return " ".join(["none", *(["but", ", ".join(outcome.budget.uncounted)] if outcome.budget.uncounted else [])])
    return "" if finding.limit is None else str(finding.limit)


def held(name: str, count: PartialCount, limit: Limit, unknown: Mapping[str, int]) -> str:
    """MACs: 312,000,000, and the limit is <= 300M: 12,000,000 over."""
    beyond = limit.beyond(count.number)
    told = f"{NAMES[name]}: {shown(count)}, and the limit is {limit}"
    if not count.exact and limit.holds(count) is None:
        return f"{told}: unknown, as nobody counts {text.times(unknown)}"
    return f"{told}: {abs(beyond):,} {'over' if beyond > 0 else 'under'}"


def changed(findings: Iterable[BudgetedCount]) -> str:
    """+1,234 MACs (+2.00 %), -5 parameters (-1.00 %) since the baseline; empty where nothing changed."""
    told = [
        f"{text.signed(finding.change)} {NAMES[finding.name]}{_percent(finding.change, finding.before)}"
        for finding in findings
        if finding.change
    ]
    return f"{', '.join(told)} since the baseline" if told else ""


def _percent(change: int, before: int | None) -> str:
    """(+12.50 %); empty where there was nothing before."""
    return f" ({text.signed_percent(Fraction(change, before))})" if before else ""


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
            found.append(f"nobody counts {text.times(unknown)}")
    if UNSEEN in unknown:
        found += [f"not counted whole: {work}" for work in costs.unseen]
    if risen := [finding for finding in outcome.findings if finding.state is BudgetState.RISEN]:
        found.append(f"{_grown(risen, unknown)}, and no limit lets that grow (convcost check --update accepts it)")
    return found


def _grown(risen: Sequence[BudgetedCount], unknown: Mapping[str, int]) -> str:
    """What rose; one operator that nobody counts may have come for another, so that their number is the same."""
    by_number = changed(risen)
    called = text.times(unknown) if any(finding.name == UNCOUNTED for finding in risen) else ""
    return "; ".join(filter(None, (by_number, f"nobody counts {called}" if called else "")))


def conclusion(outcomes: Sequence[BudgetOutcome]) -> str:
    """4 budgets: 1 ok, 1 broken, 1 unknown, 1 not run."""
    counts = Counter(outcome.state for outcome in outcomes)
    said = ", ".join(f"{counts[state]} {state}" for state in BudgetState if counts[state])
    return f"{text.plural(len(outcomes), 'budget')}: {said}."


def changes(outcomes: Sequence[BudgetOutcome]) -> list[str]:
    """What differs from the baseline, by how much and in which layers, what shows all of it, and what is left out."""
    told = ((outcome, sentence) for outcome in outcomes for sentence in changes_of(outcome))
    return [f"{outcome.budget.name}: {sentence}" for outcome, sentence in told]


def changes_of(outcome: BudgetOutcome) -> Iterator[str]:
    """What differs from the baseline and is no complaint, in sentences; the layers are of the first count that grew."""
    if told := changed(finding for finding in outcome.findings if finding.state is not BudgetState.RISEN):
        yield told
    grown = ((finding, outcome.growth(finding.name)) for finding in outcome.larger)
    for finding, layers in islice(filter(itemgetter(1), grown), 1):
        more = f" and {len(layers) - MOST} more" if len(layers) > MOST else ""
        yield f"{NAMES[finding.name]} grew in {', '.join(map(_grew, layers[:MOST]))}{more}"
    if excused := outcome.excused:
        yield f"not in these numbers, as the budget allows: {text.times(excused)}"
    if outcome.diff_command:
        yield f"layer by layer: {outcome.diff_command}"


def _grew(growth: LayerGrowth) -> str:
    """stem +2,700 (+12.50 %); a layer that was not there is new."""
    percent = " (new)" if growth.before is None else _percent(growth.change, growth.before)
    return f"{growth.layer} {text.signed(growth.change)}{percent}"


def blamed(outcome: BudgetOutcome) -> str:
    """The count whose most expensive layers a failure shows: the first that is too large."""
    for finding in outcome.findings:
        beyond = finding.limit is not None and finding.limit.beyond(finding.count.number) > 0
        if finding.name != UNCOUNTED and not finding.state.ok and (beyond or finding.state is BudgetState.RISEN):
            return finding.name
    return ""
