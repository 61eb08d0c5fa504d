"""Inception networks that no library has as their papers print them, as PyTorch modules.

Written from the papers' figures and the authors' TF-slim code, not from this project's formulas: the two meet only in a
comparison. Auxiliary classifiers act in training only and are left out.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from convcost.models.torchvision_and_timm import timm_model


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
        """Return all branches, side by side."""
        return torch.cat([branch(x) for branch in self.branches], dim=1)


def inception_naive(
    *,
    channels: int,
    filters1: int,
    filters3: int,
    filters5: int,
    reduce3: int,
    reduce5: int,
    project: int,
    variant: str,
    **_: object,
) -> nn.Module:
    """Build the module of Szegedy et al. 2014 (arXiv 1409.4842), Figure 2(a); `variant` reduced is Figure 2(b).

    Feature maps (N, M, H, W) to the maps of all branches. The image is the input's.
    """

    def conv(inputs: int, outputs: int, kernel_size: int) -> list[nn.Module]:
        # A number: fvcore has no handle for padding="same".
        return [nn.Conv2d(inputs, outputs, kernel_size, padding=(kernel_size - 1) // 2), nn.ReLU(inplace=True)]

    depth3 = depth5 = channels
    before3, before5, projection = [], [], []
    if variant == "reduced":
        depth3, depth5 = reduce3, reduce5
        before3, before5, projection = (conv(channels, width, 1) for width in (reduce3, reduce5, project))
    return Parallel(
        nn.Sequential(*conv(channels, filters1, 1)),
        nn.Sequential(*before3, *conv(depth3, filters3, 3)),
        nn.Sequential(*before5, *conv(depth5, filters5, 5)),
        nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), *projection),
    )


def bn_inception(*, classes: int, variant: str, conv1: str, **_: object) -> nn.Module:
    """Build BN-Inception (Ioffe & Szegedy 2015, arXiv 1502.03167, Figure 5): images to class probabilities (N, K).

    `variant` listed gives 4c and 4d the projections of 128 that the figure lists; `conv1` full is a full first
    convolution.
    """
    first: list[nn.Module] = [Conv(3, 64, 7, 7, 2)]
    if conv1 != "full":
        first = [nn.Conv2d(3, 24, 7, 2, 3, groups=3, bias=False), Conv(24, 64)]
    layers = [*first, nn.MaxPool2d(3, 2, 1), Conv(64, 64), Conv(64, 192, 3, 3), nn.MaxPool2d(3, 2, 1)]
    narrow = 128 if variant == "listed" else 96
    # 1×1; 3×3 with the 1×1 before it; the same of the double 3×3; projection of the pooling. Without a 1×1: stride 2.
    rows = (
        *((64, (64, 64), (64, 96), 32), (64, (64, 96), (64, 96), 64), (0, (128, 160), (64, 96), 0)),
        *((224, (64, 96), (96, 128), 128), (192, (96, 128), (96, 128), 128)),
        *((160, (128, 160), (128, 160), narrow), (96, (128, 192), (160, 192), narrow), (0, (128, 192), (192, 256), 0)),
        *((352, (192, 320), (160, 224), 128), (352, (192, 320), (192, 224), 128)),
    )
    depth = 192
    for number, (one, (before, three), (first_of_two, double), project) in enumerate(rows, start=1):
        stride = 1 if one else 2
        branches: list[nn.Module] = [
            nn.Sequential(Conv(depth, before), Conv(before, three, 3, 3, stride)),
            nn.Sequential(
                Conv(depth, first_of_two), Conv(first_of_two, double, 3, 3), Conv(double, double, 3, 3, stride)
            ),
        ]
        if one:
            pool = nn.MaxPool2d(3, 1, 1) if number == len(rows) else nn.AvgPool2d(3, 1, 1)
            branches = [Conv(depth, one), *branches, nn.Sequential(pool, Conv(depth, project))]
        else:
            branches.append(nn.MaxPool2d(3, 2, 1))
        layers.append(Parallel(*branches))
        depth = one + three + double + (project or depth)
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(depth, classes), nn.Softmax(dim=1)]
    return nn.Sequential(*layers, *head)


class ScaledResidual(nn.Module):
    """Branches, a linear 1×1 convolution back to the input's depth, a small constant, the sum, ReLU."""

    def __init__(self, depth: int, joined: int, scale: float, *branches: nn.Module) -> None:
        super().__init__()
        self.parallel = Parallel(*branches)
        self.linear = nn.Conv2d(joined, depth, 1)
        self.scale = scale
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return a map of the input's shape."""
        residual = self.linear(self.parallel(x)) * self.scale
        activated: Tensor = self.relu(residual + x)
        return activated


def module_a(depth: int, middle: int, last: int) -> ScaledResidual:
    """Return Figures 10 and 16 of Szegedy et al. 2016 (arXiv 1602.07261): on 35×35."""
    return ScaledResidual(
        depth,
        64 + last,
        0.17,
        Conv(depth, 32),
        nn.Sequential(Conv(depth, 32), Conv(32, 32, 3, 3)),
        nn.Sequential(Conv(depth, 32), Conv(32, middle, 3, 3), Conv(middle, last, 3, 3)),
    )


def factorised(depth: int, taps: int, left: int, widths: Sequence[int], scale: float) -> ScaledResidual:
    """Return Figures 11, 13, 17 and 19: a 1×1 convolution beside a row and a column of `taps`."""
    first, row, column = widths
    return ScaledResidual(
        depth,
        left + column,
        scale,
        Conv(depth, left),
        nn.Sequential(Conv(depth, first), Conv(first, row, 1, taps), Conv(row, column, taps, 1)),
    )


def reduction_a(depth: int, k: int, l: int, m: int, n: int) -> Parallel:  # noqa: E741
    """Return Figure 7, with the letters of Table 1."""
    return Parallel(
        Conv(depth, n, 3, 3, stride=2, valid=True),
        nn.Sequential(Conv(depth, k), Conv(k, l, 3, 3), Conv(l, m, 3, 3, stride=2, valid=True)),
        nn.MaxPool2d(3, stride=2),
    )


def reduction_b(depth: int, second: int, middle: int, last: int) -> Parallel:
    """Return Figures 12 and 18."""
    return Parallel(
        nn.Sequential(Conv(depth, 256), Conv(256, 384, 3, 3, stride=2, valid=True)),
        nn.Sequential(Conv(depth, 256), Conv(256, second, 3, 3, stride=2, valid=True)),
        nn.Sequential(Conv(depth, 256), Conv(256, middle, 3, 3), Conv(middle, last, 3, 3, stride=2, valid=True)),
        nn.MaxPool2d(3, stride=2),
    )


def head(depth: int, classes: int) -> nn.Sequential:
    """Return Figure 15 from the average pooling on."""
    return nn.Sequential(
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(depth, classes), nn.Softmax(dim=1)
    )


def inception_resnet_v1(*, classes: int, **_: object) -> nn.Module:
    """Build the paper's first network: images (N, 3, R, R) to class probabilities (N, K)."""
    return nn.Sequential(
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


def inception_resnet_v2(*, classes: int, variant: str, **_: object) -> nn.Module:
    """Build the paper's second network, or timm's port of the one that the authors released.

    The paper's is as Figure 15 has it: the modules keep the depths 384, 1152 and 2144 of their inputs; the 1154 and
    2048 of Figures 17 and 19 do not add.
    """
    if variant != "paper":
        return timm_model("inception_resnet_v2", num_classes=classes)
    return nn.Sequential(
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
