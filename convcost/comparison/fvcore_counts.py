"""Which of fvcore's counts belongs to which call of the model, and what its trace leaves out."""

from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from convcost.core.op_call import COMPLEX, REAL_CONVOLUTIONS, OpCall, upwards
from convcost.core.without_products import WITHOUT_PRODUCTS
from convcost.trace.aten import MOVEMENT
from convcost.trace.capture import Capture
from convcost.trace.fvcore import HANDLED, IGNORED, Counted, FvcoreTrace

_PRODUCT = "aten::mul"


class Unmeasured(Enum):
    """Why fvcore has no count of a call, as a sentence about what stood in its way."""

    FAILED = "fvcore gives no number: {}"
    RAISED = "fvcore's handle raises {}"
    NO_HANDLE = "fvcore has no handle for {}"
    HIDDEN = "fvcore has no handle for {}, whose calls its trace does not show"
    LEFT_OUT = "fvcore's trace leaves out what the output does not depend on"


@dataclass(frozen=True)
class Measured:
    """A call with fvcore's count of it, or None, why there is none, and what stood in its way (an error, an operator).

    No row yet: it has no formula beside it and no verdict.
    """

    call: OpCall
    count: int | None
    why: Unmeasured | None = None
    obstacle: str = ""

    @property
    def reason(self) -> str:
        """Why there is no count, in words; empty where there is one."""
        return "" if self.why is None else self.why.value.format(self.obstacle)


def measured_calls(calls: Sequence[OpCall], trace: FvcoreTrace) -> list[Measured]:
    """Give each call its count, and say of each at its call site what a trace shows in its place.

    Both lists are in the order of execution; a call that fvcore left out is told by its output's shape.
    """
    if trace.failed:
        return [Measured(call, None, Unmeasured.FAILED, trace.failed) for call in calls]
    waiting: defaultdict[tuple[str, str], deque[Counted]] = defaultdict(deque)
    for counted in trace.calls:
        waiting[counted.path, counted.aten].append(counted)
    hiding = {path: next(filter(_hides, names), "") for path, names in trace.unsupported.items()}
    following = Counter((call.path, call.aten) for call in calls)
    found = []
    for call in calls:
        key = call.path, call.aten
        following[key] -= 1
        found.append(_measured(call, waiting[key], following[key], hiding, trace))
    return found


def _measured(
    call: OpCall, counts: deque[Counted], following: int, hiding: Mapping[str, str], trace: FvcoreTrace
) -> Measured:
    """Return a call with its count.

    counts     those that are left of its module and operator, and `following` the number of calls that wait for theirs
    hiding     what a trace shows in place of a module's calls
    """
    if counts and call.output in (counts[0].output, (1, *counts[0].output)):
        counted = counts.popleft()
        if call.site.number == COMPLEX and "kernel_size" in call.hyper:
            parts = [counted, *(counts.popleft() for _ in range(min(REAL_CONVOLUTIONS - 1, len(counts))))]
            counted = replace(counted, count=sum(part.count or 0 for part in parts))
        return Measured(call, counted.count, Unmeasured.RAISED if counted.raised else None, counted.raised)
    if several := _parts(call, counts, len(counts) - following):
        return Measured(call, sum(counts.popleft().count or 0 for _ in range(several)))
    if call.aten in IGNORED:
        return Measured(call, 0)
    module = call.path.rpartition("/")[2]  # fvcore takes what precedes a slash in a name for another module
    if call.aten not in HANDLED:
        met = module in trace.unsupported and trace.unsupported[module][call.aten]
        return Measured(call if met else _unused(call), None, Unmeasured.NO_HANDLE, call.aten)
    if hidden := next(filter(None, map(hiding.get, upwards(module))), None):
        return Measured(replace(call, site=replace(call.site, hidden_by=hidden)), None, Unmeasured.HIDDEN, hidden)
    return Measured(_unused(call), None, Unmeasured.LEFT_OUT)


def _parts(call: OpCall, counts: Sequence[Counted], most: int) -> int:
    """Return how many counts, `most` at the most, make one call, side by side in the last axis of its output; or 0.

    A tensor that is given twice is two in a trace, which then has the parts of what attention projects at once.
    """
    *rows, width = call.output or (0,)
    for number, counted in enumerate(counts, 1):
        *these, part = counted.output or (0,)
        width -= part
        if number > most or counted.count is None or rows not in (these, [1, *these]) or width < 0:
            return 0
        if width == 0:
            return number
    return 0


def _unused(call: OpCall) -> OpCall:
    return replace(call, site=replace(call.site, unused=True))


_NATIVE = frozenset({"aten::_native_multi_head_attention", "aten::_transformer_encoder_layer_fwd"})


def _hides(name: str) -> bool:
    """Tell whether an operator of a trace, native or a function of autograd of the model's own, hides calls."""
    return name in _NATIVE or name.startswith("prim::PythonOp")


def unhandled(trace: FvcoreTrace) -> dict[str, int]:
    """Return the operators that fvcore met and has no handle for, and how often."""
    return dict(sum(trace.unsupported.values(), Counter[str]()))


def products_of_sizes(calls: Sequence[OpCall], trace: FvcoreTrace) -> int:
    """Return how many products of sizes a trace has besides those of the model's calls."""
    return max(unhandled(trace).get(_PRODUCT, 0) - sum(call.aten == _PRODUCT for call in calls), 0)


# While a model is traced, its sizes are tensors too; computing with them is not the network's arithmetic.
_SIZES = frozenset(
    f"aten::{name}"
    for name in (
        *("add", "sub", "rsub", "mul", "div", "neg", "ceil", "floor", "floor_divide", "remainder", "max", "min"),
        *("pow", "sqrt", "abs", "round", "trunc", "eq", "ne", "lt", "le", "gt", "ge", "bitwise_not", "numel"),
        *("resolve_conj", "view_as_real"),  # what a convolution of complex numbers is taken apart with
    )
)
_WITHOUT_COST = _SIZES | WITHOUT_PRODUCTS | {f"aten::{name}" for name in MOVEMENT}


def traced_only(uncounted: Mapping[str, int], capture: Capture) -> tuple[str, ...]:
    """Return the operators that the model calls only while it is traced, without those that cost nothing."""
    only = set(uncounted) - capture.seen
    return tuple(sorted(name for name in only if name.removesuffix("_") not in _WITHOUT_COST and not _hides(name)))
