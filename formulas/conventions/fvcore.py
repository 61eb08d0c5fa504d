"""What fvcore's FlopCountAnalysis counts with its default handles."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from convcost.core.convention import CallFilter, Convention, Fault, Rule
from convcost.core.cost import Cost
from convcost.core.numeric import Count, Shape, product
from convcost.core.op_call import OpCall
from convcost.core.record import Source

from ._contraction import four_digits, operations
from ._operators import left_out

_SEEN_IN = "fvcore 0.1.5.post20221221 with NumPy 2.4"

Kind = Callable[[Sequence[Shape], Cost, int], bool]


def _left_operand_only(call: OpCall) -> Count | None:
    """Return the left operand's elements times the right one's columns; None for a vector, which has none."""
    left, right = call.inputs
    count = product(left) * right[-1]
    return count if len(right) > 1 and count != call.cost.macs else None


def _length_for_columns(call: OpCall) -> Count | None:
    """Return the count of a linear layer whose weights are a vector, its length taken for the output features."""
    left, right = call.inputs
    count = product(left) * right[0]
    return count if len(right) == 1 and count != call.cost.macs else None


def _einsum(kind: Kind) -> Callable[[OpCall], Count | None]:
    """fvcore's count of an einsum where it is wrong and of this kind, told by operands, cost and exact operations."""

    def predicts(call: OpCall) -> Count | None:
        (operands,) = call.inputs
        exact = operations(operands, call.hyper["equation"])
        count = _by_shape(operands, call.hyper["equation"])
        if count is None:
            count = four_digits(exact) // 2
        return count if count != call.cost.macs and kind(operands, call.cost, exact) else None

    return predicts


def _by_shape(operands: Sequence[Shape], equation: str) -> Count | None:
    """Return the count of the two equations that fvcore counts by shapes, whatever their letters; None for others."""
    written = equation.replace(" ", "")
    letters = [letter for letter in dict.fromkeys(written) if letter.isalpha()]
    spelled = "".join("abcdefghijklmnopqrstuvwxyz"[letters.index(x)] if x in letters else x for x in written)
    if spelled == "abc,abd->acd":
        return product(operands[0]) * operands[-1][-1]
    if spelled == "abc,adc->adb":
        return product(operands[0]) * operands[-1][1]
    return None


def _rounded(operands: Sequence[Shape], cost: Cost, exact: int) -> bool:
    return bool(exact // 2 == cost.macs)


def _alone(operands: Sequence[Shape], cost: Cost, exact: int) -> bool:
    return len(operands) == 1


def _several(operands: Sequence[Shape], cost: Cost, exact: int) -> bool:
    return len(operands) > 2


def _summed_first(operands: Sequence[Shape], cost: Cost, exact: int) -> bool:
    return len(operands) == 2 and bool(cost.elementwise)


def _two(operands: Sequence[Shape], cost: Cost, exact: int) -> bool:
    return len(operands) == 2


_HALVED = "fvcore halves the operations that NumPy counts for an einsum"

_EINSUM: tuple[tuple[Kind, str], ...] = (
    (_rounded, f"{_HALVED} and reads them from a text of four significant digits"),
    (_alone, f"{_HALVED}, which are one per element even where a single operand is only moved or summed"),
    (_summed_first, f"{_HALVED}, where PyTorch sums what only one operand has before it multiplies"),
    (_several, f"{_HALVED}, in the order that is cheapest by them; PyTorch contracts from left to right"),
    (_two, f"{_HALVED}, which are one per product, not two, where nothing is summed"),
)

_FAULTS = (
    Fault(
        ("matmul",),
        _left_operand_only,
        "fvcore does not broadcast the left operand of a matrix product: it counts its elements times the right "
        "operand's columns",
        _SEEN_IN,
    ),
    Fault(
        ("matmul",),
        _length_for_columns,
        "fvcore takes the length of a linear layer's vector of weights for its number of outputs",
        _SEEN_IN,
        # A linear layer is traced as one operator, whatever it multiplies by.
        CallFilter(where=lambda call: call.aten == "aten::linear"),
    ),
    *(Fault(("einsum",), _einsum(kind), sentence, _SEEN_IN) for kind, sentence in _EINSUM),
)


_CONVOLUTIONS = tuple(f"{kind}{rank}d" for kind in ("conv", "conv_transpose") for rank in (1, 2, 3))
_FREE = (
    *("relu", "concat", "flatten", "dropout", "masked_fill", "clamp", "floor", "floor_divide", "remainder"),
    *("eq", "ge", "gt", "max", "pairwise_max", "bitwise_not", "and_operator"),
)
_NORMS = ("layer_norm", "group_norm", "instance_norm")

RECORDS = (
    Convention(
        name="fvcore",
        title="fvcore 0.1.5, FlopCountAnalysis with default handles",
        rules=(
            Rule(
                _CONVOLUTIONS,
                None,
                "fvcore has no handle for padding given as a word (aten::_convolution_mode)",
                {"padding": ("same", "valid")},
            ),
            Rule((*_CONVOLUTIONS, "linear", "addmm"), {"macs": 1}, "fvcore ignores the bias"),
            Rule(("matmul", "mm", "bmm", "einsum"), {"macs": 1}, "fvcore counts the products only"),
            Rule(
                ("batch_norm",),
                {"activations": 5},
                "fvcore counts 5 per element of a batch norm in training",
                {"training": (True,), "affine": (True,)},
            ),
            Rule(
                ("batch_norm",),
                {"activations": 4},
                "fvcore counts 4 per element of a batch norm in training without scale and shift",
                {"training": (True,), "affine": (False,)},
            ),
            Rule(
                ("batch_norm",),
                {"activations": 1},
                "fvcore counts 1 per element of a batch norm without scale and shift",
                {"affine": (False,)},
            ),
            Rule(("batch_norm",), {"activations": 2}, "fvcore counts 2 per element of a batch norm"),
            Rule(
                _NORMS,
                {"activations": 4},
                "fvcore counts 4 per element of a norm without scale and shift",
                {"affine": (False,)},
            ),
            Rule(_NORMS, {"activations": 5}, "fvcore counts 5 per element of a norm"),
            Rule(
                ("adaptive_avg_pool2d",), {"inputs": 1}, "fvcore counts 1 per input element of an adaptive average pool"
            ),
            Rule(
                ("upsample_nearest2d",),
                {"activations": 1},
                "fvcore counts 1 per output element of a nearest interpolation",
            ),
            Rule(
                ("upsample_bilinear2d",),
                {"activations": 4},
                "fvcore counts 4 per output element of a bilinear interpolation",
            ),
            Rule(
                ("grid_sample",),
                {"activations": 4},
                "fvcore counts 4 per output element of a grid sample, whatever the mode and the axes",
            ),
            Rule(_FREE, {}, "fvcore holds this operator to be free"),
        ),
        source=Source("fvcore 0.1.5.post20221221", "fvcore/nn/flop_count.py and fvcore/nn/jit_handles.py"),
        faults=(*left_out("fvcore 0.1.5.post20221221"), *_FAULTS),
    ),
)
