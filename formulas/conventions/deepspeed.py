"""What DeepSpeed's flops profiler counts: functions of PyTorch that it patches, in MACs and in FLOPs."""

from __future__ import annotations

from convcost.core.convention import Convention, Fault
from convcost.core.numeric import Count, product
from convcost.core.op_call import OpCall
from convcost.core.record import Source

from ._functions import UPSAMPLINGS, flops, functions, left_operand, macs, rounded_einsum, same_padding

_SEEN_IN = "deepspeed 0.19.8"
_PATCHED = (
    *("torch.matmul", "Tensor.matmul", "Tensor.__matmul__", "torch.mm", "Tensor.mm", "torch.bmm", "Tensor.bmm"),
    "F.scaled_dot_product_attention",
)
_SOURCE = Source(_SEEN_IN, "deepspeed/profiling/flops_profiler/profiler.py")


def _size_alone(call: OpCall) -> Count | None:
    return product(call.hyper["output_size"]) if call.hyper.get("output_size") is not None else None


RECORDS = (
    Convention(
        name="deepspeed",
        title="DeepSpeed 0.19.8, MACs of its flops profiler",
        rules=macs(_PATCHED),
        source=_SOURCE,
        faults=(same_padding(_SEEN_IN, 1), left_operand(_SEEN_IN, 1, _PATCHED)),
    ),
    Convention(
        name="deepspeed-flops",
        title="DeepSpeed 0.19.8, FLOPs of its flops profiler",
        rules=flops(_PATCHED),
        source=_SOURCE,
        faults=(
            same_padding(_SEEN_IN, 2),
            left_operand(_SEEN_IN, 2, _PATCHED),
            rounded_einsum(_SEEN_IN),
            Fault(
                UPSAMPLINGS,
                _size_alone,
                "an upsampling to a given size is counted once for all channels and samples",
                _SEEN_IN,
                functions("interpolate"),
            ),
        ),
        unit="flops",
    ),
)
