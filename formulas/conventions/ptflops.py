"""What ptflops counts: its default backend hooks modules and patches functions; the other one sees ATen."""

from convcost.core.convention import ALL, CallFilter, Convention, Fault, Rule
from convcost.core.numeric import Count, product
from convcost.core.op_call import OpCall
from convcost.core.record import Source

from ._operators import (
    ATTENTION,
    BATCH_NORMS,
    CONVOLUTIONS,
    INSTANCE_NORMS,
    POOLS,
    TRANSPOSED,
    UPSAMPLINGS,
    cells,
    fused_attention,
    hooked,
    left_operand_only,
    norms,
    nothing,
    other_operators,
    patched,
    positions,
    recurrent,
    unbatched,
)

_PTFLOPS = "ptflops 0.7.5"
_TIMM = "timm.layers.attention.Attention"
_BIASED = {"macs": 1, "bias_adds": 1}
_IN_ATTENTION = CallFilter(modules=("MultiheadAttention",))
_IN_EITHER = CallFilter(modules=("MultiheadAttention", _TIMM))


def _projection(call: OpCall) -> Count | None:
    """Return the count of keys and values as if they were projected by a square of their own width."""
    *rows, features = call.inputs[0]
    return product(rows) * features * features + call.cost.bias_adds if features != call.output[-1] else None


