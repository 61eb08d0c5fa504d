"""Operators, modules and mistakes that several counters have in common."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from convcost.core.convention import ALL, CallFilter, Fault, Measure, Rule
from convcost.core.numeric import Count, product
from convcost.core.op_call import OpCall

CONVOLUTIONS = tuple(f"conv{rank}d" for rank in (1, 2, 3))
TRANSPOSED = tuple(f"conv_transpose{rank}d" for rank in (1, 2, 3))
MAXIMA = tuple(f"max_pool{rank}d" for rank in (1, 2, 3))
AVERAGES = tuple(f"avg_pool{rank}d" for rank in (1, 2, 3))
ADAPTIVE_MAXIMA = tuple(f"adaptive_max_pool{rank}d" for rank in (1, 2, 3))
ADAPTIVE_AVERAGES = tuple(f"adaptive_avg_pool{rank}d" for rank in (1, 2, 3))
POOLS = (*MAXIMA, *AVERAGES, *ADAPTIVE_MAXIMA, *ADAPTIVE_AVERAGES)
UPSAMPLINGS = (
    *(f"upsample_{mode}{rank}d" for mode in ("nearest", "nearest_exact") for rank in (1, 2, 3)),
    *("upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d", "upsample_bicubic2d"),
    *("upsample_bilinear2d_aa", "upsample_bicubic2d_aa"),
)
NORMS = ("batch_norm", "instance_norm", "group_norm", "layer_norm")
RECURRENT = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}
ATTENTION = "scaled_dot_product_attention"

BATCH_NORMS = tuple(f"BatchNorm{rank}d" for rank in (1, 2, 3))
INSTANCE_NORMS = tuple(f"InstanceNorm{rank}d" for rank in (1, 2, 3))
# max_pool2d is MaxPool2d.
_CLASSES = {
    name: "".join(part[0].upper() + part[1:] for part in name.split("_"))
    for name in (*CONVOLUTIONS, *TRANSPOSED, *POOLS)
}
CELLS = ("LSTMCell", "GRUCell", "RNNCell")


def cells(products: Mapping[str, int], tangents: bool) -> tuple[Rule, ...]:
    """Return the rules of recurrent cells: products, sums, and with `tangents` those of an LSTM's states."""
    arithmetic = "1 per sum, difference and product of a recurrent cell"
    return (
        Rule(("linear",), products, "the products and biases of a recurrent cell count", at=CallFilter(modules=CELLS)),
        Rule(("add", "sub", "mul"), {"activations": 1}, arithmetic, at=CallFilter(modules=CELLS)),
        *((Rule(("tanh",), {"activations": 1}, _ONCE_MORE, at=CallFilter(modules=("LSTMCell",))),) if tangents else ()),
    )


_ONCE_MORE = "10 per hidden unit of an LSTM's cell, which has 8 sums and products"


def hooked(*operators: str) -> CallFilter:
    """Return the calls that are made by the very classes of torch.nn that these operators have."""
    return CallFilter(modules=tuple(_CLASSES[name] for name in operators))


def patched(*names: str) -> CallFilter:
    """Return the calls that come through one of these functions."""
    return CallFilter(functions=names)


_ELEMENTWISE = {"lstm": 13, "gru": 10, "rnn_tanh": 2, "rnn_relu": 2}


