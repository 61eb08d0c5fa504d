"""Inception-ResNet-v2 (Szegedy et al. 2016, arXiv 1602.07261): ours as in the paper, timm's as released."""

from __future__ import annotations

from torch import nn

from convcost.models._inception_resnet import Conv, Parallel, factorised, head, module_a, reduction_a, reduction_b
from convcost.models._zoo import timm_model


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


def build(*, classes: int, variant: str, **_: object) -> nn.Module:
    """The module for the settings of the book's architecture (resolution and batch are the input's)."""
    if variant == "paper":
        return InceptionResNetV2(classes)
    return timm_model("inception_resnet_v2", num_classes=classes)
