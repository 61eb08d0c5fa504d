"""What ptflops makes of attention: torch.nn's and timm's modules have hooks of their own."""

from __future__ import annotations

from convcost.core.convention import CallFilter, Fault, Rule
from convcost.core.numeric import Count, product
from convcost.core.op_call import OpCall

from ._operators import ATTENTION, nothing

SEEN_IN = "ptflops 0.7.5"
_BIASED = {"macs": 1, "bias_adds": 1}
_TIMM = "timm.layers.attention.Attention"
_IN_ATTENTION = CallFilter(modules=("MultiheadAttention",))
_IN_EITHER = CallFilter(modules=("MultiheadAttention", _TIMM))


def _projection(call: OpCall) -> Count | None:
    """Keys and values are projected by a square of their own width."""
    *rows, features = call.inputs[0]
    return product(rows) * features * features + call.cost.bias_adds if features != call.output[-1] else None


def _other_scores(call: OpCall) -> Count | None:
    """The values' width takes the place of the model's, in the second product and the projection of the output."""
    query, key = call.inputs[:2]
    batch, heads, length, size = query
    width, values = heads * size, call.site.owner.settings["vdim"]
    scores: Count = batch * heads * length * key[-2]
    output: Count = batch * length * (values * (values + 1) - width * (width + 1))
    return product((scores, size + values // heads)) + _scores(call) + output


_OTHER_KEYS = "keys and values of other widths are reckoned with the squares of these"
_OTHER_WIDTHS = CallFilter(
    modules=("MultiheadAttention",),
    where=lambda call: len({call.site.owner.settings[name] for name in ("kdim", "vdim", "embed_dim")}) > 1,
)


def _scores(call: OpCall) -> Count:
    query, key = call.inputs[:2]
    return product((*query[:-1], key[-2])) + product(query)


RULES = (
    Rule(("linear",), _BIASED, "biases count", at=_IN_ATTENTION),
    Rule(("bmm", "baddbmm", "matmul"), {"macs": 1}, "the products of attention count", at=_IN_EITHER),
    Rule(("softmax", "mul"), {"activations": 1}, "1 per score and scaled query of attention", at=_IN_EITHER),
    Rule(
        (ATTENTION,),
        {"macs": 1},
        "1 per score for the softmax, 1 per element of the scaled queries",
        at=_IN_EITHER,
        more=_scores,
    ),
)

FAULTS = (
    Fault(("linear",), _projection, _OTHER_KEYS, SEEN_IN, _OTHER_WIDTHS),
    Fault((ATTENTION,), _other_scores, _OTHER_KEYS, SEEN_IN, _OTHER_WIDTHS),
    Fault(
        ("*",),
        nothing,
        "timm's attention has a hook of its own, and what the layers in it are given is not added up",
        SEEN_IN,
        CallFilter(where=lambda call: _TIMM in call.site.owner.within),
    ),
)