def _other_scores(call: OpCall) -> Count | None:
    """Return the count with the values' width for the model's, in the second product and the output's projection."""
    query, key = call.inputs[:2]
    batch, heads, length, size = query
    width, values = heads * size, call.site.owner.settings["vdim"]
    scores: Count = batch * heads * length * key[-2]
    output: Count = batch * length * (values * (values + 1) - width * (width + 1))
    return product((scores, size + values // heads)) + _scores(call) + output


_OTHER_KEYS = "keys and values of another width are counted with the square of that width"
_OTHER_WIDTHS = CallFilter(
    modules=("MultiheadAttention",),
    where=lambda call: len({call.site.owner.settings[name] for name in ("kdim", "vdim", "embed_dim")}) > 1,
)


def _scores(call: OpCall) -> Count:
    query, key = call.inputs[:2]
    return product((*query[:-1], key[-2])) + product(query)


_ATTENTION_RULES = (
    Rule(("linear",), _BIASED, "biases count", at=_IN_ATTENTION),
    Rule(("bmm", "baddbmm", "matmul"), {"macs": 1}, "the products of attention count", at=_IN_EITHER),
    Rule(("softmax", "mul"), {"activations": 1}, "1 per score and scaled query of attention", at=_IN_EITHER),
    Rule(
        (ATTENTION,),
        {"macs": 1},
        "1 per score for the softmax, 1 per element of the scaled queries",
        at=_IN_EITHER,
        more=_scores,
    ),
)

_ATTENTION_FAULTS = (
    Fault(("linear",), _projection, _OTHER_KEYS, _OTHER_WIDTHS),
    Fault((ATTENTION,), _other_scores, _OTHER_KEYS, _OTHER_WIDTHS),
    Fault(
        ALL,
        nothing,
        "timm's attention has a hook of its own, and the counts of the layers inside it are not added",
        CallFilter(where=lambda call: _TIMM in call.site.owner.within),
    ),
)


_NORM_MODULES = (*BATCH_NORMS, *INSTANCE_NORMS, "GroupNorm")
_ACTIVATIONS = {
    "relu": "ReLU",
    "prelu": "PReLU",
    "elu": "ELU",
    "leaky_relu": "LeakyReLU",
    "relu6": "ReLU6",
    "gelu": "GELU",
}
_PER_UNIT = {"lstm": 10, "gru": 7, "rnn_tanh": 1, "rnn_relu": 1}
_PATCHED = ("relu", "prelu", "elu", "relu6", "gelu", "silu", "softmax")


_MATMUL = patched(*(f"{room}.{name}" for room in ("torch", "Tensor") for name in ("matmul", "mm", "bmm")))


def _unbatched(call: OpCall) -> Count | None:
    """Return the count with the channels taken for the batch, and the first spatial size for the channels."""
    sizes, channels = positions(call), call.inputs[0][1]
    taps = product((*call.hyper["kernel_size"], channels, call.hyper["out_channels"] // call.hyper["groups"]))
    return product((channels, taps * product(sizes[1:]) + (product(sizes) if call.hyper["bias"] else 0)))


_HOOKS = (
    Rule(CONVOLUTIONS, _BIASED, "biases count", at=hooked(*CONVOLUTIONS)),
    Rule(TRANSPOSED, _BIASED, "biases count", at=hooked(*TRANSPOSED)),
    Rule(("linear",), _BIASED, "biases count", at=CallFilter(modules=("Linear",))),
    *norms(1, 2, CallFilter(modules=_NORM_MODULES)),
    Rule(("layer_norm",), {"activations": 1}, "1 per element of a layer norm", at=CallFilter(modules=("LayerNorm",))),
    *(
        Rule((name,), {"activations": 1}, "1 per element of an activation", at=CallFilter(modules=(module,)))
        for name, module in _ACTIVATIONS.items()
    ),
    Rule(POOLS, {"inputs": 1}, "1 per input element of a pooling layer", at=hooked(*POOLS)),
    *recurrent(_PER_UNIT),
    *cells(_BIASED, tangents=True),
    Rule(
        UPSAMPLINGS,
        {},
        "1 per output element of an upsampling, of one sample",
        at=CallFilter(modules=("Upsample",)),
        more=lambda call: call.cost.activations // call.inputs[0][0],
    ),
    *_ATTENTION_RULES,
)
_FUNCTIONS = (
    Rule(_PATCHED, {"inputs": 1}, "1 per element of an activation", at=patched(*(f"F.{name}" for name in _PATCHED))),
    Rule(POOLS, {"inputs": 1}, "1 per input element of a pooling layer", at=patched(*(f"F.{name}" for name in POOLS))),
    Rule(("matmul", "mm", "bmm"), {"macs": 1}, "a matrix product counts", at=_MATMUL),
    Rule(UPSAMPLINGS, {"activations": 1}, "1 per output element of an upsampling", at=patched("F.interpolate")),
    Rule(
        ("addmm", "baddbmm"),
        {"macs": 1},
        "1 per element of what is added to a matrix product",
        at=patched("torch.addmm", "Tensor.addmm", "torch.baddbmm"),
        more=lambda call: product(call.inputs[0]),
    ),
    Rule(
        ("add", "mul", "add_scaled"),
        {"activations": 1},
        "1 per element of torch.add and torch.mul, none of + and *",
        at=patched("torch.add", "Tensor.add", "torch.mul", "Tensor.mul"),
    ),
)

RECORDS = (
    Convention(
        name="ptflops",
        title="ptflops 0.7.5, default backend: hooked modules and patched functions",
        rules=_HOOKS,
        source=Source(_PTFLOPS, "ptflops/pytorch_ops.py, MODULES_MAPPING, FUNCTIONAL_MAPPING and TENSOR_OPS_MAPPING"),
        faults=(
            *_ATTENTION_FAULTS,
            unbatched(_unbatched, hooked(*CONVOLUTIONS)),
            left_operand_only(("matmul", "mm", "bmm"), _MATMUL),
        ),
        also=_FUNCTIONS,
        per_sample=True,
        places=1,
    ),
    Convention(
        name="ptflops-aten",
        title="ptflops 0.7.5, ATen backend",
        rules=(
            Rule((*CONVOLUTIONS, *TRANSPOSED, "linear"), _BIASED, "biases count"),
            Rule(
                ("addmm",),
                {"macs": 1},
                "1 per element of the product that something is added to",
                more=lambda call: call.cost.activations,
            ),
            Rule(("matmul", "mm", "bmm", "einsum", "tensordot", ATTENTION), {"macs": 1}, "a matrix product counts"),
            Rule(("gru", "rnn_tanh", "rnn_relu"), _BIASED, "biases count"),
        ),
        source=Source(_PTFLOPS, "ptflops/aten_ops.py, ATEN_OPS_MAPPING"),
        faults=(
            *other_operators("which is not counted"),
            fused_attention("which is not counted"),
            Fault(
                ("linear",),
                lambda call: call.cost.macs,
                "a bias that PyTorch adds by another operator than addmm is not counted",
                CallFilter(where=lambda call: len(call.inputs[0]) > 2 and not call.site.contiguous),
            ),
        ),
    ),
)
