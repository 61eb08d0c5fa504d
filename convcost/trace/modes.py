"""Modes that change how PyTorch runs a model while it is traced, and nothing of what it computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import torch.backends.mha
from torch import Tensor
from torch._ops import OpOverload
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from convcost.trace.binders.arguments import Arguments


class DispatchMode(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """A mode that sees every operator being called, and does not load the compiler."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # the default imports the whole compiler, a second's work, to keep it out of this mode


@contextmanager
def without_native_attention() -> Iterator[None]:
    """While active, `nn.MultiheadAttention` and `nn.TransformerEncoderLayer` call the operators that they consist of.

    Without gradients on the CPU (a frozen model, `no_grad`) they would be one native operator each, which hides its
    products from whoever counts. On the meta device there is no such operator.
    """
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


class PlainConvolutions(TorchFunctionMode):
    """While active, every convolution is called as `torch._convolution`, as which it stands in a torch.jit trace.

    The meta device takes traced sizes there, and nowhere else.
    """

    def __torch_function__(
        self,
        func: Callable[..., object],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> object:
        if func not in _CONVOLUTIONS:
            return func(*args, **(kwargs or {}))
        operator, rank = _CONVOLUTIONS[func]
        return _convolved(Arguments.of(operator, args, kwargs or {}), rank)


def _convolved(a: Arguments, rank: int) -> Tensor:
    image, weight, bias, padding, groups = a.tensor("input"), a["weight"], a["bias"], a["padding"], a.number("groups")
    if image.dim() == rank + 1:
        return _convolved(Arguments({**a, "input": image.unsqueeze(0)}), rank).squeeze(0)
    strides, dilations, extra = (_spread(a.get(name, 0), rank) for name in ("stride", "dilation", "output_padding"))
    if isinstance(padding, str):
        return torch._convolution_mode(image, weight, bias, strides, padding, dilations, groups)
    transposed, flags = "output_padding" in a, (False, False, True, True)  # of the backends behind
    paddings = _spread(padding, rank)
    return torch._convolution(image, weight, bias, strides, paddings, dilations, transposed, extra, groups, *flags)


def _spread(value: int | Sequence[int], rank: int) -> list[int]:
    values = [value] if isinstance(value, int) else list(value)
    return values * rank if len(values) == 1 else values


def _operator(name: str) -> OpOverload:
    """Return one of PyTorch's operators in its first form, in which numbers say the padding."""
    packet = getattr(torch.ops.aten, name)
    found: OpOverload = getattr(packet, packet.overloads()[0])
    return found


_CONVOLUTIONS = {
    getattr(torch, f"{kind}{rank}d"): (_operator(f"{kind}{rank}d"), rank)
    for kind in ("conv", "conv_transpose")
    for rank in (1, 2, 3)
}
