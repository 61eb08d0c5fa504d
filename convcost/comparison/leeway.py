"""What a model does in its own way, and no paper has as a layer: reshaping, averaging, scores that the loss takes."""

from collections.abc import Sequence

from convcost.core.numeric import Count, product
from convcost.core.op_call import OpCall

Calls = Sequence[OpCall]

_POOLS = ("avg_pool", "adaptive_avg_pool")
_SCORES = {"softmax", "log_softmax", "sigmoid", "log_sigmoid"}

_RESHAPED = "how a model reshapes is no layer"
_AVERAGED = "an average is no product, whatever its steps"
_SCORED = "scores behind the last layer may be left to the loss"


def averages_all(call: OpCall) -> bool:
    """Tell whether a call averages whole maps to one number per channel, by pooling or as a mean."""
    if call.name == "mean":
        return len([size for size in call.output[1:] if size != 1]) <= 1
    return call.name.startswith(_POOLS) and all(bool(size == 1) for size in call.output[2:])


def same_operands(paper: OpCall, call: OpCall) -> bool:
    """Tell whether two calls of one operator take the same operands, however a model has reshaped them.

    A linear layer takes rows of features, and what multiplies nothing takes elements.
    """

    def taken(side: OpCall) -> list[tuple[Count, ...]]:
        if side.name == "linear":
            return [(product(shape[:-1]), shape[-1]) for shape in side.shapes]
        return [shape if side.is_product else (product(shape),) for shape in side.shapes]

    return taken(paper) == taken(call)


def leeway(paper: Calls, model: Calls, line: int | None, number: int | None) -> str:
    """Return why a call of a paper and one of a model may be different, or one of them missing; empty if they may not.

    `line` and `number` are where they stand among the others; None is a call that is missing.
    """
    ours, theirs = None if line is None else paper[line], None if number is None else model[number]
    names = {call.name for call in (ours, theirs) if call}
    if names == {"flatten"}:
        return _RESHAPED
    if names <= _SCORES and _last(paper, line) and _last(model, number):
        return _SCORED
    if ours is None:
        return _AVERAGED if names == {"mean"} else ""
    if theirs is None or not (averages_all(ours) and averages_all(theirs)):
        return ""
    return _AVERAGED if theirs.name == "mean" or same_operands(ours, theirs) else ""


def _last(calls: Calls, place: int | None) -> bool:
    """Tell whether no product comes after a place."""
    return place is None or not any(call.is_product for call in calls[place:])
