"""Inception-ResNet-v1 (Szegedy et al. 2016, arXiv 1602.07261) as a PyTorch module."""

from __future__ import annotations

from torch import nn

from convcost.models._inception_resnet import Conv, factorised, head, module_a, reduction_a, reduction_b


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


def build(*, classes: int, **_: object) -> nn.Module:
    """The module for the settings of the book's architecture (resolution and batch are the input's)."""
    return InceptionResNetV1(classes)
