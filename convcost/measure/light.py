"""Output shapes that need no arithmetic, answered without the meta device's Python kernels.

Those kernels import torch's compiler on their first use, which takes longer than a whole comparison. Only operators
whose output has its first operand's shape by definition are answered here, means over whole axes, and addmm as mm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

_SAME = frozenset(
    {
        *(
            "relu",
            "hardtanh",
            "leaky_relu",
            "elu",
            "gelu",
            "silu",
            "mish",
            "softplus",
            "sigmoid",
            "tanh",
            "log_sigmoid",
        ),
        *("hardsigmoid", "hardswish", "_softmax"),
    }
)


class LightKernels(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While active, the operators above run on meta tensors at the cost of an allocation."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # the default imports the compiler too

    def __torch_dispatch__(
        self, func: OpOverload, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        first = args[0] if args else None
        if isinstance(first, Tensor) and first.is_meta and not kwargs:
            answer = _answer(func, args, first)
            if answer is not None:
                return answer
        with self:
            result = func.decompose(*args, **kwargs)
        return func(*args, **kwargs) if result is NotImplemented else result


def _answer(func: OpOverload, args: tuple[Any, ...], first: Tensor) -> Any:
    name = func._schema.name.removeprefix("aten::")
    if name in _SAME:
        return torch.empty_like(first)
    if name.removesuffix("_") in _SAME:
        return first  # in place
    if name == "native_batch_norm" and not args[5]:
        return torch.empty_like(first), first.new_empty(0), first.new_empty(0)
    if func is torch.ops.aten.addmm.default:
        return torch.mm(args[1], args[2])  # the added bias is broadcast to the product's shape
    if func is torch.ops.aten.mean.dim:
        return _reduced(first, args[1], keep=len(args) > 2 and args[2])
    return None


def _reduced(tensor: Tensor, axes: list[int], keep: bool) -> Tensor:
    view = tensor
    for axis in sorted((axis % tensor.dim() for axis in axes), reverse=True):
        view = view.narrow(axis, 0, 1) if keep else view.select(axis, 0)
    return torch.empty_like(view)
