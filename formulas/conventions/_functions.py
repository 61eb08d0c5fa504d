"""Profilers that patch functions of PyTorch: DeepSpeed's, and calflops, which descends from it."""

from __future__ import annotations

from convcost.core.convention import CallFilter, Fault, Rule
from convcost.core.numeric import Count, product
from convcost.core.op_call import OpCall

from ._contraction import four_digits, operations
from ._operators import (
    ATTENTION,
    CONVOLUTIONS,
    NORMS,
    POOLS,
    RECURRENT,
    TRANSPOSED,
    cells,
    left_operand_only,
    patched,
    per_unit,
)

_ACTIVATIONS = ("relu", "prelu", "elu", "leaky_relu", "relu6", "silu", "gelu", "softmax")
_ADDED = ("torch.addmm", "Tensor.addmm", "torch.baddbmm")
_POINTWISE = ("torch.mul", "Tensor.mul", "torch.add", "Tensor.add")
UPSAMPLINGS = (
    *(f"upsample_{mode}{rank}d" for mode in ("nearest", "nearest_exact") for rank in (1, 2, 3)),
    *("upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d", "upsample_bicubic2d"),
    *("upsample_bilinear2d_aa", "upsample_bicubic2d_aa"),
)


def functions(*operators: str) -> CallFilter:
    """Calls that come through the functions of torch.nn.functional of these operators' names."""
    return patched(*(f"F.{name}" for name in operators))


def macs(products: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the rules for MACs, with these patched functions of matrix products and attention."""
    return (
        Rule(
            (*CONVOLUTIONS, *TRANSPOSED), {"macs": 1}, "biases do not count", at=functions(*CONVOLUTIONS, *TRANSPOSED)
        ),
        Rule(("linear",), {"macs": 1}, "biases do not count", at=functions("linear")),
        Rule(("matmul", "mm", "bmm", "mv", "dot"), {"macs": 1}, "a matrix product counts", at=patched(*products)),
        Rule((ATTENTION,), {"macs": 1}, "both products of attention count", at=patched(*products)),
        Rule(("addmm", "baddbmm"), {"macs": 1}, "what is added does not count", at=patched(*_ADDED)),
    )


def flops(products: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the rules for FLOPs."""
    biased = {"macs": 2, "bias_adds": 1}
    return (
        Rule((*CONVOLUTIONS, *TRANSPOSED), biased, "and one per bias", at=functions(*CONVOLUTIONS, *TRANSPOSED)),
        Rule(("linear",), {"macs": 2}, "a linear layer's bias does not count", at=functions("linear")),
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
            Rule((name,), {"activations": n}, f"{n} per element of a norm", when, functions(name))
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
            Rule((name,), {"inputs": 1}, "1 per element of an activation", at=functions(name))
            for name in _ACTIVATIONS
            if name != "prelu"
        ),
        Rule(("prelu",), {"activations": 1}, "1 per element of an activation", at=functions("prelu")),
        Rule(POOLS, {"inputs": 1}, "1 per input element of a pooling", at=functions(*POOLS)),
        Rule(UPSAMPLINGS, {"activations": 1}, "1 per output element of an upsampling", at=functions("interpolate")),
        Rule(
            ("mul", "add", "add_scaled"),
            {"activations": 1},
            "1 per element of torch.mul and torch.add, none of * and +",
            at=patched(*_POINTWISE),
        ),
        *(
            Rule(
                (kind,),
                {"macs": 2, "bias_adds": 1},
                f"{_PER_UNIT[kind]} per hidden unit and step beside the products and biases",
                at=CallFilter(modules=(module,)),
                more=per_unit(_PER_UNIT[kind]),
            )
            for kind, module in RECURRENT.items()
        ),
        *cells({"macs": 2, "bias_adds": 1, "activations": -1}, tangents=True),
    )


# The sums of the gates less the first addition of each of the two products a gate.
_PER_UNIT = {"lstm": 10 - 8, "gru": 7 - 6, "rnn_tanh": 1 - 2, "rnn_relu": 1 - 2}


def same_padding(seen_in: str, weight: int) -> Fault:
    """padding='same' taken for half the total on both sides, which is one too few for an even kernel."""

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
        seen_in,
        functions(*CONVOLUTIONS),
    )


def rounded_einsum(seen_in: str) -> Fault:
    """Return the fault of an einsum that is counted by NumPy's report of it."""

    def predicts(call: OpCall) -> Count | None:
        return four_digits(operations(call.inputs[0], call.hyper["equation"]))

    return Fault(
        ("einsum",),
        predicts,
        "an einsum is NumPy's operations, one more than it does, read from a text of four significant digits",
        seen_in,
        patched("torch.einsum"),
    )


def left_operand(seen_in: str, weight: int, products: tuple[str, ...]) -> Fault:
    """Return the fault of a matrix product that is counted by the left operand and the last size of the right one."""

    def predicts(call: OpCall) -> Count | None:
        count = left_operand_only(call)
        return None if count is None else weight * count

    return Fault(
        ("matmul", "mm", "bmm", "mv"),
        predicts,
        "a matrix product is counted as the left operand's elements times the right one's last size",
        seen_in,
        patched(*products),
    )
