"""Where fvcore's own convention (one a multiply-accumulate) is not what it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from convcost.core.convention import CallFilter, Fault
from convcost.core.cost import Cost
from convcost.core.numeric import Count, Shape, product
from convcost.core.op_call import OpCall

from ._contraction import four_digits, operations

_SEEN_IN = "fvcore 0.1.5.post20221221 with NumPy 2.4"

Kind = Callable[[Sequence[Shape], Cost, int], bool]


def _left_operand_only(call: OpCall) -> Count | None:
    """All elements of the left operand times the right one's columns; a vector on the right has no columns."""
    left, right = call.inputs
    count = product(left) * right[-1]
    return count if len(right) > 1 and count != call.cost.macs else None


def _length_for_columns(call: OpCall) -> Count | None:
    """A linear layer whose weights are a vector: its length is taken for that many output features."""
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
    """The two equations, whatever their letters, that fvcore counts by the operands' shapes."""
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
    (_alone, f"{_HALVED}, which are one an element even where a single operand is only moved or summed"),
    (_summed_first, f"{_HALVED}, where PyTorch sums what only one operand has before it multiplies"),
    (_several, f"{_HALVED}, in the order that is cheapest by them; PyTorch contracts from left to right"),
    (_two, f"{_HALVED}, which are one a product, not two, where nothing is summed"),
)

FAULTS = (
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
