"""What a failing assertion says: a small table, the numbers, and what to do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from convcost.budgeting.cost import ModelCosts, nobody_counts
from convcost.budgeting.project import Limit
from convcost.comparison.judge import EARLIER
from convcost.comparison.result import Row
from convcost.report import check_text, text
from convcost.report.comparison import ComparisonReport, conclusion, heading, total_rows
from convcost.report.plain import plain
from convcost.report.table import plain_table

_WIDTH = 72
"""pytest puts eight characters before every line of an error."""
_MOST = 10


def disagreement(report: ComparisonReport, formula: str | None) -> str:
    """The layers in which formula and measurement differ."""
    bad = report.comparison.bad
    first = [row for row in bad if not row.reason.endswith(EARLIER)] or list(bad)

    def draw(console: Console) -> None:
        console.print(Text(heading(report)))
        if bad:
            headers = ("layer", ">formula", ">measured", ">difference", "verdict")
            _table(console, headers, [_differing(row) for row in first], len(first))
            for row in first[:_MOST]:
                console.print(Text(f"{row.layer}: {row.reason}"))
            if len(first) < len(bad):
                console.print(Text(f"After these {len(bad) - len(first)} more, whose input is another."))
            console.print()
        for name, ours, theirs, difference in total_rows(report.comparison):
            console.print(Text(f"{name}: {ours} by the formula, {theirs} measured, difference {difference}"))
        if not bad:
            console.print(Text(conclusion(report)))
        console.print(Text(_advice(formula)))

    return plain(draw, _WIDTH)


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
    """The limits that do not hold, and the layers that cost most of the first that is passed."""
    unknown = costs.unknown(excused)

    def draw(console: Console) -> None:
        console.print(Text(heading(report)))
        for name, limit in broken.items():
            console.print(Text(f"{check_text.held(name, costs.count(name, excused), limit, unknown)}."))
        over = [name for name, limit in broken.items() if limit.beyond(costs.count(name).number) > 0]
        if over:
            headers = ("most expensive", "", f">{check_text.NAMES[over[0]]}", ">share")
            _table(console, headers, check_text.expensive(costs, over[0]), check_text.MOST)
        if len(over) < len(broken) and unknown:
            console.print(Text(_LEAVE_OUT))
        else:
            console.print(Text("What to do: bring the model back to its limit, or move the limit on purpose."))

    return plain(draw, _WIDTH)


_LEAVE_OUT = (
    "What to do: call something that has a formula (convcost list), or name the operators that may be left out: "
    "uncounted=('aten::sort',)."
)


def left_out(report: ComparisonReport, costs: ModelCosts, excused: Collection[str] = ()) -> str:
    """The calls that nobody counts."""
    rows = [row for row in costs.rows if nobody_counts(row) and row.operator not in excused]

    def draw(console: Console) -> None:
        console.print(Text(heading(report)))
        console.print(Text(f"Nobody counts {check_text.times(costs.unknown(excused))}."))
        cells = [[row.layer, row.operator, text.shape(row.input_shape), text.shape(row.output_shape)] for row in rows]
        _table(console, ("layer", "operator", "input", "output"), cells, len(rows))
        console.print(Text(_LEAVE_OUT))

    return plain(draw, _WIDTH)


def _table(console: Console, headers: Sequence[str], rows: Sequence[Sequence[str]], total: int) -> None:
    console.print()
    table = plain_table(*headers)
    for column in table.columns[1:]:
        column.no_wrap = True  # a long name is folded, a number never
    for row in rows[:_MOST]:
        table.add_row(*map(Text, row))
    console.print(table)
    if total > _MOST:
        console.print(f"… and {total - _MOST} more.")
    console.print()
