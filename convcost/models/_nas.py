"""Layers that the authors' NASNet and PNASNet share (TF-slim nets/nasnet/nasnet_utils.py), as PyTorch modules."""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn


def pad_same(x: Tensor, kernel_size: int, stride: int, value: float = 0.0) -> Tensor:
    """Pad as TensorFlow's 'SAME' does: as little as an output per `stride` pixels needs, the odd pixel at the end."""
    needed = []
    for size in (x.shape[3], x.shape[2]):
        outputs = -(-size // stride)
        total = max((outputs - 1) * stride + kernel_size - size, 0)
        needed += [total // 2, total - total // 2]
    return F.pad(x, needed, value=value)


class SameConv(nn.Conv2d):
    """A convolution without bias and with 'SAME' padding; its own padding does at stride 1."""

    def __init__(self, inputs: int, outputs: int, kernel_size: int, stride: int = 1, groups: int = 1) -> None:
        padding = kernel_size // 2 if stride == 1 else 0
        super().__init__(inputs, outputs, kernel_size, stride, padding, groups=groups, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """The convolved map, of ceil(size / stride)."""
        if self.stride[0] > 1:
            x = pad_same(x, self.kernel_size[0], self.stride[0])
        return super().forward(x)


class Pool(nn.Module):
    """3×3 pooling with 'SAME' padding."""

    def __init__(self, kind: Literal["avg", "max"], stride: int = 1) -> None:
        super().__init__()
        self.kind, self.stride = kind, stride

    def forward(self, x: Tensor) -> Tensor:
        """The pooled map, of ceil(size / stride)."""
        padding = 1 if self.stride == 1 else 0
        if self.kind == "max":
            x = x if padding else pad_same(x, 3, self.stride, float("-inf"))
            return F.max_pool2d(x, 3, self.stride, padding)
        x = x if padding else pad_same(x, 3, self.stride)
        return F.avg_pool2d(x, 3, self.stride, padding, count_include_pad=False)


def norm(channels: int) -> nn.BatchNorm2d:
    """Batch norm with the authors' epsilon."""
    return nn.BatchNorm2d(channels, eps=1e-3)


class Project(nn.Sequential):
    """ReLU, 1×1 convolution, batch norm."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__(nn.ReLU(), SameConv(inputs, outputs, 1, stride), norm(outputs))


class Separable(nn.Sequential):
    """A separable convolution applied twice, each time ReLU first and batch norm last; only the first is strided."""

    def __init__(self, inputs: int, outputs: int, kernel_size: int, stride: int = 1) -> None:
        super().__init__(
            nn.ReLU(),
            SameConv(inputs, inputs, kernel_size, stride, groups=inputs),
            SameConv(inputs, outputs, 1),
            norm(outputs),
            nn.ReLU(),
            SameConv(outputs, outputs, kernel_size, groups=outputs),
            SameConv(outputs, outputs, 1),
            norm(outputs),
        )


class FactorizedReduction(nn.Module):
    """Half the size: every second pixel, and every second pixel of the map moved by one, side by side."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.path1 = SameConv(inputs, outputs // 2, 1)
        self.path2 = SameConv(inputs, outputs // 2 + outputs % 2, 1)
        self.norm = norm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """The map at half the size, rounded up."""
        x = F.relu(x)
        moved = F.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]
        paths = [self.path1(F.avg_pool2d(x, 1, 2)), self.path2(F.avg_pool2d(moved, 1, 2))]
        normed: Tensor = self.norm(torch.cat(paths, dim=1))
        return normed


class Net(nn.Module):
    """A 3×3 convolution, cells that take the outputs of the two before them, and a classifier.

    A cell is called with the output of the one before it and of the one before that, None for the first.
    """

    def __init__(self, stem_filters: int, cells: list[nn.Module], outputs: int, classes: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, stem_filters, 3, stride=2, bias=False), norm(stem_filters))
        self.cells = nn.ModuleList(cells)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.5)
        self.classifier = nn.Linear(outputs, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, K)."""
        before, x = None, self.stem(x)
        for cell in self.cells:
            before, x = x, cell(x, before)
        x = self.pool(F.relu(x)).flatten(1)
        logits: Tensor = self.classifier(self.dropout(x))
        return logits
