"""Output shapes of convolutions and pooling: the real operator's, run on a single channel on the CPU.

Their sizes depend on nothing but the image's and the settings, and deep nets repeat them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch._ops import OpOverload

# Above a million positions even one channel takes longer than the meta device's own kernel.
_MOST_POSITIONS = 1_000_000


def convolved(
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
    """The output of a convolution, without elements; None where the sizes do not match, or are too many."""
    channels = weight.shape[0] if transposed else weight.shape[1] * groups
    outputs = weight.shape[1] * groups if transposed else weight.shape[0]
    unusual = image.dim() != weight.dim() or image.shape[1] != channels or weight.shape[0] % groups
    if unusual or image.shape[2:].numel() > _MOST_POSITIONS or (bias is not None and bias.shape != (outputs,)):
        return None
    lists = tuple(map(tuple, (image.shape[2:], weight.shape[2:], stride, padding, dilation, output_padding)))
    return image.new_empty((image.shape[0], outputs, *_convolution(lists, transposed)))


@cache
def _convolution(lists: tuple[tuple[int, ...], ...], transposed: bool) -> tuple[int, ...]:
    image, kernel, stride, padding, dilation, output_padding = lists
    alone = torch.zeros((1, 1, *image), device="cpu"), torch.zeros((1, 1, *kernel), device="cpu")
    return tuple(torch.convolution(*alone, None, stride, padding, dilation, transposed, output_padding, 1).shape[2:])


# Axes that the window slides over.
_POOLING = {
    torch.ops.aten.max_pool2d_with_indices.default: 2,
    torch.ops.aten.max_pool3d_with_indices.default: 3,
    torch.ops.aten.avg_pool2d.default: 2,
    torch.ops.aten.avg_pool3d.default: 3,
    torch.ops.aten._adaptive_avg_pool2d.default: 2,
    torch.ops.aten._adaptive_avg_pool3d.default: 3,
}


def pooled(func: OpOverload, args: tuple[Any, ...]) -> Any:
    """The output of a pooling, without elements, with the indices of a maximum; None for any other operator."""
    rank, image = _POOLING.get(func, 0), args[0]
    unusual = not rank or image.dim() != rank + 2 or not image.is_floating_point() or not image.is_contiguous()
    if unusual or image.shape[2:].numel() > _MOST_POSITIONS:
        return None
    settings = tuple(tuple(value) if isinstance(value, list) else value for value in args[1:])
    sizes = (*image.shape[:2], *_pooling(func, tuple(image.shape[2:]), settings))
    maximum = "with_indices" in func._schema.name
    return (image.new_empty(sizes), image.new_empty(sizes, dtype=torch.int64)) if maximum else image.new_empty(sizes)


@cache
def _pooling(func: OpOverload, image: tuple[int, ...], settings: tuple[Any, ...]) -> tuple[int, ...]:
    output = func(torch.zeros((1, 1, *image), device="cpu"), *settings)
    return tuple((output[0] if isinstance(output, tuple) else output).shape[2:])
