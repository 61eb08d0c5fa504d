"""What torchinfo counts: parameters times positions, for every leaf of the tree."""

from convcost.core.convention import ALL, CallFilter, Convention, Fault, Rule
from convcost.core.numeric import Count, product
from convcost.core.op_call import OpCall
from convcost.core.record import Source

from ._operators import CELLS, CONVOLUTIONS, RECURRENT, TRANSPOSED, positions, unbatched

_GATES = {"LSTMCell": 4, "GRUCell": 3, "RNNCell": 1}


def _named_conv(call: OpCall) -> bool:
    return _weighted(call) and "Conv" in call.site.owner.kind.rpartition(".")[2]


def _leaf(call: OpCall) -> bool:
    return _weighted(call) and not _named_conv(call)


def _weighted(call: OpCall) -> bool:
    """Tell whether this is a leaf of the tree with parameters of the names that torchinfo looks for."""
    return call.site.owner.leaf and any("weight" in name or "bias" in name for name in call.site.owner.parameters)


def _a_sample(call: OpCall) -> Count:
    return product((call.cost.parameters, call.inputs[0][0]))


def _first_size(call: OpCall) -> Count | None:
    return product((call.inputs[0][0] if len(call.inputs[0]) > 1 else call.hyper["out_features"], call.cost.parameters))


def _unbatched(call: OpCall) -> Count | None:
    sizes = positions(call)
    return product((call.cost.parameters, call.hyper["out_channels"], *sizes[1:]))


def _transposed(call: OpCall) -> Count | None:
    channels: Count = call.hyper["out_channels"]
    return call.cost.parameters * call.cost.activations // channels


RECORDS = (
    Convention(
        name="torchinfo",
        title="torchinfo 1.8.0, total mult-adds",
        rules=(
            Rule(CONVOLUTIONS, {"macs": 1, "bias_adds": 1}, "a bias counts", at=CallFilter(where=_named_conv)),
            Rule(TRANSPOSED, {"macs": 1, "bias_adds": 1}, "a bias counts", at=CallFilter(where=_named_conv)),
            Rule(("linear",), {"macs": 1, "bias_adds": 1}, "a bias counts", at=CallFilter(where=_leaf)),
            Rule(tuple(RECURRENT), {"macs": 1, "bias_adds": 1}, "a bias counts", at=CallFilter(where=_leaf)),
            Rule(ALL, {}, "1 per parameter and sample", at=CallFilter(where=_leaf), more=_a_sample),
        ),
        source=Source("torchinfo 1.8.0", "torchinfo/layer_info.py, LayerInfo.calculate_macs"),
        faults=(
            Fault(
                ("linear",),
                lambda call: call.cost.parameters * call.cost.activations // _GATES[call.site.owner.kind],
                "a recurrent cell is counted once for every hidden unit",
                CallFilter(modules=CELLS),
            ),
            unbatched(_unbatched, CallFilter(where=_named_conv)),
            Fault(
                ("linear",),
                _first_size,
                "a linear layer is counted once per sample, its other leading dimensions are left out",
                CallFilter(where=lambda call: _leaf(call) and len(call.inputs[0]) != 2),
            ),
            Fault(
                TRANSPOSED,
                _transposed,
                "a transposed convolution is counted at the positions of its output",
                CallFilter(where=_named_conv),
            ),
        ),
    ),
)
