"""Output shapes on the meta device without its Python kernels.

Those kernels import torch's compiler and SymPy on their first use, which takes longer than a whole comparison. Here
are answered: operators whose output has its first operand's shape by definition, arithmetic and concatenation of
tensors that lie in memory as they are read, means over whole axes, matrix products, padding, look-ups, and windows:
convolutions and pooling. What is not answered, and any call whose shapes do not match, goes to the meta device's own
kernel, which says what is wrong. It says nothing of operands' types, so the CPU is asked where these are unusual.
"""

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

import torch
from torch import Tensor
from torch._ops import OpOverload

from convcost.trace.aten import DispatchMode, aten_name
from convcost.trace.binders.arguments import Arguments, spread
from convcost.trace.copies import Args, Kwargs, tensors, walk

Sizes = Sequence[int]

SAME = frozenset(
    {
        *("relu", "hardtanh", "leaky_relu", "elu", "gelu", "silu", "mish", "softplus", "sigmoid", "tanh"),
        *("log_sigmoid", "hardsigmoid", "hardswish", "_softmax", "_log_softmax", "_safe_softmax", "threshold"),
    }
)
"""Operators whose output has the shape of their first operand."""
# The same, of floating-point numbers; of whole ones they give another type.
_OF_FLOATS = frozenset({"neg", "abs", "exp", "log", "sqrt", "rsqrt", "reciprocal", "sin", "cos", "erf", "clamp_min"})
_ONE_TYPE = SAME | {
    *("mm", "bmm", "addmm", "mv", "addmv", "addbmm", "convolution", "_convolution", "_cdist_forward", "index_select"),
    *("grid_sampler_2d", "grid_sampler_3d", "upsample_nearest2d", "upsample_bilinear2d", "upsample_bicubic2d"),
    *("native_layer_norm", "native_batch_norm", "native_group_norm", "hardshrink", "im2col"),
    *("max_pool2d_with_indices", "avg_pool2d", "_adaptive_avg_pool2d", "adaptive_max_pool2d"),
}
"""Operators that the meta device runs on operands of any types, and the CPU not on all."""
_COMPOSED = torch._C.DispatchKey.CompositeImplicitAutograd
_ARITHMETIC = frozenset({"add", "sub", "mul", "div"})


class MetaKernels(DispatchMode):  # type: ignore[no-untyped-call]
    """While active, the operators above run on meta tensors at the cost of an allocation."""

    def __init__(self) -> None:
        super().__init__()
        self._allowed: set[tuple[object, ...]] = set()

    def __torch_dispatch__(
        self, func: OpOverload, types: object, args: Args = (), kwargs: Kwargs | None = None
    ) -> object:
        kwargs = kwargs or {}
        if not isinstance(func, OpOverload):  # one that takes functions, such as flex_attention
            return func(*args, **kwargs)
        if aten_name(func) in _ONE_TYPE:
            self._check_types(func, args, kwargs)
        answer = None if kwargs or not args else _answer(func, args)
        if answer is not None:
            return answer
        if not torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), _COMPOSED):  # type: ignore[no-untyped-call]
            return func(*args, **kwargs)
        with self:
            return func._op_dk(_COMPOSED, *args, **kwargs)  # func.decompose may take a Python one

    def _check_types(self, func: OpOverload, args: Args, kwargs: Kwargs) -> None:
        """Run an operator on the CPU, once for each unusual combination of types, and so raise what the CPU raises."""
        given = [tensor for tensor in tensors((args, kwargs)) if tensor.is_meta]
        types = tuple(tensor.dtype for tensor in given)
        usual = len(set(types)) < 2 and all(dtype.is_floating_point for dtype in types)
        symbolic = any(isinstance(size, torch.SymInt) for tensor in given for size in tensor.shape)
        if usual or symbolic or (func, types) in self._allowed:
            return
        args, kwargs = walk((args, dict(kwargs)), _zeros)
        func(*args, **kwargs)
        self._allowed.add((func, types))


def _zeros(tensor: Any) -> Tensor:
    return torch.zeros(tensor.shape, dtype=tensor.dtype)


def _answer(func: OpOverload, args: Args) -> object:
    """Return the output of a call without elements; None for what the meta device's own kernel must answer."""
    first = args[0]
    if func is torch.ops.aten.cat.default and first:
        return _joined(*args)
    if not isinstance(first, Tensor) or not first.is_meta:
        return None
    full, name = func._schema.name.removeprefix("aten::"), aten_name(func)
    in_place = full != name
    if name in SAME:
        return first if in_place else first.new_empty(first.shape)
    if full in _OF_FLOATS and _plain(first, args[1:]):
        return first.new_empty(first.shape)
    if name in _ARITHMETIC and len(args) == 2:
        return _combined(first, args[1], in_place)
    if full == "native_batch_norm" and not args[5]:
        return first.new_empty(first.shape), first.new_empty(0), first.new_empty(0)
    if func in _POOLING:
        return _pooled(func, first, args)
    return _ANSWERS[func](*args) if func in _ANSWERS else None


