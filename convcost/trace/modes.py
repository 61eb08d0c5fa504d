"""Modes that change how PyTorch runs a model while it is traced, and nothing of what it computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import torch.backends.mha
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode


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


Window = int | Sequence[int]
"""One number for all spatial axes, or one per axis."""


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
        return _PLAIN.get(func, func)(*args, **(kwargs or {}))


def _spread(value: Window, rank: int) -> list[int]:
    values = [value] if isinstance(value, int) else list(value)
    return values * rank if len(values) == 1 else values


def _plain(rank: int) -> Callable[..., Tensor]:
    def convolution(
        input: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Window = 1,
        padding: Window | str = 0,
        dilation: Window = 1,
        groups: int = 1,
    ) -> Tensor:
        if not isinstance(padding, str):
            return _convolved(rank, input, weight, bias, stride, padding, dilation, False, 0, groups)
        if input.dim() == rank + 1:
            return convolution(input.unsqueeze(0), weight, bias, stride, padding, dilation, groups).squeeze(0)
        strides, dilations = _spread(stride, rank), _spread(dilation, rank)
        return torch._convolution_mode(input, weight, bias, strides, padding, dilations, groups)

    return convolution


def _plain_transposed(rank: int) -> Callable[..., Tensor]:
    def convolution(
        input: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Window = 1,
        padding: Window = 0,
        output_padding: Window = 0,
        groups: int = 1,
        dilation: Window = 1,
    ) -> Tensor:
        return _convolved(rank, input, weight, bias, stride, padding, dilation, True, output_padding, groups)

    return convolution


def _convolved(
    rank: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Window,
    padding: Window,
    dilation: Window,
    transposed: bool,
    output_padding: Window,
    groups: int,
) -> Tensor:
    batch = input.unsqueeze(0) if input.dim() == rank + 1 else input
    strides, paddings, dilations, extra = (_spread(v, rank) for v in (stride, padding, dilation, output_padding))
    flags = (False, False, True, True)  # of the backends behind
    output = torch._convolution(batch, weight, bias, strides, paddings, dilations, transposed, extra, groups, *flags)
    return output if batch is input else output.squeeze(0)


_PLAIN: dict[Callable[..., object], Callable[..., object]] = {
    torch.conv1d: _plain(1),
    torch.conv2d: _plain(2),
    torch.conv3d: _plain(3),
    torch.conv_transpose1d: _plain_transposed(1),
    torch.conv_transpose2d: _plain_transposed(2),
    torch.conv_transpose3d: _plain_transposed(3),
}
