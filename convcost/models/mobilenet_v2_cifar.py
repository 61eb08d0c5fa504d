"""MobileNet V2 for CIFAR's 32×32 images as in kuangliu/pytorch-cifar, written anew as a PyTorch module."""

from __future__ import annotations

from torch import Tensor, nn

# Output channels, blocks and stride of each stage; expansion is 1 in the first and 6 in all others.
STAGES = ((16, 1, 1), (24, 2, 1), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1))


def _conv_norm(inputs: int, outputs: int, kernel_size: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, kernel_size, stride, kernel_size // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs))


class InvertedResidual(nn.Module):
    """Expand, filter, project; at stride 1 the input is added, through a 1×1 convolution if channels change."""

    def __init__(self, inputs: int, outputs: int, expansion: int, stride: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.expand = _conv_norm(inputs, hidden, 1)
        self.filter = _conv_norm(hidden, hidden, 3, stride, groups=hidden)
        self.project = _conv_norm(hidden, outputs, 1)
        self.residual = stride == 1
        self.shortcut = _conv_norm(inputs, outputs, 1) if self.residual and inputs != outputs else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """The block's output; nothing follows the sum."""
        out: Tensor = self.project(self.filter(self.expand(x).relu()).relu())
        return out + self.shortcut(x) if self.residual else out


class MobileNetV2Cifar(nn.Module):
    """Images (N, 3, 32, 32) to class scores (N, K)."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.stem = _conv_norm(3, 32, 3)
        depth, expansion, blocks = 32, 1, nn.Sequential()
        for outputs, repeats, stride in STAGES:
            for repeat in range(repeats):
                blocks.append(InvertedResidual(depth, outputs, expansion, stride if repeat == 0 else 1))
                depth = outputs
            expansion = 6
        self.blocks = blocks
        self.head = _conv_norm(depth, 1280, 1)
        self.pool = nn.AvgPool2d(4)
        self.classifier = nn.Linear(1280, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Class scores."""
        x = self.head(self.blocks(self.stem(x).relu())).relu()
        scores: Tensor = self.classifier(self.pool(x).flatten(1))
        return scores


def mobilenet_v2_cifar(*, classes: int, **_: object) -> nn.Module:
    """Build the model; resolution and batch are the input's."""
    return MobileNetV2Cifar(classes)
