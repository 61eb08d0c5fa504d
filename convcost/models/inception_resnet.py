"""The two Inception-ResNets of Szegedy et al. 2016 (arXiv 1602.07261) as PyTorch modules.

Written from the paper's figures, not from this project's formulas: the two meet only in a comparison.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from convcost.models._zoo import timm_model


class Conv(nn.Sequential):
    """A convolution without bias, batch norm and ReLU; `valid` has no padding."""

    def __init__(
        self, inputs: int, outputs: int, height: int = 1, width: int = 1, stride: int = 1, valid: bool = False
    ) -> None:
        padding = (0, 0) if valid else ((height - 1) // 2, (width - 1) // 2)
        super().__init__(
            nn.Conv2d(inputs, outputs, (height, width), stride, padding, bias=False),
            nn.BatchNorm2d(outputs, eps=0.001),
            nn.ReLU(inplace=True),
        )


class Parallel(nn.Module):
    """Branches of the same input, concatenated along the channels."""

    def __init__(self, *branches: nn.Module) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        """All branches, side by side."""
        return torch.cat([branch(x) for branch in self.branches], dim=1)


class Residual(nn.Module):
    """Branches, a linear 1×1 convolution back to the input's depth, a small constant, the sum, ReLU."""

    def __init__(self, depth: int, joined: int, scale: float, *branches: nn.Module) -> None:
        super().__init__()
        self.parallel = Parallel(*branches)
        self.linear = nn.Conv2d(joined, depth, 1)
        self.scale = scale
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """A map of the input's shape."""
        residual = self.linear(self.parallel(x)) * self.scale
        activated: Tensor = self.relu(residual + x)
        return activated


def module_a(depth: int, middle: int, last: int) -> Residual:
    """Figures 10 and 16: on 35×35."""
    return Residual(
        depth,
        64 + last,
        0.17,
        Conv(depth, 32),
        nn.Sequential(Conv(depth, 32), Conv(32, 32, 3, 3)),
        nn.Sequential(Conv(depth, 32), Conv(32, middle, 3, 3), Conv(middle, last, 3, 3)),
    )


def factorised(depth: int, taps: int, left: int, widths: Sequence[int], scale: float) -> Residual:
    """Figures 11, 13, 17 and 19: a 1×1 convolution beside a row and a column of `taps`."""
    first, row, column = widths
    return Residual(
        depth,
        left + column,
        scale,
        Conv(depth, left),
        nn.Sequential(Conv(depth, first), Conv(first, row, 1, taps), Conv(row, column, taps, 1)),
    )


def reduction_a(depth: int, k: int, l: int, m: int, n: int) -> Parallel:  # noqa: E741
    """Figure 7, with the letters of Table 1."""
    return Parallel(
        Conv(depth, n, 3, 3, stride=2, valid=True),
        nn.Sequential(Conv(depth, k), Conv(k, l, 3, 3), Conv(l, m, 3, 3, stride=2, valid=True)),
        nn.MaxPool2d(3, stride=2),
    )


def reduction_b(depth: int, second: int, middle: int, last: int) -> Parallel:
    """Figures 12 and 18."""
    return Parallel(
        nn.Sequential(Conv(depth, 256), Conv(256, 384, 3, 3, stride=2, valid=True)),
        nn.Sequential(Conv(depth, 256), Conv(256, second, 3, 3, stride=2, valid=True)),
        nn.Sequential(Conv(depth, 256), Conv(256, middle, 3, 3), Conv(middle, last, 3, 3, stride=2, valid=True)),
        nn.MaxPool2d(3, stride=2),
    )


def head(depth: int, classes: int) -> nn.Sequential:
    """Figure 15 from the average pooling on."""
    return nn.Sequential(
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(depth, classes), nn.Softmax(dim=1)
    )


class InceptionResNetV1(nn.Sequential):
    """Images (N, 3, R, R) to class probabilities (N, K)."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__(
            Conv(3, 32, 3, 3, stride=2, valid=True),
            Conv(32, 32, 3, 3, valid=True),
            Conv(32, 64, 3, 3),
            nn.MaxPool2d(3, stride=2),
            Conv(64, 80),
            Conv(80, 192, 3, 3, valid=True),
            Conv(192, 256, 3, 3, stride=2, valid=True),
            *(module_a(256, 32, 32) for _ in range(5)),
            reduction_a(256, 192, 192, 256, 384),
            *(factorised(896, 7, 128, (128, 128, 128), 0.10) for _ in range(10)),
            reduction_b(896, 256, 256, 256),
            *(factorised(1792, 3, 192, (192, 192, 192), 0.20) for _ in range(5)),
            head(1792, classes),
        )


class InceptionResNetV2(nn.Sequential):
    """Images (N, 3, R, R) to class probabilities (N, K), as Figure 15 has it.

    The modules keep the depths 384, 1152 and 2144 of their inputs; the 1154 and 2048 of Figures 17 and 19 do not add.
    """

    def __init__(self, classes: int = 1000) -> None:
        super().__init__(
            Conv(3, 32, 3, 3, stride=2, valid=True),
            Conv(32, 32, 3, 3, valid=True),
            Conv(32, 64, 3, 3),
            Parallel(nn.MaxPool2d(3, stride=2), Conv(64, 96, 3, 3, stride=2, valid=True)),
            Parallel(
                nn.Sequential(Conv(160, 64), Conv(64, 96, 3, 3, valid=True)),
                nn.Sequential(Conv(160, 64), Conv(64, 64, 1, 7), Conv(64, 64, 7, 1), Conv(64, 96, 3, 3, valid=True)),
            ),
            Parallel(Conv(192, 192, 3, 3, stride=2, valid=True), nn.MaxPool2d(3, stride=2)),
            *(module_a(384, 48, 64) for _ in range(5)),
            reduction_a(384, 256, 256, 384, 384),
            *(factorised(1152, 7, 192, (128, 160, 192), 0.10) for _ in range(10)),
            reduction_b(1152, 288, 288, 320),
            *(factorised(2144, 3, 192, (192, 224, 256), 0.20) for _ in range(5)),
            head(2144, classes),
        )


def inception_resnet_v1(*, classes: int, **_: object) -> nn.Module:
    """Build the paper's first network."""
    return InceptionResNetV1(classes)


def inception_resnet_v2(*, classes: int, variant: str, **_: object) -> nn.Module:
    """Build the paper's second network, or timm's port of the one that the authors released."""
    if variant == "paper":
        return InceptionResNetV2(classes)
    return timm_model("inception_resnet_v2", num_classes=classes)
