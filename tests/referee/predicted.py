"""The referee on a case, from numbers that were printed before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from convcost.measure.counters.counter import Printed, counter
from convcost.measure.counters.room import Ran
from convcost.measure.fvcore import traced_or_not
from convcost.measure.inputs import Inputs
from convcost.measure.written import Written, written
from convcost.refereeing.account import Refereed, referee
from convcost.refereeing.hearing import Subject
from convcost.refereeing.traced import Traced, traced
from tests.referee.cases import CASES
from tests.referee.printed import Row


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
    ran = [
        Ran(counter(r.counter), r.version, None if r.printed is None else Printed(r.printed), r.failed) for r in rows
    ]
    return referee(found.capture.calls, found.owners, ran, batch, trace)
