"""What torchscan's module formulas count: leaf modules and attention, by their class or its bases."""

from __future__ import annotations

from convcost.core.convention import CallFilter, Convention, Fault, Rule
from convcost.core.numeric import Count, product
from convcost.core.op_call import OpCall
from convcost.core.record import Source

from ._operators import (
    ATTENTION,
    CONVOLUTIONS,
    TRANSPOSED,
    UNBATCHED,
    of_bases,
    output_positions,
    rows_for_channels,
)
from ._torchscan_pools import POOLS, SEEN_IN, SIDES, leaves, leaves_of

_BATCH_NORM = leaves("_BatchNorm")
_IN_ATTENTION = CallFilter(bases=("MultiheadAttention",))


def _unbatched(macs: int) -> Fault:
    def predicts(call: OpCall) -> Count | None:
        adds = 0 if macs == 1 else call.cost.bias_adds - call.cost.activations
        return macs * rows_for_channels(call) + adds

    return Fault(
        CONVOLUTIONS,
        predicts,
        UNBATCHED,
        SEEN_IN,
        CallFilter(
            bases=of_bases(*CONVOLUTIONS).bases, where=lambda call: call.site.owner.leaf and call.site.unbatched
        ),
    )


def _transposed(macs: int, extra: int) -> Fault:
    def predicts(call: OpCall) -> Count | None:
        count = output_positions(call)
        adds: Count = 0 if macs == 1 else call.cost.bias_adds - call.cost.activations
        return macs * count + adds + extra * len(call.hyper["kernel_size"])

    return Fault(
        TRANSPOSED,
        predicts,
        "a transposed convolution is counted at the positions of its output, and a few operations per axis besides",
        SEEN_IN,
        of_bases(*TRANSPOSED),
    )


def _attention(call: OpCall) -> Count:
    query, key = call.inputs[:2]
    rows, scores = product(query[:-1]), product((*query[:-1], key[-2]))
    return 1 + product(query) - scores + 3 * scores - rows - call.cost.activations


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


def _layer_norm(call: OpCall) -> Count:
    rows = call.cost.activations // product(call.hyper["normalized_shape"])
    return 2 * rows


RECORDS = (
    Convention(
        name="torchscan",
        title="torchscan 0.2.0, MACs of its module formulas",
        rules=(
            Rule(CONVOLUTIONS, {"macs": 1}, "biases do not count", at=leaves_of(*CONVOLUTIONS)),
            Rule(TRANSPOSED, {"macs": 1}, "biases do not count", at=leaves_of(*TRANSPOSED)),
            Rule(("linear",), {"macs": 1}, "biases do not count", at=CallFilter(bases=("Linear",))),
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
            Rule(("linear",), _FLOPS, _TAPS, at=CallFilter(bases=("Linear", "MultiheadAttention"))),
            Rule(("bmm", "baddbmm"), {"macs": 2, "activations": -1}, _TAPS, at=_IN_ATTENTION),
            Rule(
                ("mul",),
                {"activations": 1},
                "1 for the root that queries are scaled by",
                at=_IN_ATTENTION,
                more=lambda call: 1,
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
                lambda call: 2 * call.inputs[0][1],
            ),
            Rule(
                ("batch_norm",),
                {"activations": 4},
                "2 per channel of a batch norm",
                at=_BATCH_NORM,
                more=lambda call: 2 * call.inputs[0][1],
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
                at=CallFilter(bases=("Dropout",), where=lambda call: call.site.owner.settings["p"] > 0),
                more=lambda call: product(call.inputs[0]),
            ),
            *POOLS,
        ),
        source=Source(SEEN_IN, "torchscan/modules/flops.py"),
        faults=(_unbatched(2), _transposed(2, 8), *SIDES),
        unit="flops",
    ),
)
