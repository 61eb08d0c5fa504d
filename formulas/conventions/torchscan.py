"""What torchscan's module formulas count: leaf modules and attention, by their class or its bases."""

from __future__ import annotations

from convcost.core.convention import Convention, Fault, Rule
from convcost.core.cost import Cost
from convcost.core.numeric import Count, product
from convcost.core.record import Source
from convcost.core.sight import Sight

from ._operators import (
    ATTENTION,
    CONVOLUTIONS,
    TRANSPOSED,
    UNBATCHED,
    Hyper,
    Inputs,
    of_bases,
    output_positions,
    rows_for_channels,
)
from ._torchscan_pools import POOLS, SEEN_IN, SIDES, leaves, leaves_of

_BATCH_NORM = leaves("_BatchNorm")
_IN_ATTENTION = Sight(bases=("MultiheadAttention",))


def _unbatched(macs: int) -> Fault:
    def predicts(inputs: Inputs, hyper: Hyper, cost: Cost) -> Count | None:
        adds = 0 if macs == 1 else cost.bias_adds - cost.activations
        return macs * rows_for_channels(inputs, hyper, cost) + adds

    return Fault(
        CONVOLUTIONS,
        predicts,
        UNBATCHED,
        SEEN_IN,
        Sight(bases=of_bases(*CONVOLUTIONS).bases, where=lambda use: use.owner.leaf and use.unbatched),
    )


def _transposed(macs: int, extra: int) -> Fault:
    def predicts(inputs: Inputs, hyper: Hyper, cost: Cost) -> Count | None:
        count = output_positions(inputs, hyper, cost)
        adds: Count = 0 if macs == 1 else cost.bias_adds - cost.activations
        return macs * count + adds + extra * len(hyper["kernel_size"])

    return Fault(
        TRANSPOSED,
        predicts,
        "a transposed convolution is counted at the positions of its output, and a few operations per axis besides",
        SEEN_IN,
        of_bases(*TRANSPOSED),
    )


def _attention(inputs: Inputs, hyper: Hyper, cost: Cost) -> Count:
    query, key = inputs[:2]
    rows, scores = product(query[:-1]), product((*query[:-1], key[-2]))
    return 1 + product(query) - scores + 3 * scores - rows - cost.activations


_FLOPS = {"macs": 2, "bias_adds": 1, "activations": -1}
_TAPS = "2 per multiply-accumulate but one per output element, and a bias"
_PER_ELEMENT = {"relu": 1, "elu": 6, "leaky_relu": 4, "relu6": 2, "tanh": 6, "sigmoid": 4}
_MODULES = {
    "relu": "ReLU",
    "elu": "ELU",
    "leaky_relu": "LeakyReLU",
    "relu6": "ReLU6",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
}


def _layer_norm(inputs: Inputs, hyper: Hyper, cost: Cost) -> Count:
    rows = cost.activations // product(hyper["normalized_shape"])
    return 2 * rows


RECORDS = (
    Convention(
        name="torchscan",
        title="torchscan 0.2.0, MACs of its module formulas",
        rules=(
            Rule(CONVOLUTIONS, {"macs": 1}, "biases do not count", at=leaves_of(*CONVOLUTIONS)),
            Rule(TRANSPOSED, {"macs": 1}, "biases do not count", at=leaves_of(*TRANSPOSED)),
            Rule(("linear",), {"macs": 1}, "biases do not count", at=Sight(bases=("Linear",))),
            Rule(
                ("batch_norm",),
                {"activations": 1},
                "1 per element of a batch norm without scale and shift",
                {"affine": (False,)},
                _BATCH_NORM,
            ),
            Rule(("batch_norm",), {"activations": 2}, "2 per element of a batch norm", at=_BATCH_NORM),
            *POOLS,
        ),
        source=Source(SEEN_IN, "torchscan/modules/macs.py"),
        faults=(_unbatched(1), _transposed(1, 4), *SIDES),
    ),
    Convention(
        name="torchscan-flops",
        title="torchscan 0.2.0, FLOPs of its module formulas",
        rules=(
            Rule(CONVOLUTIONS, _FLOPS, _TAPS, at=leaves_of(*CONVOLUTIONS)),
            Rule(TRANSPOSED, _FLOPS, _TAPS, at=leaves_of(*TRANSPOSED)),
            Rule(("linear",), _FLOPS, _TAPS, at=Sight(bases=("Linear", "MultiheadAttention"))),
            Rule(("bmm", "baddbmm"), {"macs": 2, "activations": -1}, _TAPS, at=_IN_ATTENTION),
            Rule(
                ("mul",),
                {"activations": 1},
                "1 for the root that queries are scaled by",
                at=_IN_ATTENTION,
                more=lambda inputs, hyper, cost: 1,
            ),
            Rule(("softmax",), {"elementwise": 1}, "the softmax of attention counts", at=_IN_ATTENTION),
            Rule(("mean",), {"inputs": 1}, "the mean of the heads' scores counts", at=_IN_ATTENTION),
            Rule(
                (ATTENTION,),
                {"macs": 2},
                "its products without their first additions, its softmax and the scaling of the queries",
                at=_IN_ATTENTION,
                more=_attention,
            ),
            Rule(
                ("batch_norm",),
                {"activations": 2},
                "2 per channel of a batch norm",
                {"affine": (False,)},
                _BATCH_NORM,
                lambda inputs, hyper, cost: 2 * inputs[0][1],
            ),
            Rule(
                ("batch_norm",),
                {"activations": 4},
                "2 per channel of a batch norm",
                at=_BATCH_NORM,
                more=lambda inputs, hyper, cost: 2 * inputs[0][1],
            ),
            Rule(
                ("layer_norm",),
                {"activations": 6},
                "2 per row of a layer norm",
                {"affine": (False,)},
                leaves("LayerNorm"),
                _layer_norm,
            ),
            Rule(
                ("layer_norm",),
                {"activations": 8},
                "2 per row of a layer norm",
                at=leaves("LayerNorm"),
                more=_layer_norm,
            ),
            *(
                Rule((name,), {"activations": n}, f"{n} per element of an activation", at=leaves(_MODULES[name]))
                for name, n in _PER_ELEMENT.items()
            ),
            Rule(
                ("dropout",),
                {},
                "1 per element of a dropout, in evaluation too",
                at=Sight(bases=("Dropout",), where=lambda use: use.owner.settings["p"] > 0),
                more=lambda inputs, hyper, cost: product(inputs[0]),
            ),
            *POOLS,
        ),
        source=Source(SEEN_IN, "torchscan/modules/flops.py"),
        faults=(_unbatched(2), _transposed(2, 8), *SIDES),
        unit="flops",
    ),
)