def _plain(tensor: Tensor, rest: Sequence[object] = ()) -> bool:
    """Whether a tensor has floating-point numbers in the order of its axes, and no other tensor goes with it."""
    return tensor.is_floating_point() and tensor.is_contiguous() and not any(isinstance(r, Tensor) for r in rest)


def _of_rows(tensor: Tensor) -> bool:
    """Whether the concatenation of such floating-point tensors lies in memory as it is read: channels not innermost."""
    return _plain(tensor) or (
        tensor.is_floating_point() and (tensor.dim() not in (4, 5) or tensor.stride(1) > tensor.stride(-1))
    )


def _combined(left: Tensor, right: Tensor | complex, in_place: bool) -> Tensor | None:
    # A tensor without axes is a number beside one that has some.
    other = right if isinstance(right, Tensor) and (right.dim() or not left.dim()) else None
    if not left.is_floating_point() or (other is not None and (other.dtype != left.dtype or not other.is_meta)):
        return None
    if other is None and (right.is_complex() if isinstance(right, Tensor) else isinstance(right, complex)):
        return None
    shape = left.shape if other is None else _broadcast(left.shape, other.shape)
    if shape is None or (in_place and shape != left.shape):
        return None
    if in_place:
        return left
    if left.is_contiguous() and (other is None or other.is_contiguous()):
        return left.new_empty(shape)
    kept = _in_order(left, other)
    return _in_order(other, left) if kept is None and other is not None else kept


def _in_order(large: Tensor, other: Tensor | None) -> Tensor | None:
    """Return an output whose axes follow each other in memory as its larger operand's do, without gaps."""
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
        if not few or not _fits(other, large):
            return None
    return large.new_empty_strided(large.shape, dense)


def _broadcast(left: Sizes, right: Sizes) -> tuple[int, ...] | None:
    """Return the shape of both together, None if they do not fit."""
    pairs = list(zip_longest(reversed(left), reversed(right), fillvalue=1))
    if any(a != b and a != 1 and b != 1 for a, b in pairs):
        return None
    return tuple(b if a == 1 else a for a, b in reversed(pairs))


def _fits(small: Tensor, large: Tensor) -> bool:
    """Whether one tensor is broadcast to the shape of the other."""
    return _broadcast(large.shape, small.shape) == large.shape


def _joined(tensors: Sequence[Tensor], dim: int = 0) -> Tensor | None:
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


def _normalised(
    tensor: Tensor, shape: Sizes, weight: Tensor | None, bias: Tensor | None, eps: float
) -> tuple[Tensor, ...] | None:
    own = tensor.shape[tensor.dim() - len(shape) :]
    scales = [scale.shape for scale in (weight, bias) if scale is not None]
    if len(shape) > tensor.dim() or any(list(part) != list(shape) for part in (own, *scales)):
        return None
    statistics = tensor.new_empty((*tensor.shape[: tensor.dim() - len(shape)], *(1 for _ in shape)))
    return tensor.new_empty(tensor.shape), statistics, statistics.new_empty(statistics.shape)


def _rolled(tensor: Tensor, shifts: Sizes, axes: Sizes = ()) -> Tensor | None:
    return tensor.new_empty(tensor.shape) if tensor.is_contiguous() and len(shifts) == len(axes) > 0 else None


def _filled(tensor: Tensor, mask: Tensor, value: float) -> Tensor | None:
    matching = mask.dtype == torch.bool and _fits(mask, tensor)
    return tensor.new_empty(tensor.shape) if _plain(tensor) and matching else None


def _compared(tensor: Tensor, number: float) -> Tensor | None:
    return tensor.new_empty(tensor.shape, dtype=torch.bool) if _plain(tensor) else None


def _copied(target: Tensor, source: Tensor) -> Tensor | None:
    return target if _fits(source, target) else None


