"""Small hand-made models, each with the shape of its input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812


class Written(nn.Module):
    """A module whose forward is a function of the module and its input."""

    def __init__(self, function: Callable[[Any, Any], Any], **parts: nn.Module | Tensor) -> None:
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part if isinstance(part, nn.Module) else nn.Parameter(part))

    def forward(self, x: Tensor) -> Any:
        return self.function(self, x)


Case = tuple[Callable[[], nn.Module], tuple[int, ...]]


def of(function: Callable[[Tensor], Any], *shape: int) -> Case:
    """A model without parameters."""
    return (lambda: Written(lambda _, x: function(x))), shape


def _shared() -> nn.Module:
    conv = nn.Conv2d(3, 3, 3, padding=1)
    return nn.Sequential(nn.Sequential(conv, nn.ReLU()), nn.Sequential(conv, nn.Hardtanh()))


def _unused(m: Any, x: Tensor) -> Tensor:
    m.unused(x)
    used: Tensor = m.used(x)
    return used


CONVOLUTIONS: dict[str, Case] = {
    "conv1d": (lambda: nn.Conv1d(4, 6, 3, 2, 1), (2, 4, 17)),
    "conv2d": (lambda: nn.Conv2d(6, 15, (3, 5), (2, 3), (1, 2), groups=3), (2, 6, 18, 29)),
    "conv3d": (lambda: nn.Conv3d(2, 4, 3, (1, 2, 3), 1, dilation=(1, 2, 1), bias=False), (1, 2, 6, 8, 9)),
    "conv_transpose1d": (lambda: nn.ConvTranspose1d(4, 6, 3, 2, 1, output_padding=1), (2, 4, 9)),
    "conv_transpose2d": (lambda: nn.ConvTranspose2d(4, 6, (3, 5), 2, groups=2), (2, 4, 7, 9)),
    "conv_transpose3d": (lambda: nn.ConvTranspose3d(2, 3, 2, (1, 2, 3), dilation=(2, 1, 1)), (1, 2, 4, 5, 6)),
    "circular padding": (lambda: nn.Conv2d(2, 3, 3, padding=1, padding_mode="circular"), (1, 2, 8, 9)),
    "padding same": (lambda: nn.Conv2d(2, 3, 4, padding="same"), (1, 2, 8, 9)),
    "padding valid": (lambda: nn.Conv2d(2, 3, 4, padding="valid"), (1, 2, 8, 9)),
    "unbatched conv2d": (lambda: nn.Conv2d(2, 3, 3), (2, 8, 9)),
    "unbatched transposed": (lambda: nn.ConvTranspose2d(2, 3, 3), (2, 8, 9)),
    "depthwise": (lambda: nn.Conv2d(6, 12, 3, padding=1, groups=6), (1, 6, 7, 8)),
}
NORMS: dict[str, Case] = {
    "batch_norm1d": (lambda: nn.BatchNorm1d(5), (3, 5)),
    "batch_norm2d": (lambda: nn.BatchNorm2d(5), (2, 5, 6, 7)),
    "batch_norm3d, not affine": (lambda: nn.BatchNorm3d(2, affine=False), (2, 2, 3, 4, 5)),
    "batch_norm2d without moving statistics": (lambda: nn.BatchNorm2d(5, track_running_stats=False), (2, 5, 6, 7)),
    "layer_norm": (lambda: nn.LayerNorm(7), (2, 6, 7)),
    "layer_norm, not affine": (lambda: nn.LayerNorm((6, 7), elementwise_affine=False), (2, 6, 7)),
    "group_norm": (lambda: nn.GroupNorm(2, 6), (2, 6, 5)),
    "group_norm, not affine": (lambda: nn.GroupNorm(3, 6, affine=False), (2, 6, 5, 4)),
    "instance_norm": (lambda: nn.InstanceNorm2d(4, affine=True), (2, 4, 5, 6)),
    "instance_norm, not affine": (lambda: nn.InstanceNorm1d(4), (2, 4, 5)),
}
POOLS: dict[str, Case] = {
    "adaptive_avg_pool1d": (lambda: nn.AdaptiveAvgPool1d(3), (2, 4, 10)),
    "adaptive_avg_pool2d": (lambda: nn.AdaptiveAvgPool2d((3, 2)), (2, 4, 10, 11)),
    "adaptive_max_pool2d": (lambda: nn.AdaptiveMaxPool2d(3), (2, 4, 10, 11)),
    "avg_pool2d": (lambda: nn.AvgPool2d(3, 2, 1), (2, 4, 10, 11)),
    "max_pool2d": (lambda: nn.MaxPool2d(3, 2, 1), (2, 4, 10, 11)),
    "upsample nearest": (lambda: nn.Upsample(scale_factor=2), (2, 4, 5, 6)),
    "upsample bilinear": (lambda: nn.Upsample(size=(9, 8), mode="bilinear"), (2, 4, 5, 6)),
    "upsample bicubic": (lambda: nn.Upsample(scale_factor=2, mode="bicubic"), (2, 4, 5, 6)),
}
PRODUCTS: dict[str, Case] = {
    "linear": (lambda: nn.Linear(7, 5), (2, 3, 7)),
    "matmul": of(lambda x: x @ x.transpose(1, 2), 2, 3, 5),
    "bmm": of(lambda x: torch.bmm(x, x.mT), 2, 3, 5),
    "einsum": of(lambda x: torch.einsum("bij,bkj->bik", x, x), 2, 3, 5),
    "addmm": (lambda: Written(lambda m, x: torch.addmm(m.b, x, m.w), b=torch.ones(4), w=torch.ones(5, 4)), (3, 5)),
    "attention": of(lambda x: F.scaled_dot_product_attention(x, x, x), 2, 4, 3, 5),
    "encoder layer": (lambda: nn.TransformerEncoderLayer(8, 2, 12, batch_first=True), (2, 5, 8)),
    "lstm": (lambda: nn.LSTM(3, 4), (5, 2, 3)),
}
SHAPED: dict[str, Case] = {
    "functional": (
        lambda: Written(
            lambda m, x: F.linear(F.relu(F.conv2d(x, m.w, stride=2)).flatten(1), m.v),
            w=torch.ones(4, 3, 3, 3),
            v=torch.ones(5, 36),
        ),
        (2, 3, 7, 8),
    ),
    "shared": (_shared, (1, 3, 6, 7)),
    "unused branch": (lambda: Written(_unused, unused=nn.Linear(4, 9), used=nn.Linear(4, 3)), (2, 4)),
    "residual": (lambda: Written(lambda m, x: m.conv(x) + x, conv=nn.Conv2d(3, 3, 1)), (2, 3, 5, 6)),
}
SMALL: dict[str, Case] = {**CONVOLUTIONS, **NORMS, **POOLS, **PRODUCTS, **SHAPED}
