"""MobileNet V1 (Howard et al. 2017, arXiv 1704.04861) with the defaults of Keras layers, as a PyTorch module.

Convolutions have a bias although a batch norm follows. Keras pads 'same' with the odd pixel last; one pixel on
each side gives the same sizes and counts.
"""

from __future__ import annotations

from fractions import Fraction

from torch import Tensor, nn


def _unit(inputs: int, outputs: int, kernel_size: int, stride: int, depthwise: bool = False) -> list[nn.Module]:
    groups = inputs if depthwise else 1
    return [
        nn.Conv2d(inputs, outputs, kernel_size, stride, (kernel_size - 1) // 2, groups=groups),
        nn.BatchNorm2d(outputs, eps=1e-3),
        nn.ReLU(),
    ]


class MobileNetV1Keras(nn.Module):
    """Images (N, 3, R, R) to class probabilities (N, K); `shallow` drops the five blocks of 512 filters."""

    def __init__(self, alpha: float | Fraction = 1, classes: int = 1000, shallow: bool = False) -> None:
        super().__init__()
        depth = int(32 * alpha)
        layers = _unit(3, depth, 3, 2)
        stages = [(64, 1, 1), (128, 2, 2), (256, 2, 2), (512, 2, 1 if shallow else 6), (1024, 2, 2)]
        for filters, first_stride, blocks in stages:
            for block in range(blocks):
                layers += _unit(depth, depth, 3, first_stride if block == 0 else 1, depthwise=True)
                layers += _unit(depth, int(filters * alpha), 1, 1)
                depth = int(filters * alpha)
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dense = nn.Linear(depth, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Class probabilities."""
        x = self.pool(self.features(x)).flatten(1)
        scores: Tensor = self.dense(x)
        return scores.softmax(dim=-1)


def mobilenet_v1_keras(*, alpha: Fraction, classes: int, variant: str, **_: object) -> nn.Module:
    """Build the model; resolution and batch are the input's."""
    return MobileNetV1Keras(alpha, classes, shallow=variant == "shallow")
