"""Which of fvcore's counts belongs to which call of the model."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass

from convcost.measure.calls import Call
from convcost.measure.fvcore import HANDLED, IGNORED, Counted, FvcoreTrace


@dataclass(frozen=True)
class Measured:
    """A call with fvcore's count of it: a number, or None and why there is none.

    `unused`: the model makes the call, and nothing comes of it.
    """

    call: Call
    count: int | None
    reason: str
    unused: bool = False


def join(calls: tuple[Call, ...], trace: FvcoreTrace) -> list[Measured]:
    """Both lists are in the order of execution; a call that fvcore left out is told by its output's shape."""
    waiting: defaultdict[tuple[str, str], deque[Counted]] = defaultdict(deque)
    for counted in trace.calls:
        waiting[counted.module, counted.aten].append(counted)
    return [_measured(call, waiting[call.module, call.aten]) for call in calls]


def _measured(call: Call, counts: deque[Counted]) -> Measured:
    if counts and call.output in (counts[0].output, (1, *counts[0].output)):
        return Measured(call, counts.popleft().count, "")
    if call.aten in IGNORED:
        return Measured(call, 0, "")
    if call.aten in HANDLED:
        return Measured(call, None, "fvcore's trace leaves out what the output does not depend on", unused=True)
    return Measured(call, None, f"fvcore has no handle for {call.aten}")
