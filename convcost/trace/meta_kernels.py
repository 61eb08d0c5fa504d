"""Output shapes on the meta device without its Python kernels.

Those kernels import torch's compiler and SymPy on their first use, which takes longer than a whole comparison. Here
are answered: operators whose output has its first operand's shape by definition, arithmetic and concatenation of
tensors that lie in memory as they are read, means over whole axes, matrix products, padding, look-ups, and convolutions
and pooling (`light_windows`). What is not answered, and any call whose shapes do not match, goes to the meta device's
own kernel, which says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import torch
from torch import Tensor
from torch._ops import OpOverload

from convcost.trace.meta_windows import convolved, pooled
from convcost.trace.modes import DispatchMode

SAME = frozenset(
    {
        *("relu", "hardtanh", "leaky_relu", "elu", "gelu", "silu", "mish", "softplus", "sigmoid", "tanh"),
        *("log_sigmoid", "hardsigmoid", "hardswish", "_softmax", "_log_softmax", "_safe_softmax", "threshold"),
    }
)
"""Operators whose output has the shape of their first operand."""
# The same, of floating-point numbers; of whole ones they give another type.
_OF_FLOATS = frozenset({"neg", "abs", "exp", "log", "sqrt", "rsqrt", "reciprocal", "sin", "cos", "erf", "clamp_min"})
_COMPOSED = torch._C.DispatchKey.CompositeImplicitAutograd
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
        if not torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), _COMPOSED):  # type: ignore[no-untyped-call]
            return func(*args, **kwargs)
        with self:
            return func._op_dk(_COMPOSED, *args, **kwargs)  # func.decompose may take a Python one


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
    if func in (torch.ops.aten.convolution.default, torch.ops.aten._convolution.default):
        return convolved(*args[:9])  # the second has flags of the backends behind
    answer = _ANSWERS.get(func)
    return pooled(func, args) if answer is None else answer(*args)


def _plain(tensor: Tensor, rest: tuple[Any, ...] = ()) -> bool:
    """Floating-point numbers in the order of their axes, and no other tensor."""
    return tensor.is_floating_point() and tensor.is_contiguous() and not any(isinstance(r, Tensor) for r in rest)


def _of_rows(tensor: Tensor) -> bool:
    """Floating-point numbers whose concatenation lies in memory as it is read: channels are not innermost."""
    return _plain(tensor) or (
        tensor.is_floating_point() and (tensor.dim() not in (4, 5) or tensor.stride(1) > tensor.stride(-1))
    )


def _combined(left: Tensor, right: Any, in_place: bool) -> Tensor | None:
    # A tensor without axes is a number beside one that has some.
    other = right if isinstance(right, Tensor) and (right.dim() or not left.dim()) else None
    if not left.is_floating_point() or (other is not None and (other.dtype != left.dtype or not other.is_meta)):
        return None
    if other is None and (right.is_complex() if isinstance(right, Tensor) else isinstance(right, complex)):
        return None
    shape = tuple(left.shape) if other is None else _broadcast(tuple(left.shape), tuple(other.shape))
    if shape is None or (in_place and shape != tuple(left.shape)):
        return None
    if in_place:
        return left
    if left.is_contiguous() and (other is None or other.is_contiguous()):
        return left.new_empty(shape)
    kept = _in_order(left, other)
    return _in_order(other, left) if kept is None and other is not None else kept


def _in_order(large: Tensor, other: Tensor | None) -> Tensor | None:
    """An output whose axes follow each other in memory as those of its larger operand do, without gaps."""
    strides = large.stride()
    alike = other is None or (other.shape, other.stride()) == (large.shape, strides)
    longer = [axis for axis, size in enumerate(large.shape) if size > 1]
    dense, step = [0] * len(strides), 1
    for axis in sorted(range(len(strides)), key=strides.__getitem__):
        dense[axis], step = step, step * large.shape[axis]
    if alike and all(dense[axis] == strides[axis] for axis in longer):
        return large.new_empty_strided(large.shape, strides)
    if len(set(strides)) < len(strides) or 0 in strides:
        return None  # which of two axes comes first is not for us to say
    # Where the other has one axis at most, it has no say in the order.
    if other is not None and not alike:
        few = sum(size > 1 for size in other.shape) <= 1 and other.dim() <= large.dim()
        if not few or _broadcast(tuple(large.shape), tuple(other.shape)) != tuple(large.shape):
            return None
    return large.new_empty_strided(large.shape, dense)


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
        unlike = tensor.dtype != first.dtype or tensor.dim() != first.dim() or not (tensor.is_meta and _of_rows(tensor))
        if unlike or any(a != b for i, (a, b) in enumerate(zip(tensor.shape, first.shape, strict=True)) if i != axis):
            return None
    joined = sum(tensor.shape[axis] for tensor in tensors)
    return first.new_empty((*first.shape[:axis], joined, *first.shape[axis + 1 :]))


def _product(left: Tensor, right: Tensor) -> Tensor | None:
    if left.shape[:-2] != right.shape[:-2] or left.shape[-1] != right.shape[-2] or left.dtype != right.dtype:
        return None
    return left.new_empty((*left.shape[:-1], right.shape[-1]))


def _product_and_bias(bias: Tensor, left: Tensor, right: Tensor) -> Tensor | None:
    return _product(left, right)  # to whose shape the bias is broadcast


def _normalised(
    tensor: Tensor, shape: list[int], weight: Tensor | None, bias: Tensor | None, eps: float
) -> tuple[Tensor, ...] | None:
    own = tensor.shape[tensor.dim() - len(shape) :]
    if len(shape) > tensor.dim() or any(list(part) != list(shape) for part in (own, *_shapes(weight, bias))):
        return None
    statistics = tensor.new_empty((*tensor.shape[: tensor.dim() - len(shape)], *(1 for _ in shape)))
    return tensor.new_empty(tensor.shape), statistics, statistics.new_empty(statistics.shape)


def _shapes(*tensors: Tensor | None) -> list[torch.Size]:
    return [tensor.shape for tensor in tensors if tensor is not None]


def _rolled(tensor: Tensor, shifts: list[int], axes: Sequence[int] = ()) -> Tensor | None:
    return tensor.new_empty(tensor.shape) if tensor.is_contiguous() and len(shifts) == len(axes) > 0 else None


def _filled(tensor: Tensor, mask: Tensor, value: float) -> Tensor | None:
    shape = _broadcast(tuple(tensor.shape), tuple(mask.shape))
    fine = shape == tuple(tensor.shape) and tensor.is_contiguous() and tensor.is_floating_point()
    return tensor.new_empty(tensor.shape) if fine else None


def _asked(tensor: Tensor, number: float) -> Tensor | None:
    return tensor.new_empty(tensor.shape, dtype=torch.bool) if _plain(tensor) else None


def _copied(target: Tensor, source: Tensor) -> Tensor | None:
    return target if _broadcast(tuple(target.shape), tuple(source.shape)) == tuple(target.shape) else None


def _padded(tensor: Tensor, pad: list[int], value: float = 0) -> Tensor | None:
    if not tensor.is_contiguous() or len(pad) % 2 or len(pad) > 2 * tensor.dim():
        return None
    sizes = list(tensor.shape)
    for place in range(len(pad) // 2):
        sizes[-1 - place] += pad[2 * place] + pad[2 * place + 1]
    return tensor.new_empty(sizes) if min(sizes) > 0 else None


def _looked_up(table: Tensor, indices: list[Tensor | None]) -> Tensor | None:
    index = indices[0]
    fine = len(indices) == 1 and index is not None and index.dtype == torch.int64 and table.dim() > 0
    return table.new_empty((*index.shape, *table.shape[1:])) if fine and index is not None else None


def _reduced(tensor: Tensor, axes: list[int], keep: bool = False) -> Tensor:
    view = tensor
    for axis in sorted((axis % tensor.dim() for axis in axes), reverse=True):
        view = view.narrow(axis, 0, 1) if keep else view.select(axis, 0)
    return view.new_empty(view.shape)


_ANSWERS: dict[OpOverload, Callable[..., Any]] = {
    torch.ops.aten.mm.default: _product,
    torch.ops.aten.bmm.default: _product,
    torch.ops.aten.addmm.default: _product_and_bias,
    torch.ops.aten.mean.dim: _reduced,
    torch.ops.aten.native_layer_norm.default: _normalised,
    torch.ops.aten.roll.default: _rolled,
    torch.ops.aten.masked_fill.Scalar: _filled,
    torch.ops.aten.eq.Scalar: _asked,
    torch.ops.aten.ne.Scalar: _asked,
    torch.ops.aten.copy_.default: _copied,
    torch.ops.aten.constant_pad_nd.default: _padded,
    torch.ops.aten.index.Tensor: _looked_up,
}
