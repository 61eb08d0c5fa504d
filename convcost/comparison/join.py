"""Which of fvcore's counts belongs to which call of the model."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass

from convcost.trace.capture import Call, Capture
from convcost.trace.fvcore import HANDLED, IGNORED, Counted, FvcoreTrace


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
    if trace.failed:
        return [Measured(call, None, trace.failed) for call in calls]
    waiting: defaultdict[tuple[str, str], deque[Counted]] = defaultdict(deque)
    for counted in trace.calls:
        waiting[counted.module, counted.aten].append(counted)
    own = {module: next(filter(_own, names), "") for module, names in trace.unsupported.items()}
    return [_measured(call, waiting[call.module, call.aten], own.get(call.module, "")) for call in calls]


def _measured(call: Call, counts: deque[Counted], hidden: str) -> Measured:
    """`hidden`: an autograd function of the call's module, which a trace has in place of what it calls."""
    if counts and call.output in (counts[0].output, (1, *counts[0].output)):
        counted = counts.popleft()
        return Measured(call, counted.count, f"fvcore's handle raises {counted.raised}" if counted.raised else "")
    if call.aten in IGNORED:
        return Measured(call, 0, "")
    if call.aten in HANDLED and hidden:
        return Measured(call, None, f"fvcore has no handle for {hidden}, whose calls its trace does not show")
    if call.aten in HANDLED:
        return Measured(call, None, "fvcore's trace leaves out what the output does not depend on", unused=True)
    return Measured(call, None, f"fvcore has no handle for {call.aten}")


def _own(name: str) -> bool:
    """Whether an operator of a trace is an autograd function that is the model's own."""
    return name.startswith("prim::PythonOp")


def unhandled(trace: FvcoreTrace) -> dict[str, int]:
    """The operators that fvcore met and has no handle for, and how often."""
    return dict(sum(trace.unsupported.values(), Counter[str]()))


# While a model is traced, its sizes are tensors too; computing with them is not the network's arithmetic.
_SIZES = frozenset(
    f"aten::{name}"
    for name in (
        *("add", "sub", "rsub", "mul", "div", "neg", "ceil", "floor", "floor_divide", "remainder", "max", "min"),
        *("pow", "sqrt", "abs", "round", "trunc", "eq", "ne", "lt", "le", "gt", "ge", "bitwise_not", "numel"),
    )
)


def unseen(uncounted: Mapping[str, int], capture: Capture) -> tuple[str, ...]:
    """Operators that the model calls only while it is traced."""
    only = set(uncounted) - capture.seen
    return tuple(sorted(name for name in only if name.removesuffix("_") not in _SIZES and not _own(name)))
