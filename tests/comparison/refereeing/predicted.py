"""The referee on a case, from numbers that were printed before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from convcost.comparison.refereeing.explanation import Refereed, referee
from convcost.comparison.refereeing.run import Subject
from convcost.comparison.refereeing.traced import Traced, traced
from convcost.trace.call_sites import Written, written
from convcost.trace.counters import Printout, counter
from convcost.trace.counters.sandbox import CounterRun
from convcost.trace.fvcore import traced_or_not
from convcost.trace.inputs import Inputs
from tests.comparison.refereeing.cases import CASES
from tests.comparison.refereeing.printed import Row


@cache
def seen(name: str) -> tuple[Written, Traced, int]:
    """A case's calls, what a trace has otherwise, and its batch."""
    case = CASES[name]
    model, inputs = case.make(), Inputs.of(case.inputs)
    found = written(model, inputs)
    trace = traced(found.capture.calls, traced_or_not(model, inputs))
    return found, trace, Subject(model, inputs, name).batch


def judged(name: str, rows: Sequence[Row]) -> Refereed:
    """What the referee makes of a case's printed numbers, without running any counter."""
    found, trace, batch = seen(name)
    printed = (None if row.printed is None else Printout(row.printed) for row in rows)
    ran = [CounterRun(counter(r.counter), r.version, p, r.failed) for r, p in zip(rows, printed, strict=True)]
    return referee(found.capture.calls, found.owners, ran, batch, trace)
