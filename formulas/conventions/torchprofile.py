"""What torchprofile counts in a torch.jit trace."""

from convcost.core.convention import Convention, Fault, Rule
from convcost.core.numeric import Count, product
from convcost.core.op_call import OpCall
from convcost.core.record import Source

from ._operators import ADAPTIVE_AVERAGES, AVERAGES, CONVOLUTIONS, LEFT_OUT, TRANSPOSED

_NORMS = ("batch_norm", "instance_norm", "layer_norm", "group_norm")


def _all_indices(call: OpCall) -> Count | None:
    if "..." in call.hyper["equation"]:
        return 0
    terms = call.hyper["equation"].replace(" ", "").partition("->")[0].split(",")
    sizes = {
        letter: n
        for term, shape in zip(terms, call.inputs[0], strict=True)
        for letter, n in zip(term, shape, strict=True)
    }
    count = product(sizes.values())
    return count if count != call.cost.macs else None


def _guessed(call: OpCall) -> Count | None:
    channels, outputs = call.inputs[0][1], call.hyper["out_channels"]
    guessed = outputs // call.hyper["groups"] if outputs == channels else channels
    count = call.cost.activations * guessed * product(call.hyper["kernel_size"])
    return count if count != call.cost.macs else None


RECORDS = (
    Convention(
        name="torchprofile",
        title="torchprofile 0.1.0, profile_macs",
        rules=(
            Rule(
                (*CONVOLUTIONS, *TRANSPOSED),
                None,
                "padding given as a word is another operator (aten::_convolution_mode), which has no handler",
                {"padding": ("same", "valid")},
            ),
            Rule((*CONVOLUTIONS, *TRANSPOSED, "linear"), {"macs": 1}, "biases are not counted"),
            Rule(
                ("matmul", "bmm", "addmm", "baddbmm", "addmv", "einsum", "scaled_dot_product_attention"),
                {"macs": 1},
                "a product is counted",
            ),
            Rule(("lstm",), {"macs": 1}, "the products of an LSTM count"),
            Rule(
                ("upsample_bilinear2d", "grid_sample"), {"activations": 4}, "4 per output element of an interpolation"
            ),
            Rule(_NORMS, {}, "a norm without scale and shift is free", {"affine": (False,)}),
            Rule(_NORMS, {"activations": 1}, "1 per element of a norm"),
            Rule((*AVERAGES, *ADAPTIVE_AVERAGES, "mean"), {"activations": 1}, "1 per output element of an average"),
            Rule(("mul", "leaky_relu"), {"activations": 1}, "1 per output element"),
        ),
        source=Source("torchprofile 0.1.0", "torchprofile/handlers.py, HANDLER_MAP"),
        faults=(
            *LEFT_OUT,
            Fault(
                TRANSPOSED,
                _guessed,
                "a transposed convolution is counted at the positions of its output, its input channels guessed from "
                "shapes, its groups lost",
            ),
            Fault(
                ("einsum",),
                _all_indices,
                "an einsum is counted as the product of all its indices' sizes, whatever is done with them",
            ),
        ),
        sizes=1,
    ),
)
