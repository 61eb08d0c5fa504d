"""A comparison as a sheet: for a page in all columns, for a paper in those that fit."""

from __future__ import annotations

from collections.abc import Sequence

from convcost.comparison.result import summed
from convcost.report import columns
from convcost.report.comparison import (
    ComparisonReport,
    conclusion,
    heading,
    missing_formulas,
    parameter_note,
    source,
    total_rows,
)
from convcost.report.sheet import Sheet, Table
from convcost.report.table import fitting

_PAPER = 80  # characters of a line on paper


def narrow(report: ComparisonReport, per: str, all_operators: bool) -> Sheet:
    """The columns that fit, the least needed left out first."""
    rows = report.comparison.per(per, all_operators)
    return sheet(report, fitting(columns.shown(report.comparison.unit), rows, _PAPER), per, all_operators)


def sheet(report: ComparisonReport, shown: Sequence[columns.Shown], per: str, all_operators: bool) -> Sheet:
    """Layers in these columns, with the sum of those that are shown, and the totals of the whole net."""
    rows = report.comparison.per(per, all_operators)
    headers = [(">" if column.right else "") + column.header for column in shown]
    cells = [[column.value(row) for column in shown] for row in rows]
    sums = summed(list(rows), "total") if rows else None
    together = [[column.value(sums) if column.right or not column.rank else "" for column in shown]] if sums else []
    totals = Table(
        ("total", ">formula", ">measured", ">difference"), total_rows(report.comparison), title="all operators"
    )
    reasons = [f"{row.layer}: {row.reason}" for row in rows if row.reason]
    notes = [*reasons, parameter_note(report.comparison), missing_formulas(report.comparison), conclusion(report)]
    layers = Table(headers, cells, together, "" if per == "layer" else f"by {per}")
    return Sheet(heading(report), source(report), [layers, totals], list(filter(None, notes)))