def _per_unit(each: int) -> Measure:
    """Return so many operations per hidden unit and step of a recurrent layer."""
    return lambda call: each * (call.cost.elementwise // _ELEMENTWISE[call.name])


def recurrent(each: Mapping[str, int], macs: int = 1) -> tuple[Rule, ...]:
    """Return the rules of recurrent layers: products, biases, and `each` kind's operations per hidden unit and step."""
    return tuple(
        Rule(
            (kind,),
            {"macs": macs, "bias_adds": 1},
            f"{each[kind]} per hidden unit and step beside the products and biases",
            at=CallFilter(modules=(module,)),
            more=_per_unit(each[kind]),
        )
        for kind, module in RECURRENT.items()
    )


def norms(plain: int, affine: int, at: CallFilter) -> tuple[Rule, ...]:
    """Return the rules of norms: so many per element without scale and shift, and with them."""
    sentence = f"{plain} per element of a norm without scale and shift"
    return (
        Rule(NORMS, {"activations": plain}, sentence, {"affine": (False,)}, at),
        Rule(NORMS, {"activations": affine}, f"{affine} per element of a norm", at=at),
    )


def positions(call: OpCall) -> tuple[Count, ...]:
    """Return the output sizes of a plain convolution with these settings."""
    settings = zip(*(call.hyper[name] for name in ("kernel_size", "stride", "padding", "dilation")), strict=True)
    return tuple(
        (n + 2 * p - (d * (k - 1) + 1)) // s + 1 for n, (k, s, p, d) in zip(call.inputs[0][2:], settings, strict=True)
    )


def rows_for_channels(call: OpCall) -> Count:
    """Return the count of a convolution without a batch axis whose first size is taken for its channels."""
    return product((call.cost.activations, call.inputs[0][2] // call.hyper["groups"], *call.hyper["kernel_size"]))


def unbatched(predicts: Callable[[OpCall], Count | None], at: CallFilter) -> Fault:
    """Return the fault of a counter that overlooks where the batch axis is missing; `at` are its convolutions."""
    return Fault(
        CONVOLUTIONS,
        predicts,
        "a convolution of an input without a batch axis is taken for one with it",
        replace(at, where=lambda call: call.site.unbatched and (at.where is None or at.where(call))),
    )


def output_positions(call: OpCall) -> Count:
    """Return the count of a transposed convolution taken for a plain one, every tap of every output element."""
    return product((call.cost.activations, call.inputs[0][1] // call.hyper["groups"], *call.hyper["kernel_size"]))


def left_operand_only(operators: tuple[str, ...], at: CallFilter, weight: int = 1) -> Fault:
    """Return the fault of a matrix product that is counted by the left operand and the last size of the right one."""

    def predicts(call: OpCall) -> Count | None:
        count = product(call.inputs[0]) * call.inputs[1][-1]
        return weight * count if count != call.cost.macs else None

    sentence = "a matrix product is counted as the left operand's elements times the right one's last size"
    return Fault(operators, predicts, sentence, at)


def _fused_on_cpu(call: OpCall) -> Count | None:
    """Return 0 for the attention that PyTorch has one kernel for on the CPU; other shapes are two products."""
    query, key, value = call.inputs[:3]
    alike = query[:2] == key[:2] == value[:2] and query[-1] == key[-1] == value[-1]
    return 0 if len(query) == 4 and alike else None


def fused_attention(ending: str) -> Fault:
    """Return the fault of a counter of ATen's operators that does not know the CPU's attention."""
    sentence = f"attention on the CPU is one operator, _scaled_dot_product_flash_attention_for_cpu, {ending}"
    return Fault((ATTENTION,), _fused_on_cpu, sentence)


def _by_elements(call: OpCall) -> Count | None:
    """Return 0 for an einsum that sums nothing: PyTorch multiplies element by element."""
    terms, _, output = call.hyper["equation"].replace(" ", "").partition("->")
    return 0 if len(call.inputs[0]) == 2 and set(terms) - {","} == set(output) else None


def other_operators(ending: str) -> tuple[Fault, ...]:
    """Return the faults of such a counter where PyTorch has an operator of its own for a product."""
    return (
        Fault(
            ("matmul",),
            lambda call: 0 if len(call.inputs[1]) == 1 else None,
            f"the product with a vector is another operator (aten.mv, aten.dot), {ending}",
        ),
        Fault(
            ("einsum",),
            _by_elements,
            f"an einsum that sums nothing is multiplied element by element (aten.mul), {ending}",
        ),
    )


def nothing(call: OpCall) -> Count | None:
    """Return 0, the count of what is overlooked."""
    return 0


LEFT_OUT = (
    Fault(
        ALL,
        nothing,
        "the trace leaves out what the output does not depend on",
        CallFilter(where=lambda call: call.site.unused),
    ),
    Fault(
        ALL,
        nothing,
        "the trace shows an autograd function or a composite operator in place of what it calls",
        CallFilter(where=lambda call: bool(call.site.hidden_by)),
    ),
)
"""The faults of a torch.jit trace: calls whose result is unused, and calls inside of what it shows whole."""


def of_bases(*operators: str) -> CallFilter:
    """Return the calls by the classes of torch.nn that these operators have, or by classes derived from them."""
    return CallFilter(bases=tuple(_CLASSES[name] for name in operators))
