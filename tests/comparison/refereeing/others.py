"""Operators that accumulate no products, alone and behind a convolution."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from tests.comparison.refereeing.case import IMAGE, PAIR, Case, case, made_of, of

NORMS: dict[str, Case] = {
    "batch norm": case(lambda: nn.BatchNorm2d(16), IMAGE),
    "batch norm, not affine": case(lambda: nn.BatchNorm2d(16, affine=False), IMAGE),
    "batch norm, batch of 2": case(lambda: nn.BatchNorm2d(6), PAIR),
    "batch norm of vectors": case(lambda: nn.BatchNorm1d(5), (3, 5)),
    "batch norm of volumes": case(lambda: nn.BatchNorm3d(2), (2, 2, 3, 4, 5)),
    "layer norm": case(lambda: nn.LayerNorm(64), (2, 49, 64)),
    "layer norm, not affine": case(lambda: nn.LayerNorm(64, elementwise_affine=False), (2, 49, 64)),
    "group norm": case(lambda: nn.GroupNorm(4, 16), IMAGE),
    "group norm, not affine": case(lambda: nn.GroupNorm(4, 16, affine=False), IMAGE),
    "instance norm": case(lambda: nn.InstanceNorm2d(16, affine=True), IMAGE),
    "instance norm, not affine": case(lambda: nn.InstanceNorm2d(16), IMAGE),
}
ACTIVATIONS: dict[str, Case] = {
    "relu": case(nn.ReLU, IMAGE),
    "relu in place": case(lambda: nn.ReLU(inplace=True), IMAGE),
    "relu, batch of 2": case(nn.ReLU, PAIR),
    "F.relu": case(of(lambda x: F.relu(x)), IMAGE),
    "torch.relu": case(of(lambda x: torch.relu(x)), IMAGE),
    "Tensor.relu": case(of(lambda x: x.relu()), IMAGE),
    "F.relu, batch of 2": case(of(lambda x: F.relu(x)), PAIR),
    "relu6": case(nn.ReLU6, IMAGE),
    "leaky relu": case(nn.LeakyReLU, IMAGE),
    "prelu": case(nn.PReLU, IMAGE),
    "prelu, a slope per channel": case(lambda: nn.PReLU(16), IMAGE),
    "elu": case(nn.ELU, IMAGE),
    "gelu": case(nn.GELU, IMAGE),
    "F.gelu": case(of(lambda x: F.gelu(x)), IMAGE),
    "silu": case(nn.SiLU, IMAGE),
    "F.silu": case(of(lambda x: F.silu(x)), IMAGE),
    "hardswish": case(nn.Hardswish, IMAGE),
    "sigmoid": case(nn.Sigmoid, IMAGE),
    "tanh": case(nn.Tanh, IMAGE),
    "softmax": case(lambda: nn.Softmax(dim=-1), (1, 4, 64, 64)),
    "F.softmax": case(of(lambda x: F.softmax(x, dim=-1)), (1, 4, 64, 64)),
    "dropout": case(nn.Dropout, IMAGE),
    "convolution and relu": case(
        lambda: nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.ReLU()),
        (1, 3, 16, 16),
        probes=((nn.Conv2d(3, 8, 3, padding=1), (1, 3, 16, 16)),),
    ),
    "convolution and F.gelu, batch of 4": case(
        made_of(lambda m, x: F.gelu(m.conv(x)), conv=lambda: nn.Conv2d(3, 8, 3, padding=1, bias=False)),
        (4, 3, 16, 16),
        probes=((nn.Conv2d(3, 8, 3, padding=1), (4, 3, 16, 16)),),
    ),
}
POOLS: dict[str, Case] = {
    "max pool": case(lambda: nn.MaxPool2d(3, 2, 1), IMAGE),
    "max pool, kernel of two numbers": case(lambda: nn.MaxPool2d((3, 2), 2, 1), IMAGE),
    "F.max_pool2d": case(of(lambda x: F.max_pool2d(x, 2)), IMAGE),
    "max pool of a sequence": case(lambda: nn.MaxPool1d(3, 2), (2, 4, 17)),
    "average pool": case(lambda: nn.AvgPool2d(2), IMAGE),
    "average pool, overlapping": case(lambda: nn.AvgPool2d(3, 1, 1), IMAGE),
    "F.avg_pool2d": case(of(lambda x: F.avg_pool2d(x, 3, 1, 1)), IMAGE),
    "global average pool": case(lambda: nn.AdaptiveAvgPool2d(1), IMAGE),
    "average pool as large as the image": case(lambda: nn.AvgPool2d(14), IMAGE),
    "mean over the image": case(of(lambda x: x.mean((2, 3))), IMAGE),
    "adaptive average pool": case(lambda: nn.AdaptiveAvgPool2d(5), IMAGE),
    "adaptive average pool of a sequence": case(lambda: nn.AdaptiveAvgPool1d(1), (1, 16, 50)),
    "F.adaptive_avg_pool2d": case(of(lambda x: F.adaptive_avg_pool2d(x, 1)), IMAGE),
    "adaptive max pool": case(lambda: nn.AdaptiveMaxPool2d(7), IMAGE),
}
RESIZES: dict[str, Case] = {
    "upsampling, nearest": case(lambda: nn.Upsample(scale_factor=2), (1, 16, 7, 7)),
    "upsampling, bilinear": case(lambda: nn.Upsample(scale_factor=2, mode="bilinear"), (1, 16, 7, 7)),
    "upsampling, bicubic": case(lambda: nn.Upsample(scale_factor=2, mode="bicubic"), (1, 16, 7, 7)),
    "upsampling, linear": case(lambda: nn.Upsample(scale_factor=2, mode="linear"), (1, 4, 9)),
    "upsampling, trilinear": case(lambda: nn.Upsample(scale_factor=2, mode="trilinear"), (1, 2, 3, 4, 5)),
    "upsampling, batch of 2": case(lambda: nn.Upsample(scale_factor=2), (2, 3, 7, 5)),
    "F.grid_sample": case(of(lambda x, g: F.grid_sample(x, g, align_corners=False)), (1, 16, 7, 7), (1, 5, 6, 2)),
    "F.interpolate to a size": case(of(lambda x: F.interpolate(x, size=(14, 14), mode="bilinear")), (1, 16, 7, 7)),
    "F.interpolate by a factor": case(of(lambda x: F.interpolate(x, scale_factor=2)), (2, 3, 7, 5)),
}
POINTWISE: dict[str, Case] = {
    "+": case(of(lambda x: x + x), IMAGE),
    "torch.add": case(of(lambda x: torch.add(x, x)), IMAGE),
    "Tensor.add": case(of(lambda x: x.add(x)), IMAGE),
    "*": case(of(lambda x: x * x), IMAGE),
    "torch.mul": case(of(lambda x: torch.mul(x, x)), IMAGE),
    "Tensor.mul": case(of(lambda x: x.mul(x)), IMAGE),
    "* by a number": case(of(lambda x: x * 2.0), IMAGE),
    "* by a gate per channel": case(of(lambda x: x * x.mean((2, 3), keepdim=True)), IMAGE),
    "-": case(of(lambda x: x - x), IMAGE),
    "/": case(of(lambda x: x / 3.0), IMAGE),
    "concatenation": case(of(lambda x: torch.cat([x, x], 1)), IMAGE),
    "pixel shuffle": case(lambda: nn.PixelShuffle(2), IMAGE),
    "flattening": case(nn.Flatten, IMAGE),
}
