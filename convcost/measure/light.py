"""Output shapes on the meta device without its Python kernels.

Those kernels import torch's compiler and SymPy on their first use, which takes longer than a whole comparison. Here
are answered: operators whose output has its first operand's shape by definition, arithmetic and concatenation of
tensors that lie in memory as they are read, means over whole axes, matrix products, and convolutions, whose sizes come
from the real operator run on a single channel. What is not answered, and
any call whose shapes do not match, goes to the meta device's own kernel, which says what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import zip_longest
from typing import Any

import torch
from torch import Tensor
from torch._ops import OpOverload

from convcost.measure.dispatch import DispatchMode

SAME = frozenset(
    {
        *("relu", "hardtanh", "leaky_relu", "elu", "gelu", "silu", "mish", "softplus", "sigmoid", "tanh"),
        *("log_sigmoid", "hardsigmoid", "hardswish", "_softmax", "_log_softmax", "threshold"),
    }
)
"""Operators whose output has the shape of their first operand."""
# The same, of floating-point numbers; of whole ones they give another type.
_OF_FLOATS = frozenset({"neg", "abs", "exp", "log", "sqrt", "rsqrt", "reciprocal", "sin", "cos", "erf", "clamp_min"})
_ARITHMETIC = frozenset({"add", "sub", "mul", "div"})


class LightKernels(DispatchMode):  # type: ignore[no-untyped-call]
    """While active, the operators above run on meta tensors at the cost of an allocation."""

    def __torch_dispatch__(
        self, func: OpOverload, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        first = args[0] if args else None
        if func is torch.ops.aten.cat.default and first and not kwargs:
            answer = _joined(list(first), args[1] if len(args) > 1 else 0)
            if answer is not None:
                return answer
        if isinstance(first, Tensor) and first.is_meta and not kwargs:
            answer = _answer(func, args, first)
            if answer is not None:
                return answer
        with self:
            result = func.decompose(*args, **kwargs)
        return func(*args, **kwargs) if result is NotImplemented else result


def _answer(func: OpOverload, args: tuple[Any, ...], first: Tensor) -> Any:
    name = func._schema.name.removeprefix("aten::")
    if name in SAME:
        return first.new_empty(first.shape)
    if name.removesuffix("_") in SAME:
        return first  # in place
    if name in _OF_FLOATS and _plain(first, args[1:]):
        return first.new_empty(first.shape)
    if name.removesuffix("_") in _ARITHMETIC and len(args) == 2:
        return _combined(first, args[1], name.endswith("_"))
    if name == "native_batch_norm" and not args[5]:
        return first.new_empty(first.shape), first.new_empty(0), first.new_empty(0)
    if func is torch.ops.aten.mm.default:
        return _product(args[0], args[1])
    if func is torch.ops.aten.addmm.default:
        return _product(args[1], args[2])  # the added bias is broadcast to the product's shape
    if func in (torch.ops.aten.convolution.default, torch.ops.aten._convolution.default):
        return _convolved(*args[:9])  # the second has flags of the backends behind
    if func is torch.ops.aten.mean.dim:
        return _reduced(first, args[1], keep=len(args) > 2 and args[2])
    return None


def _plain(tensor: Tensor, rest: tuple[Any, ...] = ()) -> bool:
    """Floating-point numbers in the order of their axes, and no other tensor."""
    return tensor.is_floating_point() and tensor.is_contiguous() and not any(isinstance(r, Tensor) for r in rest)


def _combined(left: Tensor, right: Any, in_place: bool) -> Tensor | None:
    if isinstance(right, Tensor) and (right.dtype != left.dtype or not right.is_meta or not _plain(right)):
        return None
    shape = _broadcast(tuple(left.shape), tuple(right.shape)) if isinstance(right, Tensor) else tuple(left.shape)
    if shape is None or not _plain(left) or (in_place and shape != tuple(left.shape)):
        return None
    return left if in_place else left.new_empty(shape)


def _broadcast(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape of both together, None if they do not fit."""
    pairs = list(zip_longest(reversed(left), reversed(right), fillvalue=1))
    if any(a != b and a != 1 and b != 1 for a, b in pairs):
        return None
    return tuple(b if a == 1 else a for a, b in reversed(pairs))


def _joined(tensors: list[Tensor], dim: int) -> Tensor | None:
    first = tensors[0]
    if not -first.dim() <= dim < first.dim():
        return None
    axis = dim % first.dim()
    for tensor in tensors:
        unlike = tensor.dtype != first.dtype or tensor.dim() != first.dim() or not (tensor.is_meta and _plain(tensor))
        if unlike or any(a != b for i, (a, b) in enumerate(zip(tensor.shape, first.shape, strict=True)) if i != axis):
            return None
    joined = sum(tensor.shape[axis] for tensor in tensors)
    return first.new_empty((*first.shape[:axis], joined, *first.shape[axis + 1 :]))


def _product(left: Tensor, right: Tensor) -> Tensor | None:
    return left.new_empty((left.shape[0], right.shape[1])) if left.shape[1] == right.shape[0] else None


# Above a million positions even one channel takes longer than the Python kernel.
_MOST_POSITIONS = 1_000_000


def _convolved(
    image: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: list[int],
    padding: list[int],
    dilation: list[int],
    transposed: bool,
    output_padding: list[int],
    groups: int,
) -> Tensor | None:
    channels = weight.shape[0] if transposed else weight.shape[1] * groups
    outputs = weight.shape[1] * groups if transposed else weight.shape[0]
    unusual = image.dim() != weight.dim() or image.shape[1] != channels or weight.shape[0] % groups
    if unusual or image.shape[2:].numel() > _MOST_POSITIONS or (bias is not None and bias.shape != (outputs,)):
        return None
    lists = tuple(map(tuple, (image.shape[2:], weight.shape[2:], stride, padding, dilation, output_padding)))
    sizes = _one_channel(lists, transposed)
    return image.new_empty((image.shape[0], outputs, *sizes))


@cache
def _one_channel(lists: tuple[tuple[int, ...], ...], transposed: bool) -> tuple[int, ...]:
    """The sizes that torch's own convolution gives; they depend on nothing else, and deep nets repeat them."""
    image, kernel, stride, padding, dilation, output_padding = lists
    alone = torch.zeros((1, 1, *image), device="cpu"), torch.zeros((1, 1, *kernel), device="cpu")
    return tuple(torch.convolution(*alone, None, stride, padding, dilation, transposed, output_padding, 1).shape[2:])


def _reduced(tensor: Tensor, axes: list[int], keep: bool) -> Tensor:
    view = tensor
    for axis in sorted((axis % tensor.dim() for axis in axes), reverse=True):
        view = view.narrow(axis, 0, 1) if keep else view.select(axis, 0)
    return view.new_empty(view.shape)
