"""What calflops counts: functions of PyTorch that it patches, in MACs and in FLOPs."""

from __future__ import annotations

from convcost.core.convention import Convention, Fault
from convcost.core.numeric import Count, product
from convcost.core.op_call import OpCall
from convcost.core.record import Source

from ._functions import UPSAMPLINGS, flops, functions, left_operand, macs, rounded_einsum, same_padding
from ._operators import TRANSPOSED, positions

_SEEN_IN = "calflops 0.3.2"
_PATCHED = ("torch.matmul", "Tensor.matmul")
_SOURCE = Source(_SEEN_IN, "calflops/pytorch_ops.py")


def _groups_twice(weight: int) -> Fault:
    def predicts(call: OpCall) -> Count | None:
        groups: Count = call.hyper["groups"]
        channels: Count = call.hyper["out_channels"] // groups
        count = weight * (call.cost.macs // channels) * (channels // groups)
        if weight == 1:
            return count if groups > 1 else None
        return count + (_additions(call, channels) if call.hyper["bias"] else 0)

    sentence = "a transposed convolution's output channels are divided by its groups twice"
    if weight == 2:
        sentence += ", and its biases are counted as if it were a plain one"
    return Fault(TRANSPOSED, predicts, sentence, _SEEN_IN, functions(*TRANSPOSED))


def _additions(call: OpCall, channels: Count) -> Count:
    """Return one addition for each position that a plain convolution of these settings would have."""
    return product((call.inputs[0][0], channels, *positions(call)))


def _unscaled(call: OpCall) -> Count | None:
    size = call.hyper.get("output_size")
    return product(call.inputs[0]) if size is None else product(size)


RECORDS = (
    Convention(
        name="calflops",
        title="calflops 0.3.2, MACs",
        rules=macs(_PATCHED),
        source=_SOURCE,
        faults=(same_padding(_SEEN_IN, 1), left_operand(_SEEN_IN, 1, _PATCHED), _groups_twice(1)),
        places=1,
    ),
    Convention(
        name="calflops-flops",
        title="calflops 0.3.2, FLOPs",
        rules=flops(_PATCHED),
        source=_SOURCE,
        faults=(
            same_padding(_SEEN_IN, 2),
            left_operand(_SEEN_IN, 2, _PATCHED),
            rounded_einsum(_SEEN_IN),
            _groups_twice(2),
            Fault(
                UPSAMPLINGS,
                _unscaled,
                "an upsampling by a factor is counted by its input, one to a size once for all channels and samples",
                _SEEN_IN,
                functions("interpolate"),
            ),
        ),
        unit="flops",
        places=1,
    ),
)
