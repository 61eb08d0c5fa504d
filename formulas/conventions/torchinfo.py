"""What torchinfo counts: parameters times positions, for every leaf of the tree."""

from __future__ import annotations

from convcost.core.convention import Convention, Fault, Rule
from convcost.core.cost import Cost
from convcost.core.numeric import Count, product
from convcost.core.record import Source
from convcost.core.sight import Sight
from convcost.core.use import Use

from ._operators import CELLS, CONVOLUTIONS, RECURRENT, TRANSPOSED, Hyper, Inputs, nothing, positions

_GATES = {"LSTMCell": 4, "GRUCell": 3, "RNNCell": 1}
_SEEN_IN = "torchinfo 1.8.0"


def _named_conv(use: Use) -> bool:
    return _weighted(use) and "Conv" in use.owner.kind.rpartition(".")[2]


def _leaf(use: Use) -> bool:
    return _weighted(use) and not _named_conv(use)


def _weighted(use: Use) -> bool:
    """A leaf of the tree with parameters of the names that torchinfo looks for."""
    return use.owner.leaf and any("weight" in name or "bias" in name for name in use.owner.parameters)


def _a_sample(inputs: Inputs, hyper: Hyper, cost: Cost) -> Count:
    return product((cost.parameters, inputs[0][0]))


def _first_size(inputs: Inputs, hyper: Hyper, cost: Cost) -> Count | None:
    return product((inputs[0][0] if len(inputs[0]) > 1 else hyper["out_features"], cost.parameters))


def _unbatched(inputs: Inputs, hyper: Hyper, cost: Cost) -> Count | None:
    sizes = positions(inputs, hyper)
    return product((cost.parameters, hyper["out_channels"], *sizes[1:]))


def _transposed(inputs: Inputs, hyper: Hyper, cost: Cost) -> Count | None:
    channels: Count = hyper["out_channels"]
    return cost.parameters * cost.activations // channels


RECORDS = (
    Convention(
        name="torchinfo",
        title="torchinfo 1.8.0, total mult-adds",
        rules=(
            Rule(CONVOLUTIONS, {"macs": 1, "bias_adds": 1}, "a bias counts", at=Sight(where=_named_conv)),
            Rule(TRANSPOSED, {"macs": 1, "bias_adds": 1}, "a bias counts", at=Sight(where=_named_conv)),
            Rule(("linear",), {"macs": 1, "bias_adds": 1}, "a bias counts", at=Sight(where=_leaf)),
            Rule(tuple(RECURRENT), {"macs": 1, "bias_adds": 1}, "a bias counts", at=Sight(where=_leaf)),
            Rule(("*",), {}, "1 per parameter and sample", at=Sight(where=_leaf), more=_a_sample),
        ),
        source=Source("torchinfo 1.8.0", "torchinfo/layer_info.py, LayerInfo.calculate_macs"),
        faults=(
            Fault(
                ("linear",),
                nothing,
                "a recurrent cell is counted once for every hidden unit",
                _SEEN_IN,
                Sight(modules=CELLS),
                lambda use: use.cost.parameters * use.cost.activations // _GATES[use.owner.kind],
            ),
            Fault(
                CONVOLUTIONS,
                _unbatched,
                "a convolution of an input without a batch axis is taken for one with it",
                _SEEN_IN,
                Sight(where=lambda use: _named_conv(use) and use.unbatched),
            ),
            Fault(
                ("linear",),
                _first_size,
                "a linear layer is counted once a sample, its other leading dimensions are left out",
                _SEEN_IN,
                Sight(where=lambda use: _leaf(use) and len(use.inputs[0]) != 2),
            ),
            Fault(
                TRANSPOSED,
                _transposed,
                "a transposed convolution is counted at the positions of its output",
                _SEEN_IN,
                Sight(where=_named_conv),
            ),
        ),
    ),
)
