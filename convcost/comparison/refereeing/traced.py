"""What a torch.jit trace has otherwise than the model: branches left out, and sizes that are computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convcost.comparison.join import join, unhandled
from convcost.trace.capture import Call
from convcost.trace.fvcore import HANDLED, IGNORED, FvcoreTrace

_PRODUCT = "aten::mul"


@dataclass(frozen=True)
class Traced:
    """Positions of the calls that a trace leaves out, and how many products of sizes it has besides the calls'."""

    unused: frozenset[int] = frozenset()
    sizes: int = 0


NO_TRACE = Traced()


def traced(calls: Sequence[Call], trace: FvcoreTrace) -> Traced:
    """Read from fvcore's trace of the same model; nothing where fvcore could not trace it."""
    if trace.failed:
        return NO_TRACE
    measured = join(tuple(calls), trace)
    unused = {position for position, one in enumerate(measured) if one.unused}
    unused |= {position for position, call in enumerate(calls) if _left_out(call, trace)}
    own = sum(call.aten == _PRODUCT for call in calls)
    return Traced(frozenset(unused), max(unhandled(trace).get(_PRODUCT, 0) - own, 0))


def _left_out(call: Call, trace: FvcoreTrace) -> bool:
    """Whether a call that fvcore has no handle for was not met either."""
    known = call.aten in HANDLED or call.aten in IGNORED
    met = trace.unsupported.get(call.module)
    return not known and (met is None or not met[call.aten])
