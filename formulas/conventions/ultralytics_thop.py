"""What ultralytics-thop counts: hooks on modules by their class or its bases, and products outside of these."""

from convcost.core.convention import CallFilter, Convention, Rule
from convcost.core.numeric import Count, product
from convcost.core.op_call import OpCall
from convcost.core.record import Source

from ._operators import (
    ADAPTIVE_AVERAGES,
    ATTENTION,
    AVERAGES,
    CELLS,
    CONVOLUTIONS,
    RECURRENT,
    TRANSPOSED,
    cells,
    norms,
    of_bases,
    recurrent,
)
from .thop import PER_UNIT, UPSAMPLINGS

_NORM_BASES = CallFilter(bases=("_NormBase", "LayerNorm", "GroupNorm"))
_IN_ATTENTION = CallFilter(bases=("MultiheadAttention",))
_UPSAMPLED = CallFilter(bases=("Upsample",))


def _softmax(call: OpCall) -> Count:
    rows = product(call.inputs[0][:-1])
    return product((3, rows, call.inputs[1][-2])) - rows


# Products inside of these are their own rules' business.
_RULED = {"Linear", "Bilinear", "MultiheadAttention", *RECURRENT.values(), *CELLS}

RECORDS = (
    Convention(
        name="ultralytics-thop",
        title="ultralytics-thop 2.2",
        rules=(
            Rule(CONVOLUTIONS, {"macs": 1}, "biases do not count", at=of_bases(*CONVOLUTIONS)),
            Rule(TRANSPOSED, {"macs": 1}, "biases do not count", at=of_bases(*TRANSPOSED)),
            Rule(("linear",), {"macs": 1}, "biases do not count", at=CallFilter(bases=("Linear",))),
            Rule(
                ("bilinear",),
                {"macs": 1},
                "a second product per output element and feature of the right input",
                at=CallFilter(bases=("Bilinear",)),
                more=lambda call: call.cost.activations * call.inputs[1][-1],
            ),
            *norms(2, 4, _NORM_BASES),
            Rule(("prelu",), {"activations": 1}, "1 per element of a PReLU", at=CallFilter(bases=("PReLU",))),
            Rule(
                ("softmax",),
                {"elementwise": 1},
                "an exponential, an addition and a division per element of a softmax",
                at=CallFilter(bases=("Softmax", "Softmax2d")),
            ),
            Rule(
                (*AVERAGES, *ADAPTIVE_AVERAGES),
                {"elementwise": 1, "activations": 1},
                "an addition per tap and a division per output element of an average pool",
                at=of_bases(*AVERAGES, *ADAPTIVE_AVERAGES),
            ),
            *(
                Rule((name,), {"activations": n}, f"{n} per output element of an upsampling", at=_UPSAMPLED)
                for name, n in {**UPSAMPLINGS, "upsample_trilinear3d": 31}.items()
            ),
            *recurrent(PER_UNIT),
            *cells({"macs": 1, "bias_adds": 1}, tangents=False),
            Rule(("linear", "bmm", "baddbmm"), {"macs": 1}, "the products of attention count", at=_IN_ATTENTION),
            Rule(("softmax",), {"elementwise": 1}, "the softmax of attention counts", at=_IN_ATTENTION),
            Rule((ATTENTION,), {"macs": 1}, "the softmax of attention counts", at=_IN_ATTENTION, more=_softmax),
        ),
        source=Source("ultralytics-thop 2.2.3", "thop/profile.py, register_hooks and functional_hooks"),
        also=(
            Rule(
                ("linear", "matmul", "bmm", "einsum", ATTENTION),
                {"macs": 1},
                "products outside of hooked modules count",
                at=CallFilter(where=lambda call: not _RULED & set(call.site.owner.bases)),
            ),
        ),
    ),
)
