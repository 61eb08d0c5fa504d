"""MobileNet V1 (Howard et al. 2017, arXiv 1704.04861) for CIFAR's 32×32 images, as a PyTorch module."""

from __future__ import annotations

from fractions import Fraction

from torch import Tensor, nn

# Channels after each of the thirteen blocks; where they grow to one of these, the map is halved.
CHANNELS = [64, 128, 128, 256, 256] + [512] * 6 + [1024, 1024]
HALVING = (128, 256, 512, 1024)


class Separable(nn.Module):
    """Depthwise 3×3 and pointwise 1×1 convolution, each followed by batch norm and ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False)
        self.norm1 = nn.BatchNorm2d(inputs)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Filter every channel, then mix them."""
        x = self.norm1(self.depthwise(x)).relu()
        mixed: Tensor = self.norm2(self.pointwise(x)).relu()
        return mixed


class MobileNetV1Cifar(nn.Module):
    """Images (N, 3, 32, 32) to class scores (N, K)."""

    def __init__(self, alpha: float | Fraction = 1, classes: int = 10) -> None:
        super().__init__()
        depth = max(8, int(32 * alpha))
        self.conv = nn.Conv2d(3, depth, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(depth)
        self.blocks = nn.Sequential()
        before = 64
        for channels in CHANNELS:
            outputs = max(8, int(channels * alpha))
            halves = channels in HALVING and channels != before
            self.blocks.append(Separable(depth, outputs, 2 if halves else 1))
            depth, before = outputs, channels
        self.pool = nn.AvgPool2d(2)
        self.classifier = nn.Linear(depth, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Class scores."""
        x = self.norm(self.conv(x)).relu()
        x = self.pool(self.blocks(x))
        scores: Tensor = self.classifier(x.flatten(1))
        return scores


def mobilenet_v1_cifar(*, alpha: Fraction, classes: int, **_: object) -> nn.Module:
    """Build the model; resolution and batch are the input's."""
    return MobileNetV1Cifar(alpha, classes)
