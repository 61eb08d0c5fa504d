"""The referee on a case, from numbers that were printed before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from convcost.comparison.fvcore_counts import measured_calls, products_of_sizes
from convcost.comparison.refereeing.explanation import RefereeRun, referee
from convcost.comparison.refereeing.run import CountedModel
from convcost.core.op_call import OpCall
from convcost.trace.call_sites import capture_call_sites
from convcost.trace.copies import Inputs
from convcost.trace.counters import Printout, counter
from convcost.trace.counters.sandbox import CounterRun
from convcost.trace.fvcore import trace_fvcore
from tests.comparison.refereeing.cases import CASES
from tests.comparison.refereeing.printed import Row


@cache
def captured(name: str) -> tuple[list[OpCall], int, int]:
    """A case's calls, its batch, and how many products of sizes a trace has besides."""
    case = CASES[name]
    model, inputs = case.make(), Inputs.of(case.inputs)
    found = capture_call_sites(model, inputs)
    trace = trace_fvcore(model, inputs, found)
    measured = [one.call for one in measured_calls(found.calls, trace)]
    return measured, CountedModel(model, inputs, name).batch, products_of_sizes(found.calls, trace)


def judged(name: str, rows: Sequence[Row]) -> RefereeRun:
    """What the referee makes of a case's printed numbers, without running any counter."""
    calls, batch, sizes = captured(name)
    printed = (None if row.printed is None else Printout(row.printed) for row in rows)
    ran = [CounterRun(counter(r.counter), r.version, p, r.failed) for r, p in zip(rows, printed, strict=True)]
    return referee(calls, ran, batch, sizes)
