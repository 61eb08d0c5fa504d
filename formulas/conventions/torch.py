"""What PyTorch's FlopCounterMode counts: two per multiply-accumulate of a product, whoever calls it."""

from convcost.core.convention import ALL, CallFilter, Convention, Fault, Rule
from convcost.core.op_call import NATIVE_ATTENTION, NATIVE_LAYER
from convcost.core.record import Source

from ._operators import ATTENTION, CONVOLUTIONS, RECURRENT, TRANSPOSED, fused_attention, nothing, other_operators

_COUNTED = ("linear", "matmul", "mm", "bmm", "addmm", "baddbmm", "addbmm", "einsum", "tensordot", "multi_dot")
_RULES = (
    Rule(
        (*CONVOLUTIONS, *TRANSPOSED, *_COUNTED, *RECURRENT, ATTENTION),
        {"macs": 2},
        "2 per multiply-accumulate, no biases",
    ),
)
_SOURCE = Source("torch 2.13.0", "torch/utils/flop_counter.py, flop_registry")


_EVERYWHERE = (
    Fault(
        (*CONVOLUTIONS, *TRANSPOSED),
        lambda call: None,
        "in a backward pass, which is not counted here, a grouped convolution's weight gradient is not divided by the "
        "groups: 1 + groups times the forward pass in place of 2",
    ),
    *other_operators("which has no formula"),
)
_CPU = (
    *_EVERYWHERE,
    fused_attention("which has no formula"),
    Fault(("lstm",), nothing, "an LSTM on the CPU is one operator, mkldnn_rnn_layer, which has no formula"),
)
_NATIVE = tuple(
    Fault(
        ALL,
        nothing,
        f"without gradients {what} is one native operator ({native}), which has no formula",
        CallFilter(functions=(function,)),
    )
    for what, native, function in (
        ("attention", "_native_multi_head_attention", NATIVE_ATTENTION),
        ("an encoder layer", "_transformer_encoder_layer_fwd", NATIVE_LAYER),
    )
)

RECORDS = tuple(
    Convention(
        name=name,
        title=f"FlopCounterMode of torch 2.13 {on}",
        rules=_RULES,
        source=_SOURCE,
        faults=faults,
        unit="flops",
    )
    for name, on, faults in (
        ("torch-meta", "on the meta device", _EVERYWHERE),
        ("torch", "on the CPU, with gradients", _CPU),
        ("torch-nograd", "on the CPU, without gradients", (*_NATIVE, *_CPU)),
    )
)
