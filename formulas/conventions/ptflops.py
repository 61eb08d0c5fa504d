"""What ptflops counts: its default backend hooks modules and patches functions; the other one sees ATen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convcost.theory.carriers import Count, product
from convcost.theory.convention import Convention, Fault, Rule
from convcost.theory.cost import Cost
from convcost.theory.record import Source
from convcost.theory.sight import Sight

from ._operators import ADAPTIVE, CONVOLUTIONS, POOLS, PRODUCTS, TRANSPOSED, modules

_SEEN_IN = "ptflops 0.7.5"
_WITH_BIAS = {"macs": 1, "bias_adds": 1}
_NORMS = ("batch_norm", "instance_norm", "group_norm", "layer_norm")
_NORM_MODULES = (
    *(f"{kind}Norm{rank}d" for kind in ("Batch", "Instance") for rank in (1, 2, 3)),
    "GroupNorm",
    "LayerNorm",
)
_ACTIVATIONS = {
    "relu": ("ReLU",),
    "prelu": ("PReLU",),
    "elu": ("ELU",),
    "leaky_relu": ("LeakyReLU",),
    "relu6": ("ReLU6",),
    "gelu": ("GELU",),
}
_ATTENTION = Sight(modules=("MultiheadAttention",))


def _scores(inputs: tuple[Any, ...], hyper: Mapping[str, Any], cost: Cost) -> Count:
    query, key = inputs[:2]
    return product(query[:-1]) * key[-2] + product(query)


_HOOKS = (
    Rule(CONVOLUTIONS, _WITH_BIAS, "a convolution's bias counts", at=Sight(modules=modules(*CONVOLUTIONS))),
    Rule(TRANSPOSED, _WITH_BIAS, "a convolution's bias counts", at=Sight(modules=modules(*TRANSPOSED))),
    Rule(("linear",), _WITH_BIAS, "a linear layer's bias counts", at=Sight(modules=("Linear",))),
    Rule(
        _NORMS,
        {"activations": 1},
        "1 per element of a norm without scale and shift",
        {"affine": (False,)},
        Sight(modules=tuple(name for name in _NORM_MODULES if name != "LayerNorm")),
    ),
    Rule(
        ("layer_norm",),
        {"activations": 1},
        "1 per element of a layer norm",
        at=Sight(modules=("LayerNorm",)),
    ),
    Rule(_NORMS, {"activations": 2}, "2 per element of a norm", at=Sight(modules=_NORM_MODULES)),
    *(
        Rule((name,), {"activations": 1}, "1 per element of an activation", at=Sight(modules=kinds))
        for name, kinds in _ACTIVATIONS.items()
    ),
    Rule(
        (*POOLS, *ADAPTIVE),
        {"inputs": 1},
        "1 per input element of a pooling layer",
        at=Sight(modules=modules(*POOLS, *ADAPTIVE)),
    ),
    Rule(("linear",), _WITH_BIAS, "a linear layer's bias counts", at=_ATTENTION),
    Rule(
        ("scaled_dot_product_attention",),
        {"macs": 1},
        "1 per score for the softmax and 1 per element of the queries for their scaling",
        at=_ATTENTION,
        more=_scores,
    ),
)
_FUNCTIONS = (
    Rule(
        ("relu", "prelu", "elu", "relu6", "gelu", "silu", "softmax"),
        {"inputs": 1},
        "1 per element of an activation",
        at=Sight(functions=tuple(f"F.{name}" for name in ("relu", "prelu", "elu", "relu6", "gelu", "silu", "softmax"))),
    ),
    Rule(
        (*POOLS, *ADAPTIVE),
        {"inputs": 1},
        "1 per input element of a pooling layer",
        at=Sight(functions=tuple(f"F.{name}" for name in (*POOLS, *ADAPTIVE))),
    ),
    Rule(
        (*PRODUCTS, "mv", "dot"),
        {"macs": 1},
        "a matrix product is counted",
        at=Sight(functions=tuple(f"{room}.{name}" for room in ("torch", "Tensor") for name in PRODUCTS)),
    ),
    Rule(
        ("addmm", "baddbmm"),
        _WITH_BIAS,
        "a matrix product is counted with what is added to it",
        at=Sight(functions=("torch.addmm", "Tensor.addmm", "torch.baddbmm")),
    ),
    Rule(
        ("add", "mul"),
        {"activations": 1},
        "1 per element of torch.add and torch.mul, none of + and *",
        at=Sight(functions=("torch.add", "Tensor.add", "torch.mul", "Tensor.mul")),
    ),
)


def _left_operand_only(inputs: tuple[Any, ...], hyper: Mapping[str, Any], cost: Cost) -> Count | None:
    left, right = inputs
    return product(left) * right[-1]


_SOURCE = "ptflops 0.7.5"

RECORDS = (
    Convention(
        name="ptflops",
        title="ptflops 0.7.5, default backend (hooks of modules, patched functions)",
        rules=_HOOKS,
        source=Source(_SOURCE, "ptflops/pytorch_ops.py, MODULES_MAPPING, FUNCTIONAL_MAPPING and TENSOR_OPS_MAPPING"),
        also=_FUNCTIONS,
        per_sample=True,
        places=1,
    ),
    Convention(
        name="ptflops-aten",
        title="ptflops 0.7.5, ATen backend",
        rules=(
            Rule((*CONVOLUTIONS, *TRANSPOSED), _WITH_BIAS, "a convolution's bias counts"),
            Rule(("linear", "addmm"), _WITH_BIAS, "a linear layer's bias counts"),
            Rule(("matmul", "mm", "bmm", "einsum", "tensordot"), {"macs": 1}, "a matrix product is counted"),
        ),
        source=Source(_SOURCE, "ptflops/aten_ops.py, ATEN_OPS_MAPPING"),
        faults=(
            Fault(
                ("linear",),
                lambda inputs, hyper, cost: cost.macs,
                "the bias is not counted where PyTorch adds it by another operator than addmm",
                _SEEN_IN,
                Sight(where=lambda use: len(use.inputs[0]) > 3 or (len(use.inputs[0]) == 3 and not use.contiguous)),
            ),
        ),
    ),
)
