"""Our meta kernels give what torch's own kernels of the meta device give, or leave the call to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, avg_pool3d, gelu, linear, max_pool2d

from convcost.trace.meta_kernels import MetaKernels


def meta(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.empty(shape, device="meta", dtype=dtype)


def channels_last() -> Tensor:
    return meta(2, 5, 6, 4).to(memory_format=torch.channels_last)


Function = Callable[[], Any]

ANSWERED: dict[str, Function] = {
    "broadcast": lambda: meta(2, 1, 5) + meta(3, 1),
    "a number": lambda: meta(2, 5) * 3,
    "in place": lambda: meta(2, 5).sub_(meta(5)),
    "divided": lambda: meta(2, 5) / meta(2, 1),
    "joined": lambda: torch.cat([meta(2, 5, 3), meta(2, 4, 3)], 1),
    "joined at the last axis": lambda: torch.cat([meta(2, 5), meta(2, 4), meta(2, 1)], -1),
    "a function": lambda: torch.exp(meta(2, 5)),
    "log_softmax": lambda: torch.log_softmax(meta(2, 5), 1),
    "turned around": lambda: meta(2, 5, 3).permute(2, 0, 1) + 1,
    "turned around twice": lambda: meta(2, 5, 3).permute(2, 0, 1) * meta(2, 5, 3).permute(2, 0, 1),
    "turned around, one image": lambda: meta(1, 5, 3, 4).permute(0, 3, 1, 2) * 2,
    "scaled by channel": lambda: meta(7, 1, 1) * meta(2, 5, 6, 7).permute(0, 3, 1, 2),
    "scaled by channel, on the right": lambda: meta(2, 5, 6, 7).permute(0, 3, 1, 2) * meta(7, 1, 1),
    "with gaps": lambda: meta(2, 4, 3, 2, 5).permute(0, 2, 1, 3, 4)[:, :, :, 0] * 0.5,
    "with gaps, one image": lambda: meta(1, 4, 3, 2, 5).permute(0, 2, 1, 3, 4)[:, :, :, 0] / 3,
    "by a number in a tensor": lambda: meta(2, 5) * torch.tensor(0.5, dtype=torch.float64),
    "joined slices": lambda: torch.cat([meta(2, 6, 8, 3)[:, 0::2, 1::2], meta(2, 6, 8, 3)[:, 1::2, 0::2]], -1),
    "batched product": lambda: torch.bmm(meta(2, 5, 3), meta(2, 3, 4)),
    "products of heads": lambda: meta(2, 4, 5, 3) @ meta(2, 4, 7, 3).transpose(-2, -1),
    "layer norm": lambda: torch.layer_norm(meta(2, 5, 3), (3,), meta(3), meta(3)),
    "layer norm of two axes": lambda: torch.layer_norm(meta(2, 5, 3), (5, 3)),
    "layer norm turned around": lambda: torch.layer_norm(meta(2, 3, 5, 4).permute(0, 2, 3, 1), (3,)),
    "statistics": lambda: torch.native_layer_norm(meta(2, 5, 3), (3,), None, None, 1e-5)[1],
    "rolled": lambda: torch.roll(meta(2, 5, 3), (1, -1), (1, 2)),
    "masked": lambda: meta(2, 5).masked_fill(meta(5, dtype=torch.bool), -100.0),
    "asked": lambda: meta(2, 5) != 0,
    "copied": lambda: meta(2, 5, 3)[:, 1:4].copy_(meta(3, 3)),
    "padded": lambda: torch.constant_pad_nd(meta(2, 5, 3), (1, 2, 0, 3)),
    "padded by less than nothing": lambda: torch.constant_pad_nd(meta(2, 5, 3), (-1, 0, 2, -3)),
    "looked up": lambda: meta(9, 4)[meta(6, dtype=torch.int64)],
    "looked up in a table": lambda: meta(9, 4)[meta(6, 2, dtype=torch.int64)],
    "maximum": lambda: torch.max_pool2d(meta(2, 5, 18, 29), (3, 5), (2, 3), (1, 2)),
    "maximum rounded up": lambda: torch.max_pool2d(meta(2, 5, 18, 29), 3, 2, 0, 1, True),
    "places of the maximum": lambda: max_pool2d(meta(2, 5, 18, 29), 3, 2, return_indices=True)[1],
    "maximum of a volume": lambda: torch.max_pool3d(meta(2, 5, 8, 18, 29), (2, 3, 5), 2),
    "mean of windows": lambda: avg_pool2d(meta(2, 5, 18, 29), 3, 2, 1, True, False),
    "mean of a volume": lambda: avg_pool3d(meta(2, 5, 8, 18, 29), 3, 2),
    "mean of parts": lambda: adaptive_avg_pool2d(meta(2, 5, 18, 29), (7, 6)),
}
LEFT: dict[str, Function] = {
    "by a complex number": lambda: meta(2, 5) * 1j,
    "of two numbers": lambda: meta() * meta(dtype=torch.float64),
    "of one order and another": lambda: meta(2, 5, 3) + meta(3, 2, 5).permute(1, 2, 0),
    "one image in another order": lambda: meta(1, 4, 4).permute(1, 0, 2).expand(4, 3, 4) * 2,
    "joined channels last": lambda: torch.cat([channels_last(), channels_last()], 1),
    "looked up by a mask": lambda: meta(9, 4)[:, meta(6, dtype=torch.int64)],
    "maximum of channels last": lambda: torch.max_pool2d(channels_last(), 2),
    "masked and larger": lambda: meta(5).masked_fill(meta(2, 5, dtype=torch.bool), 0.0),
    "rolled flat": lambda: torch.roll(meta(2, 5), 3),
    "asked whole numbers": lambda: meta(2, 5, dtype=torch.int64) == 0,
    "a function turned around": lambda: meta(2, 5).t().exp(),
    "turned around on the right": lambda: meta(5, 2) + meta(2, 5).t(),
    "of two types": lambda: meta(2, 5) + meta(2, 5, dtype=torch.float64),
    "whole numbers divided": lambda: meta(2, 5, dtype=torch.int64) / 2,
    "exponential of whole numbers": lambda: meta(2, 5, dtype=torch.int64).exp(),
    "a multiple": lambda: torch.add(meta(2, 5), meta(5), alpha=2),
    "rounded": lambda: torch.div(meta(2, 5), 3, rounding_mode="floor"),
    "nothing joined": lambda: torch.cat([meta(2, 5), meta(0)], 1),
    "joined types": lambda: torch.cat([meta(2), meta(3, dtype=torch.float64)]),
    "channels last": lambda: meta(2, 5, 3, 4).to(memory_format=torch.channels_last) * 2,
}
WRONG: dict[str, Function] = {
    "windows larger than the image": lambda: torch.max_pool2d(meta(1, 2, 3, 3), 5),
    "products of other sizes": lambda: torch.bmm(meta(2, 5, 3), meta(2, 4, 4)),
    "a norm of another size": lambda: torch.layer_norm(meta(2, 5, 3), (4,)),
    "a weight of another size": lambda: torch.layer_norm(meta(2, 5, 3), (3,), meta(4)),
    "copied and larger": lambda: meta(5).copy_(meta(2, 5)),
    "padded to nothing": lambda: torch.constant_pad_nd(meta(2, 3), (-2, -2)),
    "sizes": lambda: meta(2, 5) + meta(4),
    "in place and larger": lambda: meta(5).mul_(meta(2, 5)),
    "joined sizes": lambda: torch.cat([meta(2, 5), meta(3, 5)], 1),
    "joined axes": lambda: torch.cat([meta(2, 5), meta(2)], 0),
    "joined too far": lambda: torch.cat([meta(2), meta(2)], 1),
}


def told(tensor: Tensor) -> tuple[Any, ...]:
    return tuple(tensor.shape), tensor.stride(), tensor.dtype, tensor.device.type


@pytest.mark.parametrize("name", [*ANSWERED, *LEFT])
def test_shape_strides_and_type_are_torch_s_own(name: str) -> None:
    function = {**ANSWERED, **LEFT}[name]
    with torch.inference_mode():
        own = function()
        with MetaKernels():
            light = function()
    assert told(light) == told(own)


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused_by_torch(name: str) -> None:
    with MetaKernels(), pytest.raises((RuntimeError, IndexError)):
        WRONG[name]()


Typed = Callable[[Callable[..., Tensor], Callable[..., Tensor]], object]

# Each of a tensor of any type (`any_type`) and one of float32.
TYPED: dict[str, Typed] = {
    "convolution": lambda any_type, floats: torch.conv2d(any_type(1, 3, 8, 8), floats(4, 3, 3, 3)),
    "its bias": lambda any_type, floats: torch.conv2d(floats(1, 3, 8, 8), floats(4, 3, 3, 3), any_type(4)),
    "transposed convolution": lambda any_type, floats: torch.conv_transpose1d(any_type(1, 3, 8), floats(3, 4, 3)),
    "linear": lambda any_type, floats: linear(any_type(2, 8), floats(4, 8), floats(4)),
    "linear without bias": lambda any_type, floats: linear(any_type(2, 8), floats(4, 8)),
    "matmul": lambda any_type, floats: any_type(2, 3, 8) @ floats(8, 4),
    "matrix by vector": lambda any_type, floats: any_type(2, 8) @ floats(8),
    "bmm": lambda any_type, floats: torch.bmm(any_type(2, 3, 8), floats(2, 8, 4)),
    "addmm": lambda any_type, floats: torch.addmm(any_type(4), floats(2, 8), floats(8, 4)),
    "addmm times a number": lambda any_type, floats: torch.addmm(floats(4), any_type(2, 8), floats(8, 4), beta=2),
    "einsum": lambda any_type, floats: torch.einsum("bij,bjk->bik", any_type(2, 3, 8), floats(2, 8, 4)),
    "layer norm": lambda any_type, floats: torch.layer_norm(any_type(2, 8), (8,), floats(8), floats(8)),
    "lookup": lambda any_type, floats: torch.index_select(floats(9, 4), 0, any_type(3)),
    "mask": lambda any_type, floats: floats(2, 5).masked_fill(any_type(2, 5), 0.0),
    "mean": lambda any_type, _: any_type(2, 5).mean(1),
    "gelu": lambda any_type, _: gelu(any_type(2, 5)),
    "relu": lambda any_type, _: torch.relu(any_type(2, 5)),
    "softmax": lambda any_type, _: torch.softmax(any_type(2, 5), 1),
    "mean of parts": lambda any_type, _: adaptive_avg_pool2d(any_type(1, 3, 8, 8), 4),
}


def refused(function: Typed, device: str, dtype: torch.dtype) -> str:
    def zeros(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        return torch.zeros(shape, dtype=dtype, device=device)

    try:
        function(partial(zeros, dtype=dtype), zeros)
    except (RuntimeError, IndexError) as error:
        return type(error).__name__
    return ""


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.bool], ids=str)
@pytest.mark.parametrize("name", TYPED)
def test_types_are_refused_where_plain_torch_refuses_them(name: str, dtype: torch.dtype) -> None:
    plain = refused(TYPED[name], "cpu", dtype)
    with torch.inference_mode(), MetaKernels():
        assert bool(refused(TYPED[name], "meta", dtype)) == bool(plain)


def test_the_table_of_types_has_both_answers() -> None:
    # bfloat16 beside the float32 weights of a norm is allowed on the CPU, float64 is not
    assert [refused(TYPED["layer norm"], "cpu", kind) for kind in (torch.bfloat16, torch.float64)] == [
        "",
        "RuntimeError",
    ]
