"""What the profilers that patch PyTorch's functions count: DeepSpeed's, and calflops, which descends from it."""

from collections.abc import Callable

from convcost.core.convention import CallFilter, Convention, Fault, Rule
from convcost.core.numeric import Count, product
from convcost.core.op_call import OpCall
from convcost.core.record import Source

from ._contraction import four_digits, operations
from ._operators import (
    ATTENTION,
    CONVOLUTIONS,
    NORMS,
    POOLS,
    TRANSPOSED,
    UPSAMPLINGS,
    cells,
    left_operand_only,
    patched,
    positions,
    recurrent,
)

_ACTIVATIONS = ("relu", "prelu", "elu", "leaky_relu", "relu6", "silu", "gelu", "softmax")
_ADDED = ("torch.addmm", "Tensor.addmm", "torch.baddbmm")
_POINTWISE = ("torch.mul", "Tensor.mul", "torch.add", "Tensor.add")


def _functions(*operators: str) -> CallFilter:
    """Return the calls that come through the functions of torch.nn.functional of these operators' names."""
    return patched(*(f"F.{name}" for name in operators))


def _macs(products: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the rules for MACs, with these patched functions of matrix products and attention."""
    return (
        Rule(
            (*CONVOLUTIONS, *TRANSPOSED), {"macs": 1}, "biases do not count", at=_functions(*CONVOLUTIONS, *TRANSPOSED)
        ),
        Rule(("linear",), {"macs": 1}, "biases do not count", at=_functions("linear")),
        Rule(("matmul", "mm", "bmm", "mv", "dot"), {"macs": 1}, "a matrix product counts", at=patched(*products)),
        Rule((ATTENTION,), {"macs": 1}, "both products of attention count", at=patched(*products)),
        Rule(("addmm", "baddbmm"), {"macs": 1}, "what is added does not count", at=patched(*_ADDED)),
    )


def _flops(products: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the rules for FLOPs."""
    biased = {"macs": 2, "bias_adds": 1}
    return (
        Rule((*CONVOLUTIONS, *TRANSPOSED), biased, "and one per bias", at=_functions(*CONVOLUTIONS, *TRANSPOSED)),
        Rule(("linear",), {"macs": 2}, "a linear layer's bias does not count", at=_functions("linear")),
        Rule(("matmul", "mm", "bmm", "mv", "dot"), {"macs": 2}, "a matrix product counts", at=patched(*products)),
        Rule((ATTENTION,), {"macs": 2}, "the products of attention count, its softmax does not", at=patched(*products)),
        Rule(
            ("addmm", "baddbmm"),
            {"macs": 2},
            "1 per element of what is added to a matrix product",
            at=patched(*_ADDED),
            more=lambda call: product(call.inputs[0]),
        ),
        Rule(("einsum",), {"macs": 2}, "an einsum counts", at=patched("torch.einsum")),
        *(
            Rule((name,), {"activations": n}, f"{n} per element of a norm", when, _functions(name))
            for name, when, n in (
                ("batch_norm", {"training": (True,), "affine": (False,)}, 4),
                ("batch_norm", {"training": (True,)}, 5),
                ("batch_norm", {"affine": (False,)}, 1),
                ("batch_norm", {}, 2),
                *((norm, {"affine": (False,)}, 4) for norm in NORMS[1:]),
                *((norm, {}, 5) for norm in NORMS[1:]),
            )
        ),
        *(
            Rule((name,), {"inputs": 1}, "1 per element of an activation", at=_functions(name))
            for name in _ACTIVATIONS
            if name != "prelu"
        ),
        Rule(("prelu",), {"activations": 1}, "1 per element of an activation", at=_functions("prelu")),
        Rule(POOLS, {"inputs": 1}, "1 per input element of a pooling", at=_functions(*POOLS)),
        Rule(UPSAMPLINGS, {"activations": 1}, "1 per output element of an upsampling", at=_functions("interpolate")),
        Rule(
            ("mul", "add", "add_scaled"),
            {"activations": 1},
            "1 per element of torch.mul and torch.add, none of * and +",
            at=patched(*_POINTWISE),
        ),
        *recurrent(_PER_UNIT, macs=2),
        *cells({"macs": 2, "bias_adds": 1, "activations": -1}, tangents=True),
    )


# The sums of the gates less the first addition of each of the two products a gate.
_PER_UNIT = {"lstm": 10 - 8, "gru": 7 - 6, "rnn_tanh": 1 - 2, "rnn_relu": 1 - 2}


def _same_padding(weight: int) -> Fault:
    """Return the fault of taking padding='same' for half the total on both sides, one too few for an even kernel."""

    def predicts(call: OpCall) -> Count | None:
        sizes = []
        for size, kernel, dilation in zip(
            call.inputs[0][2:], call.hyper["kernel_size"], call.hyper["dilation"], strict=True
        ):
            total = dilation * (kernel - 1)
            sizes.append(size + 2 * (total // 2) - total)
        positions, right = product(sizes), product(call.inputs[0][2:])
        adds = call.cost.bias_adds if weight == 2 else 0
        count = (weight * call.cost.macs + adds) // right * positions
        return count if call.hyper["padding"] == "same" and positions != right else None

    return Fault(
        CONVOLUTIONS,
        predicts,
        "padding='same' is taken for half of it on both sides, one too few where it is odd",
        _functions(*CONVOLUTIONS),
    )


_ROUNDED_EINSUM = Fault(
    ("einsum",),
    lambda call: four_digits(operations(call.inputs[0], call.hyper["equation"])),
    "an einsum is NumPy's operations, one more than it does, read from a text of four significant digits",
    patched("torch.einsum"),
)


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
    return Fault(TRANSPOSED, predicts, sentence, _functions(*TRANSPOSED))


def _additions(call: OpCall, channels: Count) -> Count:
    """Return one addition for each position that a plain convolution of these settings would have."""
    return product((call.inputs[0][0], channels, *positions(call)))


def _size_alone(call: OpCall) -> Count | None:
    size = call.hyper.get("output_size")
    return None if size is None else product(size)


def _unscaled(call: OpCall) -> Count | None:
    size = _size_alone(call)
    return product(call.inputs[0]) if size is None else size


def _upsampling(predicts: Callable[[OpCall], Count | None], sentence: str) -> Fault:
    return Fault(UPSAMPLINGS, predicts, sentence, _functions("interpolate"))


def _conventions(
    name: str, title: str, source: Source, products: tuple[str, ...], own: tuple[tuple[Fault, ...], ...], places: int
) -> tuple[Convention, ...]:
    """Return a profiler's conventions for MACs and FLOPs; `own` are the faults that it alone has, of either."""
    return tuple(
        Convention(
            name=f"{name}{suffix}",
            title=title.format(unit),
            rules=rules(products),
            source=source,
            faults=(
                _same_padding(weight),
                left_operand_only(("matmul", "mm", "bmm", "mv"), patched(*products), weight),
                *((_ROUNDED_EINSUM,) if weight == 2 else ()),
                *own[weight - 1],
            ),
            unit=unit.lower(),
            places=places,
        )
        for weight, suffix, unit, rules in ((1, "", "MACs", _macs), (2, "-flops", "FLOPs", _flops))
    )


RECORDS = (
    *_conventions(
        "calflops",
        "calflops 0.3.2, {}",
        Source("calflops 0.3.2", "calflops/pytorch_ops.py"),
        ("torch.matmul", "Tensor.matmul"),
        (
            (_groups_twice(1),),
            (
                _groups_twice(2),
                _upsampling(
                    _unscaled,
                    "an upsampling by a factor is counted by its input, one to a size once for all channels and "
                    "samples",
                ),
            ),
        ),
        places=1,
    ),
    *_conventions(
        "deepspeed",
        "DeepSpeed 0.19.8, {} of its flops profiler",
        Source("deepspeed 0.19.8", "deepspeed/profiling/flops_profiler/profiler.py"),
        (
            *("torch.matmul", "Tensor.matmul", "Tensor.__matmul__", "torch.mm", "Tensor.mm", "torch.bmm", "Tensor.bmm"),
            "F.scaled_dot_product_attention",
        ),
        (
            (),
            (_upsampling(_size_alone, "an upsampling to a given size is counted once for all channels and samples"),),
        ),
        places=0,
    ),
)
