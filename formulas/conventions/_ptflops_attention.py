"""What ptflops makes of attention: torch.nn's and timm's modules have hooks of their own."""

from __future__ import annotations

from convcost.core.convention import Fault, Rule
from convcost.core.cost import Cost
from convcost.core.numeric import Count, product
from convcost.core.sight import Sight
from convcost.core.use import Use

from ._operators import ATTENTION, Hyper, Inputs, nothing

SEEN_IN = "ptflops 0.7.5"
_BIASED = {"macs": 1, "bias_adds": 1}
_TIMM = "timm.layers.attention.Attention"
_IN_ATTENTION = Sight(modules=("MultiheadAttention",))
_IN_EITHER = Sight(modules=("MultiheadAttention", _TIMM))


def _projection(use: Use) -> Count | None:
    """Keys and values are projected by a square of their own width."""
    *rows, features = use.inputs[0]
    return product(rows) * features * features + use.cost.bias_adds if features != use.output[-1] else None


def _other_scores(use: Use) -> Count | None:
    """The values' width takes the place of the model's, in the second product and the projection of the output."""
    query, key = use.inputs[:2]
    batch, heads, length, size = query
    width, values = heads * size, use.owner.settings["vdim"]
    scores: Count = batch * heads * length * key[-2]
    output: Count = batch * length * (values * (values + 1) - width * (width + 1))
    return product((scores, size + values // heads)) + _scores(use.inputs, use.hyper, use.cost) + output


_OTHER_KEYS = "keys and values of other widths are reckoned with the squares of these"
_OTHER_WIDTHS = Sight(
    modules=("MultiheadAttention",),
    where=lambda use: {use.owner.settings[name] for name in ("kdim", "vdim")} != {use.owner.settings["embed_dim"]},
)


def _scores(inputs: Inputs, hyper: Hyper, cost: Cost) -> Count:
    query, key = inputs[:2]
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
    Fault(("linear",), nothing, _OTHER_KEYS, SEEN_IN, _OTHER_WIDTHS, _projection),
    Fault((ATTENTION,), nothing, _OTHER_KEYS, SEEN_IN, _OTHER_WIDTHS, _other_scores),
    Fault(
        ("*",),
        nothing,
        "timm's attention has a hook of its own, and what the layers in it are given is not added up",
        SEEN_IN,
        Sight(where=lambda use: _TIMM in use.owner.within),
    ),
)
