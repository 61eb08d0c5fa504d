"""Where the witnesses meet: a paper or the operators' formulas, the model's calls, and fvcore's counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from convcost.comparison.align import align_calls
from convcost.comparison.fvcore_counts import Measured, measured_calls, traced_only, unhandled
from convcost.comparison.judge import Judge, moves_only
from convcost.comparison.leeway import leeways
from convcost.comparison.result import Comparison, Row, Totals, Verdict, known_sum
from convcost.core.architecture import Network
from convcost.core.op_call import OpCall
from convcost.core.spec import TensorSpec
from convcost.trace.capture import Capture, capture
from convcost.trace.copies import Inputs
from convcost.trace.fvcore import FvcoreTrace, trace_fvcore
from convcost.trace.probe import probed

if TYPE_CHECKING:
    from torch import nn

Probe = Callable[[OpCall], int | None]
"""Counts the multiply-accumulates of a call by running it; None for what cannot be run so."""


def compare_paper(network: Network, capture: Capture, trace: FvcoreTrace, unit: str = "macs") -> Comparison:
    """Compare a network with what the model calls and what fvcore counts."""
    judge, measured = Judge.of(unit), _worth_a_row(capture.with_averages(), trace)
    lines, calls = network.calls, [m.call for m in measured]
    pairs = align_calls(lines, calls)
    rows = [
        judge.row(None if i is None else lines[i], None if j is None else measured[j], leeway)
        for (i, j), leeway in zip(pairs, leeways(lines, calls, pairs), strict=True)
    ]
    # The first rows are the paper's; what fvcore left out of its trace is not in its total either.
    expected = (
        judge.expected(row.call if j is None or not row.verdict.ok else calls[j])
        for row, (_, j) in zip(rows[: len(lines)], pairs, strict=False)
        if row.macs_measured is not None or row.verdict is Verdict.NOT_CALLED
    )
    given = (TensorSpec(tuple(map(int, network.input_shape))),)
    return _comparison(network, given, unit, rows, sum(count or 0 for count in expected), capture, trace)


def compare_model(
    capture: Capture, trace: FvcoreTrace, inputs: Sequence[TensorSpec], probe: Probe, unit: str = "macs"
) -> Comparison:
    """Compare the formula of every call with what fvcore counts; where they differ, the probe says who is right."""
    judge, measured = Judge.of(unit), _worth_a_row(capture, trace)
    rows = [judge.call_row(m, name) for m, name in zip(measured, _names(measured), strict=True)]
    if unit == "macs":
        rows = [_settled(row, m.call, probe) for row, m in zip(rows, measured, strict=True)]
    known = [(m.count, judge.expected(m.call) or 0, row) for m, row in zip(measured, rows, strict=True)]
    excused = (Verdict.NO_FORMULA, Verdict.DISAGREE)
    whole = sum(expected for count, expected, _ in known if count is not None)
    comparison = _comparison(None, tuple(inputs), unit, rows, whole, capture, trace)
    totals = replace(
        comparison.totals,
        fvcore_excused=sum(n - expected for n, expected, row in known if n is not None and row.verdict in excused),
        params_unused=capture.parameters - sum(call.parameters for call in capture.calls),
        params_frozen=sum(run.frozen for run in capture.modules),
    )
    return replace(comparison, totals=totals)


def in_real_numbers(comparison: Comparison) -> Comparison:
    """Return a comparison whose formulas count four real multiply-accumulates for a complex one; fvcore's stay."""
    judge = Judge.of(comparison.unit)
    rows = tuple(map(judge.in_real_numbers, comparison.rows))
    macs = sum(row.macs_formula or 0 for row in rows if row.call.is_product)
    return replace(comparison, rows=rows, totals=replace(comparison.totals, macs_formula=macs))


def compare_module(model: nn.Module, inputs: object, unit: str = "macs", plain: bool = False) -> Comparison:
    """Compare a module of PyTorch on these inputs (see `Inputs.of`); raises MeasurementError where it cannot run.

    With `plain`, fvcore runs on the CPU even where a faster way is known to give its number.
    """
    given = Inputs.of(inputs)
    found = capture(model, given)
    trace = trace_fvcore(model, found.inputs, None if plain else found)
    return compare_model(found, trace, given.specs, probed, unit)


def _worth_a_row(capture: Capture, trace: FvcoreTrace) -> list[Measured]:
    return [m for m in measured_calls(capture.calls, trace) if not moves_only(m)]


def _comparison(
    paper: Network | None,
    inputs: tuple[TensorSpec, ...],
    unit: str,
    rows: Sequence[Row],
    expected: int,
    capture: Capture,
    trace: FvcoreTrace,
) -> Comparison:
    """Add the rows up; `expected` is what fvcore counts of them by its own convention."""
    core, uncounted = [row for row in rows if row.call.is_product], unhandled(trace)
    totals = Totals(
        macs_formula=sum(row.macs_formula or 0 for row in core),
        macs_measured=known_sum(row.macs_measured for row in core) if core else 0,
        params_formula=sum(row.params_formula or 0 for row in rows),
        params_measured=capture.parameters,
        fvcore_total=trace.total,
        fvcore_total_formula=None if trace.total is None else expected,
    )
    missing = traced_only(uncounted, capture)
    return Comparison(
        paper,
        inputs,
        unit,
        tuple(rows),
        totals,
        uncounted,
        traced_only=missing,
        device=trace.device,
        fvcore_failed=trace.failed,
        fvcore_refused=trace.refused,
        doubts=capture.doubts,
        dependence=capture.dependence,
        unseen=tuple(map(str, capture.unseen)),
    )


# A billion products take the probe a second.
_MOST_PROBED = 10**9


def _names(measured: Sequence[Measured]) -> list[str]:
    """Return the path of each call's module, with the operator where it makes several calls or is the whole model."""
    calls = [m.call for m in measured]
    times = Counter(call.path for call in calls)
    return [
        call.path
        if call.path and times[call.path] == 1
        else f"{call.path or 'model'}:{call.name.removeprefix('aten::')}"
        for call in calls
    ]


def _settled(row: Row, call: OpCall, probe: Probe) -> Row:
    """Return a row with what the ones probe says, where formula and fvcore disagree on a product."""
    unsettled = row.verdict is Verdict.DISAGREE and row.call.is_product and row.macs_measured is not None
    truth = probe(call) if unsettled and (row.macs_formula or 0) <= _MOST_PROBED else None
    if truth is None:
        return row
    right = {row.macs_formula: "as the formula", row.macs_measured: "as fvcore"}.get(truth, "as neither")
    return replace(row, reason=f"{row.reason}; the ones probe counts {truth:,}, {right} does")
