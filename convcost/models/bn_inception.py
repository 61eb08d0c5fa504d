"""BN-Inception (Ioffe & Szegedy 2015, arXiv 1502.03167) as a PyTorch module.

Written from Figure 5 and the authors' TF-slim inception_v2.py, not from this project's formulas: the two meet
only in a comparison. Auxiliary classifiers act in training only and are left out.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Conv(nn.Sequential):
    """A convolution without bias, batch norm and ReLU; the size is kept at stride 1."""

    def __init__(self, inputs: int, outputs: int, kernel_size: int = 1, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel_size, stride, (kernel_size - 1) // 2, bias=False),
            nn.BatchNorm2d(outputs, eps=0.001),
            nn.ReLU(inplace=True),
        )


class Inception(nn.Module):
    """Branches 1×1, 3×3, double 3×3 and pooling with projection, joined along the channels."""

    def __init__(
        self, inputs: int, one: int, three: tuple[int, int], double: tuple[int, int], project: int, pool: nn.Module
    ) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            [
                Conv(inputs, one),
                nn.Sequential(Conv(inputs, three[0]), Conv(three[0], three[1], 3)),
                nn.Sequential(Conv(inputs, double[0]), Conv(double[0], double[1], 3), Conv(double[1], double[1], 3)),
                nn.Sequential(pool, Conv(inputs, project)),
            ]
        )
        self.outputs = one + three[1] + double[1] + project

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, outputs, H, W)."""
        return torch.cat([branch(x) for branch in self.branches], dim=1)


class Reduction(nn.Module):
    """Branches 3×3, double 3×3 and maximum pooling, all of stride 2, joined along the channels."""

    def __init__(self, inputs: int, three: tuple[int, int], double: tuple[int, int]) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            [
                nn.Sequential(Conv(inputs, three[0]), Conv(three[0], three[1], 3, 2)),
                nn.Sequential(Conv(inputs, double[0]), Conv(double[0], double[1], 3), Conv(double[1], double[1], 3, 2)),
                nn.MaxPool2d(3, 2, 1),
            ]
        )
        self.outputs = three[1] + double[1] + inputs

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, outputs, half of H, half of W)."""
        return torch.cat([branch(x) for branch in self.branches], dim=1)


def _first(full: bool) -> list[nn.Module]:
    if full:
        return [Conv(3, 64, 7, 2)]
    return [nn.Conv2d(3, 24, 7, 2, 3, groups=3, bias=False), Conv(24, 64)]


class BNInception(nn.Sequential):
    """Images (N, 3, R, R) to class probabilities (N, K).

    `listed` gives 4c and 4d the projections of 128 that the figure lists; `full` is a full first convolution.
    """

    def __init__(self, classes: int = 1000, listed: bool = False, full: bool = False) -> None:
        narrow = 128 if listed else 96
        layers = [*_first(full), nn.MaxPool2d(3, 2, 1), Conv(64, 64), Conv(64, 192, 3), nn.MaxPool2d(3, 2, 1)]
        depth = 192

        def average() -> nn.Module:
            return nn.AvgPool2d(3, 1, 1)

        def add(module: Inception | Reduction) -> int:
            layers.append(module)
            return module.outputs

        depth = add(Inception(depth, 64, (64, 64), (64, 96), 32, average()))
        depth = add(Inception(depth, 64, (64, 96), (64, 96), 64, average()))
        depth = add(Reduction(depth, (128, 160), (64, 96)))
        depth = add(Inception(depth, 224, (64, 96), (96, 128), 128, average()))
        depth = add(Inception(depth, 192, (96, 128), (96, 128), 128, average()))
        depth = add(Inception(depth, 160, (128, 160), (128, 160), narrow, average()))
        depth = add(Inception(depth, 96, (128, 192), (160, 192), narrow, average()))
        depth = add(Reduction(depth, (128, 192), (192, 256)))
        depth = add(Inception(depth, 352, (192, 320), (160, 224), 128, average()))
        depth = add(Inception(depth, 352, (192, 320), (192, 224), 128, nn.MaxPool2d(3, 1, 1)))
        head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(depth, classes), nn.Softmax(dim=1)]
        super().__init__(*layers, *head)


def bn_inception(*, classes: int, variant: str, conv1: str, **_: object) -> nn.Module:
    """Build the model; resolution and batch are the input's."""
    return BNInception(classes, listed=variant == "listed", full=conv1 == "full")
