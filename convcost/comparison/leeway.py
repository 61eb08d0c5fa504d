"""What a model does in its own way, and no paper has as a layer: reshaping, averaging, scores that the loss takes."""

from collections.abc import Sequence

from convcost.core.numeric import Count, product
from convcost.core.op_call import OpCall

Calls = Sequence[OpCall]
Pair = tuple[int | None, int | None]

_POOLS = ("avg_pool", "adaptive_avg_pool")
_SCORES = {"softmax", "log_softmax", "sigmoid", "log_sigmoid"}

_RESHAPED = "how a model reshapes is no layer"
_AVERAGED = "an average is no product, whatever its steps"
_SCORED = "scores behind the last layer may be left to the loss"


def averages_all(call: OpCall) -> bool:
    """Tell whether a call averages whole maps to one number per channel: by its shapes, unless its steps were run."""
    if call.site.averaged_maps is not None:
        return bool(call.site.averaged_maps)
    if call.name != "mean" and not call.name.startswith(_POOLS):
        return False
    whole = call.shapes[0]
    if call.name == "mean" and {0, 1} & {axis % len(whole) for axis in call.hyper["dim"]}:
        return False  # samples or channels are averaged
    if call.name.startswith("avg_pool") and (call.hyper["kernel_size"] != whole[2:] or any(call.hyper["padding"])):
        return False  # the window is not the map
    return call.output[:2] == whole[:2] and all(bool(size == 1) for size in call.output[2:])


def same_operands(paper: OpCall, call: OpCall) -> bool:
    """Tell whether two calls of one operator take the same operands, however a model has reshaped them.

    A linear layer takes rows of features, and what multiplies nothing takes elements.
    """

    def taken(side: OpCall) -> list[tuple[Count, ...]]:
        if side.name == "linear":
            return [(product(shape[:-1]), shape[-1]) for shape in side.shapes]
        return [shape if side.is_product else (product(shape),) for shape in side.shapes]

    return taken(paper) == taken(call)


def leeways(paper: Calls, model: Calls, pairs: Sequence[Pair]) -> list[str]:
    """Return why the calls of each pair may be different, or one of them missing; empty if they may not.

    A pair is a place in the paper and one in the model; None is a call that is missing.
    """
    averages = {step for pair in pairs for step in _averages(paper, model, *pair)}
    return [_AVERAGED if pair in averages else _leeway(paper, model, *pair) for pair in pairs]


def _leeway(paper: Calls, model: Calls, in_paper: int | None, in_model: int | None) -> str:
    places = ((paper, in_paper), (model, in_model))
    names = {calls[place].name for calls, place in places if place is not None}
    if names == {"flatten"}:
        return _RESHAPED
    return _SCORED if names <= _SCORES and all(_last(*place) for place in places) else ""


def _averages(paper: Calls, model: Calls, in_paper: int | None, in_model: int | None) -> list[Pair]:
    """Return the pairs that are one average of the paper: the model may take it in one step or in several."""
    if in_paper is None or in_model is None or not (averages_all(paper[in_paper]) and averages_all(model[in_model])):
        return []
    ours, end = paper[in_paper].shapes[0], model[in_model].site
    theirs = end.averaged_maps or model[in_model].shapes[0]
    if ours[:2] != theirs[:2] or product(ours) != product(theirs):
        return []
    steps = (
        place
        for place in range(in_model)
        if end.average_ends_at is not None and model[place].site.average_ends_at == end.average_ends_at
    )
    return [(in_paper, in_model), *((None, place) for place in steps)]


def _last(calls: Calls, place: int | None) -> bool:
    """Tell whether no product comes after a place."""
    return place is None or not any(call.is_product for call in calls[place:])
