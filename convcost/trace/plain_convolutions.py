"""Convolutions spelled as the operator that they become in a torch.jit trace, which the meta device takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.overrides import TorchFunctionMode


class PlainConvolutions(TorchFunctionMode):
    """Calls `torch._convolution` for every convolution, as torch.jit would have it in the trace."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        return _PLAIN.get(func, func)(*args, **(kwargs or {}))


def _spread(value: Any, rank: int) -> list[int]:
    values = [value] if isinstance(value, int) else list(value)
    return values * rank if len(values) == 1 else values


def _plain(rank: int) -> Callable[..., Any]:
    def convolution(
        input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
    ) -> Any:
        if input.dim() == rank + 1:
            return convolution(input.unsqueeze(0), weight, bias, stride, padding, dilation, groups).squeeze(0)
        strides, dilations = _spread(stride, rank), _spread(dilation, rank)
        if isinstance(padding, str):
            return torch._convolution_mode(input, weight, bias, strides, padding, dilations, groups)
        paddings = _spread(padding, rank)
        return torch._convolution(
            input, weight, bias, strides, paddings, dilations, False, [0] * rank, groups, False, False, True, True
        )

    return convolution


def _plain_transposed(rank: int) -> Callable[..., Any]:
    def convolution(
        input: Any,
        weight: Any,
        bias: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Any:
        if input.dim() == rank + 1:
            alone = input.unsqueeze(0)
            return convolution(alone, weight, bias, stride, padding, output_padding, groups, dilation).squeeze(0)
        strides, paddings, dilations = (_spread(v, rank) for v in (stride, padding, dilation))
        extra = _spread(output_padding, rank)
        return torch._convolution(
            input, weight, bias, strides, paddings, dilations, True, extra, groups, False, False, True, True
        )

    return convolution


_PLAIN: dict[Any, Callable[..., Any]] = {
    torch.conv1d: _plain(1),
    torch.conv2d: _plain(2),
    torch.conv3d: _plain(3),
    torch.conv_transpose1d: _plain_transposed(1),
    torch.conv_transpose2d: _plain_transposed(2),
    torch.conv_transpose3d: _plain_transposed(3),
}
