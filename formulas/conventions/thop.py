"""What thop counts: hooks on leaf modules, by their very class."""

from convcost.core.convention import CallFilter, Convention, Fault, Rule
from convcost.core.numeric import Count
from convcost.core.op_call import OpCall
from convcost.core.record import Source

from ._operators import (
    ADAPTIVE_AVERAGES,
    AVERAGES,
    BATCH_NORMS,
    CONVOLUTIONS,
    INSTANCE_NORMS,
    TRANSPOSED,
    cells,
    hooked,
    norms,
    output_positions,
    recurrent,
    rows_for_channels,
    unbatched,
)

_NORM_MODULES = (*BATCH_NORMS, *INSTANCE_NORMS, "LayerNorm")
_UPSAMPLED = ("Upsample", "UpsamplingBilinear2d", "UpsamplingNearest2d")
PER_UNIT = {"lstm": 8, "gru": 7, "rnn_tanh": 1, "rnn_relu": 1}
UPSAMPLINGS = {"upsample_linear1d": 5, "upsample_bilinear2d": 11, "upsample_bicubic2d": 259}


def _wrong(call: OpCall) -> Count | None:
    count = output_positions(call)
    return count if count != call.cost.macs else None


RECORDS = (
    Convention(
        name="thop",
        title="thop 0.1.1",
        rules=(
            Rule(CONVOLUTIONS, {"macs": 1}, "biases do not count", at=hooked(*CONVOLUTIONS)),
            Rule(TRANSPOSED, {"macs": 1}, "biases do not count", at=hooked(*TRANSPOSED)),
            Rule(("linear",), {"macs": 1}, "biases do not count", at=CallFilter(modules=("Linear",))),
            *norms(2, 4, CallFilter(modules=_NORM_MODULES)),
            Rule(("prelu",), {"activations": 1}, "1 per element of a PReLU", at=CallFilter(modules=("PReLU",))),
            Rule(
                ("softmax",),
                {"elementwise": 1},
                "an exponential, an addition and a division per element of a softmax",
                at=CallFilter(modules=("Softmax",)),
            ),
            Rule(AVERAGES, {"activations": 1}, "1 per output element of an average pool", at=hooked(*AVERAGES)),
            Rule(
                ADAPTIVE_AVERAGES,
                {"inputs": 1, "activations": 1},
                "1 per input and output element of an adaptive average pool",
                at=hooked(*ADAPTIVE_AVERAGES),
            ),
            Rule(
                tuple(f"upsample_nearest{rank}d" for rank in (1, 2, 3)),
                {"activations": 1},
                "1 per output element of an upsampling",
                at=CallFilter(modules=_UPSAMPLED),
            ),
            *(
                Rule((name,), {"activations": n}, f"{n} per output element of an upsampling", at=CallFilter(_UPSAMPLED))
                for name, n in UPSAMPLINGS.items()
            ),
            *recurrent(PER_UNIT),
            *cells({"macs": 1, "bias_adds": 1}, tangents=False),
        ),
        source=Source(
            "thop 0.1.1.post2209072238", "thop/profile.py, register_hooks; thop/vision/basic_hooks.py and calc_func.py"
        ),
        faults=(
            unbatched(rows_for_channels, hooked(*CONVOLUTIONS)),
            Fault(
                TRANSPOSED,
                _wrong,
                "a transposed convolution is counted at the positions of its output",
                hooked(*TRANSPOSED),
            ),
        ),
        places=2,
    ),
)
