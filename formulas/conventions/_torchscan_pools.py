"""torchscan's formulas of pooling, the same for MACs and FLOPs."""

from __future__ import annotations

from collections.abc import Sequence

from convcost.core.convention import CallFilter, Fault, Measure, Rule
from convcost.core.numeric import Count, Shape, product
from convcost.core.op_call import OpCall

from ._operators import ADAPTIVE_AVERAGES, ADAPTIVE_MAXIMA, AVERAGES, MAXIMA, of_bases

SEEN_IN = "torchscan 0.2.0"


def leaves(*bases: str) -> CallFilter:
    """Calls by modules of these classes, or derived from them, that have no modules in them."""
    return CallFilter(bases=bases, where=lambda call: call.site.owner.leaf)


def leaves_of(*operators: str) -> CallFilter:
    """The same for the classes of torch.nn of these operators."""
    return leaves(*of_bases(*operators).bases)


def _ratio(call: OpCall, output: Sequence[Count]) -> Count:
    """torchscan's kernel of an adaptive pool: the ratio of the sizes, or the remainder and one if that is not whole."""
    pairs = list(zip(call.inputs[0][2:], output, strict=True))
    return product(n // o if n % o == 0 else n % o + 1 for n, o in pairs)


def _adaptive(average: bool) -> Measure:
    def measure(call: OpCall) -> Count:
        sizes = call.hyper["output_size"]
        output = [n if o is None else o for n, o in zip(call.inputs[0][2:], sizes, strict=True)]
        return call.cost.activations * (_ratio(call, output) - 1 + (len(output) if average else 0))

    return measure


def _window(average: bool) -> Measure:
    def measure(call: OpCall) -> Count:
        kernel = call.hyper["kernel_size"]
        return call.cost.activations * (product(kernel) - 1 + (len(kernel) if average else 0))

    return measure


def _side(average: bool) -> Measure:
    def measure(call: OpCall) -> Count:
        kernel: Shape = call.hyper["kernel_size"]
        return call.cost.activations * (kernel[0] - 1 + (len(kernel) if average else 0))

    return measure


def _written_once(call: OpCall) -> bool:
    """The module has its kernel as one number; in one dimension that is the whole kernel."""
    return isinstance(call.site.owner.settings.get("kernel_size"), int) and len(call.hyper["kernel_size"]) > 1


POOLS = (
    Rule(MAXIMA, {}, "a comparison fewer than taps per output element", at=leaves_of(*MAXIMA), more=_window(False)),
    Rule(
        AVERAGES,
        {},
        "an addition per tap but one and a division per axis, per output element",
        at=leaves_of(*AVERAGES),
        more=_window(True),
    ),
    Rule(
        ADAPTIVE_MAXIMA,
        {},
        "a comparison fewer than taps per output element",
        at=leaves_of(*ADAPTIVE_MAXIMA),
        more=_adaptive(False),
    ),
    Rule(
        ADAPTIVE_AVERAGES,
        {},
        "an addition per tap but one and a division per axis, per output element",
        at=leaves_of(*ADAPTIVE_AVERAGES),
        more=_adaptive(True),
    ),
)
SIDES = tuple(
    Fault(
        kinds,
        _side(average),
        "a kernel that is given as one number is not squared",
        SEEN_IN,
        CallFilter(bases=of_bases(*kinds).bases, where=_written_once),
    )
    for kinds, average in ((MAXIMA, False), (AVERAGES, True))
)
