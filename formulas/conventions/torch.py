"""What PyTorch's FlopCounterMode counts: two per multiply-accumulate of a product, whoever calls it."""

from __future__ import annotations

from convcost.theory.carriers import Count
from convcost.theory.convention import Convention, Fault, Rule
from convcost.theory.cost import Cost
from convcost.theory.record import Source
from convcost.theory.sight import Sight
from convcost.theory.use import NATIVE_ATTENTION, NATIVE_LAYER

from ._operators import ATTENTION, CONVOLUTIONS, TRANSPOSED, Hyper, Inputs, nothing

_COUNTED = ("linear", "matmul", "mm", "bmm", "addmm", "baddbmm", "addbmm", "einsum", "tensordot", "multi_dot")
_SEEN_IN = "torch 2.13.0"
_RULES = (
    Rule((*CONVOLUTIONS, *TRANSPOSED, *_COUNTED, ATTENTION), {"macs": 2}, "2 per multiply-accumulate, no biases"),
)
_SOURCE = Source("torch 2.13.0", "torch/utils/flop_counter.py, flop_registry")


def _vectors(inputs: Inputs, hyper: Hyper, cost: Cost) -> Count | None:
    return 0 if len(inputs[1]) == 1 else None


def _fused(inputs: Inputs, hyper: Hyper, cost: Cost) -> Count | None:
    query, key, value = inputs[:3]
    heads = query[:2] == key[:2] == value[:2]
    return 0 if len(query) == 4 and heads and query[-1] == key[-1] == value[-1] else None


_EVERYWHERE = (
    Fault(
        ("matmul",),
        _vectors,
        "the product with a vector is another operator (aten.mv, aten.dot), which has no formula",
        _SEEN_IN,
    ),
)
_CPU = (
    *_EVERYWHERE,
    Fault(
        (ATTENTION,),
        _fused,
        "attention on the CPU is another operator (_scaled_dot_product_flash_attention_for_cpu), which has no formula",
        _SEEN_IN,
    ),
)
_NATIVE = (
    Fault(
        ("*",),
        nothing,
        "without gradients attention is one native operator (_native_multi_head_attention), which has no formula",
        _SEEN_IN,
        Sight(functions=(NATIVE_ATTENTION,)),
    ),
    Fault(
        ("*",),
        nothing,
        "without gradients an encoder layer is one native operator (_transformer_encoder_layer_fwd), which has no "
        "formula",
        _SEEN_IN,
        Sight(functions=(NATIVE_LAYER,)),
    ),
)

RECORDS = (
    Convention(
        name="torch-meta",
        title="FlopCounterMode of torch 2.13 on the meta device",
        rules=_RULES,
        source=_SOURCE,
        faults=_EVERYWHERE,
        unit="flops",
    ),
    Convention(
        name="torch",
        title="FlopCounterMode of torch 2.13 on the CPU, with gradients",
        rules=_RULES,
        source=_SOURCE,
        faults=_CPU,
        unit="flops",
    ),
    Convention(
        name="torch-nograd",
        title="FlopCounterMode of torch 2.13 on the CPU, without gradients",
        rules=_RULES,
        source=_SOURCE,
        faults=(*_NATIVE, *_CPU),
        unit="flops",
    ),
)
