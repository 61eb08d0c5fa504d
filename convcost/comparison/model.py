"""A model alone: its operators' own formulas against fvcore's count, and the ones probe where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from convcost.comparison.breakdown import Share, shares, weights
from convcost.comparison.join import Measured, join, unhandled, unseen
from convcost.comparison.judge import Judge, moves_only, operator_of
from convcost.comparison.result import Comparison, Totals
from convcost.comparison.row import Row, counted
from convcost.comparison.verdict import Verdict
from convcost.core.convention import Convention
from convcost.core.outline import kind
from convcost.core.registry import find
from convcost.core.spec import TensorSpec
from convcost.trace.capture import Call, Capture
from convcost.trace.fvcore import FvcoreTrace

Probe = Callable[[Call], int | None]
"""The multiply-accumulates of a call by running it, None for what cannot be run so."""


def compare_model(
    capture: Capture, trace: FvcoreTrace, inputs: Sequence[TensorSpec], probe: Probe, unit: str = "macs"
) -> Comparison:
    """Hold the formula of every call against what fvcore counted."""
    judge = Judge(find(Convention, unit, "unit"), find(Convention, "fvcore", "convention"))
    measured = [m for m in join(capture.calls, trace) if not moves_only(m)]
    rows = [judge.call_row(m, name) for m, name in zip(measured, _names(measured), strict=True)]
    if unit == "macs":
        rows = [_settled(row, m.call, probe) for row, m in zip(rows, measured, strict=True)]
    uncounted = unhandled(trace)
    return Comparison(
        paper=None,
        inputs=tuple(inputs),
        unit=unit,
        rows=tuple(rows),
        totals=_totals(measured, rows, capture, trace, judge),
        uncounted=uncounted,
        unseen=unseen(uncounted, capture),
        shares=_shares(measured),
        device=trace.device,
    )


# A billion products take the probe a second.
_MOST_PROBED = 10**9


def _names(measured: Sequence[Measured]) -> list[str]:
    """A module's path; with the operator behind it where the module makes several calls, or is the whole model."""
    times = Counter(m.call.module for m in measured)
    return [
        m.call.module
        if m.call.module and times[m.call.module] == 1
        else f"{m.call.module or 'model'}:{m.call.operator or m.call.aten.removeprefix('aten::')}"
        for m in measured
    ]


def _settled(row: Row, call: Call, probe: Probe) -> Row:
    """Where formula and fvcore disagree on a product, the ones probe says who is right."""
    if row.verdict is not Verdict.DISAGREE or not row.is_product or row.macs_measured is None:
        return row
    if (row.macs_formula or 0) > _MOST_PROBED:
        return row
    truth = probe(call)
    if truth is None:
        return row
    right = {row.macs_formula: "as the formula", row.macs_measured: "as fvcore"}.get(truth, "as neither")
    return replace(row, reason=f"{row.reason}; the ones probe counts {truth:,}, {right} does")


def _totals(
    measured: Sequence[Measured], rows: Sequence[Row], capture: Capture, trace: FvcoreTrace, judge: Judge
) -> Totals:
    core = [row for row in rows if row.is_product]
    operands = sum(row.params_measured or 0 for row in rows if row.params_formula is None)
    used = sum(call.parameters for call in capture.calls)
    return Totals(
        macs_formula=sum(row.macs_formula or 0 for row in core),
        macs_measured=counted(core),
        params_formula=sum(row.params_formula or 0 for row in rows),
        params_measured=capture.parameters,
        fvcore_total=trace.total,
        fvcore_total_formula=sum(judge.expected(m) or 0 for m in measured if m.count is not None),
        fvcore_excused=_excused(measured, rows, judge),
        params_operands=operands,
        params_unused=capture.parameters - used,
    )


def _excused(measured: Sequence[Measured], rows: Sequence[Row], judge: Judge) -> int:
    """What fvcore counts in rows that have no formula, and otherwise than the formula in rows that say so."""
    reasons = (Verdict.NO_FORMULA, Verdict.DISAGREE)
    named = [m for m, row in zip(measured, rows, strict=True) if m.count is not None and row.verdict in reasons]
    return sum((m.count or 0) - (judge.expected(m) or 0) for m in named)


def _shares(measured: Sequence[Measured]) -> tuple[Share, ...]:
    products = [(m.call, operator) for m in measured if (operator := operator_of(m.call.operator))]
    return shares(
        (
            kind(operator.name, call.inputs, operator.complete(call.hyper, len(call.output) - 2)),
            int(operator(*call.inputs, **call.hyper).cost.macs),
            weights(operator, call.inputs, call.hyper) if call.parameters else 0,
        )
        for call, operator in products
        if operator.is_product
    )
