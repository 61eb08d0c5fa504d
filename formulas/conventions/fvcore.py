"""What fvcore's FlopCountAnalysis counts by default, and mmengine's FlopAnalyzer, which descends from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from convcost.core.convention import CallFilter, Convention, Fault, Rule
from convcost.core.cost import Cost
from convcost.core.numeric import Count, Shape, product
from convcost.core.op_call import COMPLEX, REAL_CONVOLUTIONS, OpCall
from convcost.core.record import Source

from ._contraction import four_digits, operations
from ._operators import LEFT_OUT

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
    """Return the prediction of fvcore's count of an einsum, where it is wrong and of this kind."""

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


_HALVED = "fvcore halves the operations that NumPy counts for an einsum"

_EINSUM: tuple[tuple[Kind, str], ...] = (
    (
        lambda operands, cost, exact: bool(exact // 2 == cost.macs),
        f"{_HALVED} and reads them from a text of four significant digits",
    ),
    (
        lambda operands, cost, exact: len(operands) == 1,
        f"{_HALVED}, which are one per element even where a single operand is only moved or summed",
    ),
    (
        lambda operands, cost, exact: len(operands) == 2 and bool(cost.elementwise),
        f"{_HALVED}, where PyTorch sums what only one operand has before it multiplies",
    ),
    (
        lambda operands, cost, exact: len(operands) > 2,
        f"{_HALVED}, in the order that is cheapest by them; PyTorch contracts from left to right",
    ),
    (
        lambda operands, cost, exact: len(operands) == 2,
        f"{_HALVED}, which are one per product, not two, where nothing is summed",
    ),
)

_FAULTS = (
    Fault(
        ("matmul",),
        _left_operand_only,
        "fvcore does not broadcast the left operand of a matrix product: it counts its elements times the right "
        "operand's columns",
        seen_in=_SEEN_IN,
    ),
    Fault(
        ("matmul",),
        _length_for_columns,
        "fvcore takes the length of a linear layer's vector of weights for its number of outputs",
        # A linear layer is traced as one operator, whatever it multiplies by.
        CallFilter(where=lambda call: call.aten == "aten::linear"),
        _SEEN_IN,
    ),
    *(Fault(("einsum",), _einsum(kind), sentence, seen_in=_SEEN_IN) for kind, sentence in _EINSUM),
)


_CONVOLUTIONS = tuple(f"{kind}{rank}d" for kind in ("conv", "conv_transpose") for rank in (1, 2, 3))
_FREE = (
    *("relu", "concat", "flatten", "dropout", "masked_fill", "clamp", "floor", "floor_divide", "remainder"),
    *("eq", "ge", "gt", "max", "pairwise_max", "bitwise_not", "and_operator"),
)
_NORMS = ("layer_norm", "group_norm", "instance_norm")
_TRAINED, _PLAIN = {"training": (True,)}, {"affine": (False,)}
_PER_ELEMENT: tuple[tuple[tuple[str, ...], int, str, str, Mapping[str, tuple[object, ...]]], ...] = (
    (("batch_norm",), 5, "activations", "element of a batch norm in training", _TRAINED | {"affine": (True,)}),
    (
        ("batch_norm",),
        4,
        "activations",
        "element of a batch norm in training without scale and shift",
        _TRAINED | _PLAIN,
    ),
    (("batch_norm",), 1, "activations", "element of a batch norm without scale and shift", _PLAIN),
    (("batch_norm",), 2, "activations", "element of a batch norm", {}),
    (_NORMS, 4, "activations", "element of a norm without scale and shift", _PLAIN),
    (_NORMS, 5, "activations", "element of a norm", {}),
    (("adaptive_avg_pool2d",), 1, "inputs", "input element of an adaptive average pool", {}),
    (("upsample_nearest2d",), 1, "activations", "output element of a nearest interpolation", {}),
    (("upsample_bilinear2d",), 4, "activations", "output element of a bilinear interpolation", {}),
    (("grid_sample",), 4, "activations", "output element of a grid sample, whatever the mode and the axes", {}),
)

_FVCORE = Convention(
    name="fvcore",
    title="fvcore 0.1.5, FlopCountAnalysis with default handles",
    rules=(
        Rule(
            _CONVOLUTIONS,
            None,
            "fvcore has no handle for padding given as a word (aten::_convolution_mode)",
            {"padding": ("same", "valid")},
        ),
        Rule(
            _CONVOLUTIONS,
            {"macs": REAL_CONVOLUTIONS},
            "fvcore sees the three real convolutions that PyTorch makes of a complex one",
            at=CallFilter(where=lambda call: call.site.number == COMPLEX),
        ),
        Rule((*_CONVOLUTIONS, "linear", "addmm"), {"macs": 1}, "fvcore ignores the bias"),
        Rule(("matmul", "mm", "bmm", "einsum"), {"macs": 1}, "fvcore counts the products only"),
        *(
            Rule(operators, {primitive: n}, f"fvcore counts {n} per {words}", when)
            for operators, n, primitive, words, when in _PER_ELEMENT
        ),
        Rule(_FREE, {}, "fvcore holds this operator to be free"),
    ),
    source=Source("fvcore 0.1.5.post20221221", "fvcore/nn/flop_count.py and fvcore/nn/jit_handles.py"),
    faults=(*LEFT_OUT, *_FAULTS),
)

_MMENGINE = "mmengine 0.10.7"

RECORDS = (
    _FVCORE,
    replace(
        _FVCORE,
        name="mmengine",
        title="mmengine 0.10.7, FlopAnalyzer",
        source=Source(_MMENGINE, "mmengine/analysis/jit_handles.py"),
        faults=(*LEFT_OUT, *_FAULTS),
    ),
)
