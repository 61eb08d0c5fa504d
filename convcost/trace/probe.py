"""The ones probe: the multiply-accumulates of a multilinear operator, counted by running it, with no formula.

With every operand all ones, each product adds exactly 1 to the output's sum, so the sum is the count. It is
taken in float64, which is exact up to 2**53.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.core.errors import ConvcostError
from convcost.core.one_at_a_time import one_at_a_time

_RANKS: dict[Callable[..., Any], int] = {F.conv1d: 1, F.conv2d: 2, F.conv3d: 3}
_TRANSPOSED: dict[Callable[..., Any], int] = {F.conv_transpose1d: 1, F.conv_transpose2d: 2, F.conv_transpose3d: 3}
_EXACT = 2**53


@one_at_a_time
def ones_probe(operator: Callable[..., Any], *shapes: Sequence[int], dense: bool = True, **hyper: Any) -> int:
    """MACs of a multilinear operator, by running it on all-ones operands of these shapes.

    operator  a convolution, transposed convolution or linear *module* with its input's shape, or any
              multilinear *function* (`torch.matmul`, `torch.nn.functional.conv2d`) with all operands' shapes
              and its hyper-parameters as keywords
    dense     count the taps that fall on padding, as every PyTorch counter and this book do; without it only
              the products of real elements count, as XLA does

    Raises ConvcostError where the sum is too large to be exact, or no whole number (the operator is not
    multilinear).
    """
    if isinstance(operator, nn.Module):
        operator, shapes, hyper = _unpack(operator, tuple(shapes[0]))
    operands = [torch.ones(tuple(shape), dtype=torch.float64) for shape in shapes]
    if dense and operator in _RANKS:
        operands[0], hyper = _ones_on_padding(operands[0], operands[1], hyper, _RANKS[operator])
    if dense and operator in _TRANSPOSED:
        # Padding crops the output of a transposed convolution, after the products were made.
        hyper = {key: value for key, value in hyper.items() if key not in ("padding", "output_padding")}

    def total(*values: Tensor) -> float:
        return float(operator(*values, **hyper).sum())

    count = total(*operands)
    if not 0 <= count < _EXACT or not all(_linear_in(total, operands, i, count) for i in range(len(operands))):
        raise ConvcostError(f"the ones probe gave {count}; it needs a multilinear operator of less than 2**53 MACs")
    return int(count)


def _linear_in(total: Callable[..., float], operands: list[Tensor], position: int, count: float) -> bool:
    """Whether the sum splits as one operand does: all ones are an uneven whole tensor and what it lacks to ones."""
    ones = operands[position]
    part = (torch.arange(ones.numel(), dtype=torch.float64) * 7 % 5 - 2).reshape(ones.shape)
    split = [total(*operands[:position], value, *operands[position + 1 :]) for value in (part, ones - part)]
    return sum(split) == count


def _unpack(module: nn.Module, shape: tuple[int, ...]) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
    if isinstance(module, nn.Linear):
        return F.linear, (shape, tuple(module.weight.shape)), {}
    if isinstance(module, nn.modules.conv._ConvNd) and module.padding_mode == "zeros":
        hyper = {
            "stride": module.stride,
            "padding": module.padding,
            "dilation": module.dilation,
            "groups": module.groups,
        }
        rank = len(module.kernel_size)
        table = _RANKS
        if isinstance(module, nn.modules.conv._ConvTransposeNd):
            hyper["output_padding"], table = module.output_padding, _TRANSPOSED
        return next(f for f, r in table.items() if r == rank), (shape, tuple(module.weight.shape)), hyper
    raise ConvcostError(
        f"the ones probe does not know the module {type(module).__name__}; give it a convolution, a linear layer, "
        "or a multilinear function with its operands' shapes"
    )


def _ones_on_padding(image: Tensor, weight: Tensor, hyper: dict[str, Any], rank: int) -> tuple[Tensor, dict[str, Any]]:
    padding, dilation = hyper.get("padding", 0), hyper.get("dilation", 1)
    dilations = (dilation,) * rank if isinstance(dilation, int) else tuple(dilation)
    sides: list[int] = []
    for axis in reversed(range(rank)):
        if padding == "same":
            total = dilations[axis] * (weight.shape[2 + axis] - 1)
            sides += [total // 2, total - total // 2]
        elif padding != "valid":
            amount = padding if isinstance(padding, int) else padding[axis]
            sides += [amount, amount]
    padded = F.pad(image, sides, value=1.0) if sides else image
    return padded, {**hyper, "padding": 0}
