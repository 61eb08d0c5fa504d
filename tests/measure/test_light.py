"""The light kernels give what torch's own kernels of the meta device give, or leave the call to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from convcost.measure.light import LightKernels


def meta(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.empty(shape, device="meta", dtype=dtype)


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
}
LEFT: dict[str, Function] = {
    "turned around": lambda: meta(2, 5, 3).permute(2, 0, 1) + 1,
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
        with LightKernels():
            light = function()
    assert told(light) == told(own)


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused_by_torch(name: str) -> None:
    with LightKernels(), pytest.raises((RuntimeError, IndexError)):
        WRONG[name]()