def _padded(tensor: Tensor, pad: Sizes, value: float = 0) -> Tensor | None:
    if not tensor.is_contiguous() or len(pad) % 2 or len(pad) > 2 * tensor.dim():
        return None
    sizes = list(tensor.shape)
    for place in range(len(pad) // 2):
        sizes[-1 - place] += pad[2 * place] + pad[2 * place + 1]
    return tensor.new_empty(sizes) if min(sizes) > 0 else None


def _looked_up(table: Tensor, indices: list[Tensor | None]) -> Tensor | None:
    index = indices[0]
    if len(indices) != 1 or index is None or index.dtype != torch.int64 or not table.dim():
        return None
    return table.new_empty((*index.shape, *table.shape[1:]))


def _reduced(tensor: Tensor, axes: Sizes, keep: bool = False) -> Tensor | None:
    if not tensor.is_floating_point():
        return None
    view = tensor
    for axis in sorted((axis % tensor.dim() for axis in axes), reverse=True):
        view = view.narrow(axis, 0, 1) if keep else view.select(axis, 0)
    return view.new_empty(view.shape)


def _convolved(
    image: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    transposed: bool,
    output_padding: Sizes,
    groups: int,
    *flags: bool,
) -> Tensor | None:
    """Return the output of a convolution; `flags` are of the backends behind."""
    channels = weight.shape[0] if transposed else weight.shape[1] * groups
    outputs = weight.shape[1] * groups if transposed else weight.shape[0]
    settings = (stride, padding, dilation, output_padding)
    unusual = image.dim() != weight.dim() or image.shape[1] != channels or weight.shape[0] % groups
    if unusual or {*map(len, settings)} != {image.dim() - 2} or (bias is not None and bias.shape != (outputs,)):
        return None
    sizes = []
    for n, k, s, p, d, extra in zip(image.shape[2:], weight.shape[2:], *settings, strict=True):
        taps = d * (k - 1) + 1
        if min(s, d) < 1 or p < 0 or not 0 <= extra < max(s, d):
            raise RuntimeError("a convolution cannot have these settings")  # the CPU says what is wrong with them
        sizes.append((n - 1) * s - 2 * p + taps + extra if transposed else (n + 2 * p - taps) // s + 1)
    return image.new_empty((image.shape[0], outputs, *sizes)) if min(sizes) > 0 else None


# Axes that the window slides over.
_POOLING: dict[OpOverload, int] = {
    getattr(torch.ops.aten, name.format(rank)).default: rank
    for name in ("max_pool{}d", "max_pool{}d_with_indices", "avg_pool{}d", "_adaptive_avg_pool{}d")
    for rank in (2, 3)
}


def _pooled(func: OpOverload, image: Tensor, args: Args) -> Tensor | tuple[Tensor, Tensor] | None:
    """Return the output of a pooling, with the indices of a maximum."""
    rank, a = _POOLING[func], Arguments.of(func, args, {})
    if image.dim() not in (rank + 1, rank + 2) or not _plain(image):
        return None
    if "output_size" in a:
        sizes = a.ints("output_size")
    else:
        kernel = spread(a["kernel_size"], rank)
        steps = spread(a["stride"] or kernel, rank), spread(a["padding"], rank), spread(a.get("dilation", 1), rank)
        axes = list(zip(image.shape[-rank:], kernel, *steps, strict=True))
        if rank == 3 and any(n < k for n, k, *_ in axes):
            return None  # padding or not, no mean of a volume takes such a window
        sizes = tuple(_places(*axis, rounds_up=a["ceil_mode"]) for axis in axes)
    if min(sizes) < 1:
        return None
    output = image.new_empty((*image.shape[:-rank], *sizes))
    return (output, output.new_empty(output.shape, dtype=torch.int64)) if "with_indices" in aten_name(func) else output


def _places(n: int, kernel: int, stride: int, padding: int, dilation: int, *, rounds_up: bool) -> int:
    """Return the number of places of a window on an axis; 0 for a window that cannot be."""
    taps = dilation * (kernel - 1) + 1
    if min(kernel, stride, dilation) < 1 or not 0 <= padding <= kernel // 2:
        return 0
    places = (n + 2 * padding - taps + (stride - 1) * rounds_up) // stride + 1
    return places - (rounds_up and (places - 1) * stride >= n + padding)  # none that starts behind the image


_ANSWERS: dict[OpOverload, Callable[..., object]] = {
    torch.ops.aten.convolution.default: _convolved,
    torch.ops.aten._convolution.default: _convolved,
    torch.ops.aten.mm.default: _product,
    torch.ops.aten.bmm.default: _product,
    torch.ops.aten.addmm.default: lambda bias, left, right: _product(left, right),
    torch.ops.aten.mean.dim: _reduced,
    torch.ops.aten.native_layer_norm.default: _normalised,
    torch.ops.aten.roll.default: _rolled,
    torch.ops.aten.masked_fill.Scalar: _filled,
    torch.ops.aten.eq.Scalar: _compared,
    torch.ops.aten.ne.Scalar: _compared,
    torch.ops.aten.copy_.default: _copied,
    torch.ops.aten.constant_pad_nd.default: _padded,
    torch.ops.aten.index.Tensor: _looked_up,
}
