"""What a failing test of a user's prints: the layers that differ or cost most, and what to do."""

from collections.abc import Collection, Mapping, Sequence

from convcost.budgeting.checking import BudgetOutcome
from convcost.budgeting.cost import UNSEEN, ModelCosts, nobody_counts
from convcost.budgeting.project import Limit
from convcost.comparison.judge import EARLIER
from convcost.comparison.result import Row
from convcost.report import check, text
from convcost.report.comparison import ComparisonReport, conclusion, heading, total_rows
from convcost.report.content import GAP, Block, Column, Content, Sentence, Table, not_whole, numbers
from convcost.report.table import plain_text

_WIDTH = 72
"""pytest puts eight characters before every line of an error."""
_MOST = 10
_LEAVE_OUT = (
    "What to do: call something that has a formula (convcost list), or name the operators that may be left out: "
    "uncounted=('aten::linalg_det',)."
)
_DIFFERING = [Column("layer", "name"), *numbers("formula", "measured", "difference"), Column("verdict")]
_UNCOUNTED = [Column("layer", "name"), Column("operator", "name"), Column("input", rank=2), Column("output", rank=1)]


def disagreement(report: ComparisonReport, formula: str | None) -> str:
    """Return the layers in which formula and measurement differ."""
    bad = report.comparison.bad
    first = [row for row in bad if not row.reason.endswith(EARLIER)] or list(bad)
    blocks: list[Block] = [*not_whole(report.comparison.unseen)]
    if bad:
        blocks += _most(Table(_DIFFERING, [_differing(row) for row in first]), len(first))
        blocks += [Sentence(f"{row.layer}: {row.reason}") for row in first[:_MOST]]
        if len(first) < len(bad):
            blocks.append(Sentence(f"After these {len(bad) - len(first)} more, whose input is another."))
        blocks.append(GAP)
    for name, ours, theirs, difference in total_rows(report.comparison):
        blocks.append(Sentence(f"{name}: {ours} by the formula, {theirs} measured, difference {difference}"))
    if not bad or report.comparison.unseen:
        blocks.append(Sentence(conclusion(report)))
    return _printed(report, [*blocks, Sentence(_advice(formula))])


def _advice(formula: str | None) -> str:
    if formula is None:
        return (
            "What to do: the ones probe says who is right (convcost.ones_probe); if it is the formula, fvcore's number "
            "of this model is not to be used."
        )
    name = formula.split()[0]
    return (
        f"What to do: mend the model at the first layer above, or give the options of the formula that it is meant "
        f"to be (convcost show {name} lists them)."
    )


def _differing(row: Row) -> list[str]:
    counts = (text.number(row.macs_formula), text.number(row.macs_measured), text.signed(row.difference))
    return [row.layer, *counts, str(row.verdict)]


def excess(
    report: ComparisonReport, costs: ModelCosts, broken: Mapping[str, Limit], excused: Collection[str] = ()
) -> str:
    """Return the limits that do not hold, and the layers that cost most of the first that is passed."""
    unknown = costs.unknown(excused)
    blocks: list[Block] = [
        Sentence(f"{check.held(name, costs.count(name, excused), limit, unknown)}.") for name, limit in broken.items()
    ]
    over = [name for name, limit in broken.items() if limit.beyond(costs.count(name).number) > 0]
    if over:
        blocks += _most(check.expensive(costs, over[0]), check.MOST)
    move = "What to do: bring the model back to its limit, or move the limit on purpose."
    if UNSEEN in unknown:
        blocks += not_whole(costs.unseen)
    blocks.append(Sentence(_LEAVE_OUT if len(over) < len(broken) and unknown else move))
    return _printed(report, blocks)


def left_out(report: ComparisonReport, costs: ModelCosts, excused: Collection[str] = ()) -> str:
    """Return the calls that nobody counts."""
    rows = [row for row in costs.rows if nobody_counts(row) and row.operator not in excused]
    cells = [[row.layer, row.operator, text.shape(row.input_shape), text.shape(row.output_shape)] for row in rows]
    said = [Sentence(f"Nobody counts {text.times(costs.unknown(excused))}."), *not_whole(costs.unseen)]
    return _printed(report, [*said, *_most(Table(_UNCOUNTED, cells), len(rows)), Sentence(_LEAVE_OUT)])


def budget(outcome: BudgetOutcome) -> str:
    """Return why a budget does not hold, and the layers that cost most of what is too much."""
    return plain_text(Content("", "", check.failure(outcome)), 80)


def _printed(report: ComparisonReport, blocks: Sequence[Block]) -> str:
    return plain_text(Content(heading(report), "", blocks), _WIDTH)


def _most(table: Table, total: int) -> list[Block]:
    """The first rows of a table, and how many more there are."""
    more = [Sentence(f"… and {total - _MOST} more.")] if total > _MOST else []
    return [Table(table.columns, table.rows[:_MOST]), *more, GAP]
