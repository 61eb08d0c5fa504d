"""An architecture of the book against a real model."""

from __future__ import annotations

from convcost.comparison.align import align, signature
from convcost.comparison.breakdown import Share, shares, weights
from convcost.comparison.join import join, unhandled, unseen
from convcost.comparison.judge import Judge, call_signature, moves_only
from convcost.comparison.result import Comparison, Totals
from convcost.comparison.row import Row, counted
from convcost.comparison.verdict import Verdict
from convcost.core.architecture import Network
from convcost.core.convention import Convention
from convcost.core.outline import kind
from convcost.core.registry import find
from convcost.core.spec import TensorSpec
from convcost.trace.capture import Capture
from convcost.trace.fvcore import FvcoreTrace


def compare_paper(network: Network, capture: Capture, trace: FvcoreTrace, unit: str = "macs") -> Comparison:
    """Hold a network against what the model called and what fvcore counted."""
    judge = Judge(find(Convention, unit, "unit"), find(Convention, "fvcore", "convention"))
    measured = [m for m in join(capture.calls, trace) if not moves_only(m)]
    keys = [call_signature(m) for m in measured]
    pairs = align(
        [signature(line.operator.name, line.inputs, line.hyper) for line in network.calls],
        keys,
        [line.operator.name for line in network.calls],
        [m.call.operator or m.call.aten for m in measured],
    )
    rows = [
        judge.row(network.calls[i] if i is not None else None, measured[j] if j is not None else None) for i, j in pairs
    ]
    uncounted = unhandled(trace)
    return Comparison(
        paper=network,
        inputs=(TensorSpec(tuple(map(int, network.input_shape))),),
        unit=unit,
        rows=tuple(rows),
        totals=_totals(network, rows, capture, trace, judge),
        uncounted=uncounted,
        unseen=unseen(uncounted, capture),
        shares=_shares(network),
        device=trace.device,
    )


def _totals(network: Network, rows: list[Row], capture: Capture, trace: FvcoreTrace, judge: Judge) -> Totals:
    lines = network.calls
    # The first rows are the lines'; what fvcore left out of its trace is not in its total either.
    weighed = (
        judge.fvcore.weigh(line.operator.name, line.hyper, line.cost)
        for line, row in zip(lines, rows, strict=False)
        if row.macs_measured is not None or row.verdict is Verdict.NOT_CALLED
    )
    return Totals(
        macs_formula=sum(int(judge.unit.weigh(x.operator.name, x.hyper, x.cost) or 0) for x in network.core),
        macs_measured=counted([row for row in rows if row.is_product]),
        params_formula=int(network.cost.parameters),
        params_measured=capture.parameters,
        fvcore_total=trace.total,
        fvcore_total_formula=sum(int(count) for count in weighed if count is not None),
    )


def _shares(network: Network) -> tuple[Share, ...]:
    return shares(
        (
            kind(line.operator.name, line.inputs, line.hyper),
            int(line.cost.macs),
            weights(line.operator, line.inputs, line.hyper),
        )
        for line in network.core
    )
