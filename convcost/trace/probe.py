"""The ones probe: the multiply-accumulates of a multilinear operator, counted by running it, with no formula.

With every operand all ones, each product adds exactly 1 to the output's sum, so the sum is the count. It is
taken in float64, which is exact up to 2**53.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.nn import functional as F  # noqa: N812

from convcost.core.errors import ConvcostError
from convcost.core.kinds import ArgumentKind, checked
from convcost.core.one_at_a_time import one_at_a_time
from convcost.trace.aten import DispatchMode
from convcost.trace.binders.arguments import spread
from convcost.trace.copies import Args, Kwargs

if TYPE_CHECKING:
    from convcost.core.op_call import OpCall

_Function = Callable[..., Tensor]

_CONVOLUTIONS: dict[str, _Function] = {f"conv{rank}d": getattr(F, f"conv{rank}d") for rank in (1, 2, 3)}
_TRANSPOSED: dict[str, _Function] = {f"conv_transpose{n}d": getattr(F, f"conv_transpose{n}d") for n in (1, 2, 3)}
_EXACT = 2**53


_OPERATOR = ArgumentKind("a module, or a function such as torch.matmul", callable)


@checked(operator=_OPERATOR)
@one_at_a_time
def ones_probe(operator: _Function | nn.Module, *shapes: Sequence[int], dense: bool = True, **hyper: Any) -> int:
    """Return the MACs of a multilinear operator, by running it on all-ones operands of these shapes.

    operator  a convolution, transposed convolution or linear *module* with its input's shape, or any
              multilinear *function* (`torch.matmul`, `torch.nn.functional.conv2d`) with all operands' shapes
              and its hyper-parameters as keywords
    dense     count the taps that fall on padding, as every PyTorch counter and the formulas do; without it only
              the products of real elements count, as XLA does

    Raises ConvcostError where the sum is too large to be exact, or no whole number (the operator is not
    multilinear).
    """
    function = operator
    if isinstance(operator, nn.Module):
        function, hyper = _function_of(operator)
        shapes = (shapes[0], cast("Tensor", operator.weight).shape)
    operands = [torch.ones(tuple(shape), dtype=torch.float64) for shape in shapes]
    if dense and function in _CONVOLUTIONS.values():
        operands[0], hyper = _ones_on_padding(operands[0], operands[1], hyper)
    if dense and function in _TRANSPOSED.values():
        # Padding crops the output of a transposed convolution, after the products were made.
        hyper = {key: value for key, value in hyper.items() if key not in ("padding", "output_padding")}

    def total(*values: Tensor) -> float:
        return float(function(*values, **hyper).sum())

    count = total(*operands)
    if not 0 <= count < _EXACT or not all(_linear_in(total, operands, i, count) for i in range(len(operands))):
        raise ConvcostError(f"the ones probe gave {count}; it needs a multilinear operator with fewer than 2**53 MACs")
    return int(count)


def _linear_in(total: Callable[..., float], operands: list[Tensor], position: int, count: float) -> bool:
    """Whether the sum splits as one operand does: all ones are an uneven whole tensor and what it lacks to ones."""
    ones = operands[position]
    part = (torch.arange(ones.numel(), dtype=torch.float64) * 7 % 5 - 2).reshape(ones.shape)
    split = [total(*operands[:position], value, *operands[position + 1 :]) for value in (part, ones - part)]
    return sum(split) == count


def _function_of(module: nn.Module) -> tuple[_Function, dict[str, object]]:
    """Return the function that a module calls with its input and its weight, and its hyper-parameters."""
    if isinstance(module, nn.Linear):
        return F.linear, {}
    if isinstance(module, nn.modules.conv._ConvNd) and module.padding_mode == "zeros":
        transposed = isinstance(module, nn.modules.conv._ConvTransposeNd)
        names = ("stride", "padding", "dilation", "groups", *(("output_padding",) if transposed else ()))
        function = f"conv{'_transpose' if transposed else ''}{len(module.kernel_size)}d"
        return (_CONVOLUTIONS | _TRANSPOSED)[function], {name: getattr(module, name) for name in names}
    raise ConvcostError(
        f"the ones probe does not know the module {type(module).__name__}; give it a convolution, a linear layer, "
        "or a multilinear function with its operands' shapes"
    )


def _ones_on_padding(image: Tensor, weight: Tensor, hyper: Mapping[str, Any]) -> tuple[Tensor, dict[str, Any]]:
    """Pad an image by ones, and return it with the hyper-parameters that are left."""
    padding, rank = hyper.get("padding", 0), weight.dim() - 2
    before = after = (0,) * rank
    if padding == "same":
        taps = zip(spread(hyper.get("dilation", 1), rank), weight.shape[2:], strict=True)
        both = [dilation * (size - 1) for dilation, size in taps]
        before, after = tuple(n // 2 for n in both), tuple(n - n // 2 for n in both)
    elif padding != "valid":
        before = after = spread(padding, rank)
    sides = [side for pair in zip(reversed(before), reversed(after), strict=True) for side in pair]
    return F.pad(image, sides, value=1.0), {**hyper, "padding": 0}


_EXECUTED: dict[str, _Function] = {
    "aten::mm": torch.mm,
    "aten::bmm": torch.bmm,
    "aten::mul": torch.mul,
    "aten::dot": torch.dot,
}
_COPIES = frozenset({"aten::clone", "aten::_unsafe_view"})


class Executed(DispatchMode):  # type: ignore[no-untyped-call]
    """While active, counts what PyTorch executes for a composite operator: `macs` of products, `additions` of sums.

    Each product is counted by the ones probe.
    """

    def __init__(self) -> None:
        super().__init__()
        self.macs = 0
        self.additions = 0
        self._terms: list[Tensor] = []

    def __torch_dispatch__(
        self, func: OpOverload, types: object, args: Args = (), kwargs: Kwargs | None = None
    ) -> object:
        output = func(*args, **(kwargs or {}))
        name = func._schema.name
        if name in _EXECUTED:
            self.macs += ones_probe(_EXECUTED[name], *(tuple(tensor.shape) for tensor in args))
            self._terms.append(output)
        elif name == "aten::sum":
            # Adding up products that were just made is the accumulation that they are counted with.
            accumulates = any(args[0] is term for term in self._terms)
            self.additions += 0 if accumulates else args[0].numel() - output.numel()
        elif not func.is_view and name not in _COPIES:
            raise ConvcostError(f"{name} is executed too, and is neither a product nor a sum")
        return output


@one_at_a_time
def executed(function: Callable[..., object], *shapes: Sequence[int]) -> Executed:
    """Return what is executed for a function of tensors of these shapes.

    Raises ConvcostError where that is more than products and sums.
    """
    operands = [torch.ones(tuple(shape)) for shape in shapes]
    seen = Executed()
    with seen:
        function(*operands)
    return seen


# A larger call would take longer to run than the whole comparison.
_MOST_ELEMENTS = 2**24

_SETTINGS = ("stride", "padding", "output_padding", "dilation", "groups")


def probed(call: OpCall) -> int | None:
    """Return the multiply-accumulates of a model's call by running it on ones: who is right where two counts differ.

    None for what cannot be run so, or would take too long.
    """
    return _probed(call.name, call.inputs, tuple(sorted(call.hyper.items())))


@cache
def _probed(operator: str, inputs: tuple[Any, ...], settings: tuple[tuple[str, Any], ...]) -> int | None:
    hyper = dict(settings)
    if function := (_CONVOLUTIONS | _TRANSPOSED).get(operator):
        groups, outputs, kernel, channels = hyper["groups"], hyper["out_channels"], hyper["kernel_size"], inputs[0][1]
        transposed = "output_padding" in hyper
        weight = (channels, outputs // groups, *kernel) if transposed else (outputs, channels // groups, *kernel)
        return _run(function, inputs[0], weight, **{k: hyper[k] for k in _SETTINGS if k in hyper})
    if operator == "linear":
        return _run(F.linear, inputs[0], (hyper["out_features"], inputs[0][-1]))
    if operator in ("mm", "bmm", "matmul", "mv", "dot"):
        return _run(torch.matmul, *inputs)
    if operator == "einsum" and not _too_large(inputs[0]):
        # PyTorch executes several products, each of which is probed alone.
        equation, path = hyper["equation"], hyper.get("path")
        return executed(lambda *operands: torch.ops.aten.einsum(equation, operands, path=path), *inputs[0]).macs
    return None


def _run(function: _Function, *shapes: tuple[int, ...], **hyper: Any) -> int | None:
    return None if _too_large(shapes) else ones_probe(function, *shapes, **hyper)


def _too_large(shapes: Sequence[tuple[int, ...]]) -> bool:
    return sum(torch.Size(shape).numel() for shape in shapes) > _MOST_ELEMENTS
