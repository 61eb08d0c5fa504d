"""MobileNets that no library has: V1 (Howard et al. 2017, arXiv 1704.04861) in three forms, and V2 for CIFAR.

Written from the authors' TF-slim code and, for CIFAR, from the code that is named; not from this project's formulas:
the two meet only in a comparison.
"""

from collections import OrderedDict
from fractions import Fraction

from torch import Tensor, nn


def conv_norm(
    inputs: int, outputs: int, kernel_size: int, stride: int = 1, *, groups: int = 1, like_keras: bool = False
) -> list[nn.Module]:
    """Return a convolution that keeps the size at stride 1, and its batch norm.

    A layer of Keras has a bias by default; the odd pixel of its 'same' padding comes last, with the same sizes and
    counts as one pixel on each side.
    """
    conv = nn.Conv2d(inputs, outputs, kernel_size, stride, kernel_size // 2, groups=groups, bias=like_keras)
    return [conv, nn.BatchNorm2d(outputs, eps=1e-3 if like_keras else 1e-5)]


class MobileNetV1(nn.Module):
    """Images (N, 3, R, R) to class probabilities (N, K).

    width multiplier `alpha`; `variant` is paper, shallow (without the five 14×14×512 blocks) or full-conv
    (full 3×3 convolutions in place of the separable ones).
    """

    def __init__(self, alpha: float | Fraction = 1, classes: int = 1000, variant: str = "paper") -> None:
        super().__init__()
        if variant not in ("paper", "shallow", "full-conv"):
            raise ValueError(f"variant is {variant!r}, but must be paper, shallow or full-conv")
        repeats = 0 if variant == "shallow" else 5
        plan = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
        plan += [(512, 1)] * repeats + [(1024, 2), (1024, 1)]
        depth = max(int(32 * alpha), 8)
        self.stem = self._unit(3, depth, 3, 2)
        self.features = nn.Sequential()
        for filters, stride in plan:
            outputs = max(int(filters * alpha), 8)
            if variant == "full-conv":
                block = self._unit(depth, outputs, 3, stride)
            else:
                block = nn.Sequential(self._unit(depth, depth, 3, stride, depth), self._unit(depth, outputs, 1))
            self.features.append(block)
            depth = outputs
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(depth, classes)

    @staticmethod
    def _unit(inputs: int, outputs: int, kernel_size: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
        return nn.Sequential(*conv_norm(inputs, outputs, kernel_size, stride, groups=groups), nn.ReLU(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        """Return class probabilities."""
        x = self.pool(self.features(self.stem(x)))
        logits: Tensor = self.classifier(x.flatten(1))
        return logits.softmax(dim=1)


def mobilenet_v1(*, alpha: Fraction, classes: int, variant: str, **_: object) -> nn.Module:
    """Build the paper's network; resolution and batch are the input's."""
    return MobileNetV1(alpha, classes, variant)


def mobilenet_v1_keras(*, alpha: Fraction, classes: int, variant: str, **_: object) -> nn.Module:
    """Build V1 with the defaults of Keras layers: images (N, 3, R, R) to class probabilities (N, K)."""
    depth = int(32 * alpha)
    layers = [*conv_norm(3, depth, 3, 2, like_keras=True), nn.ReLU()]
    stages = [(64, 1, 1), (128, 2, 2), (256, 2, 2), (512, 2, 1 if variant == "shallow" else 6), (1024, 2, 2)]
    for filters, first_stride, blocks in stages:
        for block in range(blocks):
            stride = first_stride if block == 0 else 1
            layers += [*conv_norm(depth, depth, 3, stride, groups=depth, like_keras=True), nn.ReLU()]
            layers += [*conv_norm(depth, int(filters * alpha), 1, like_keras=True), nn.ReLU()]
            depth = int(filters * alpha)
    pool, dense = nn.AdaptiveAvgPool2d(1), nn.Linear(depth, classes)
    return nn.Sequential(
        OrderedDict(
            features=nn.Sequential(*layers), pool=pool, flatten=nn.Flatten(), dense=dense, softmax=nn.Softmax(-1)
        )
    )


def mobilenet_v1_cifar(*, alpha: Fraction, classes: int, **_: object) -> nn.Module:
    """Build V1 with the strides of kuangliu/pytorch-cifar: images (N, 3, 32, 32) to class scores (N, K)."""
    depth = max(8, int(32 * alpha))
    conv, norm = conv_norm(3, depth, 3)
    blocks = nn.Sequential()
    stages = ((64, 1, 1), (128, 2, 2), (256, 2, 2), (512, 2, 6), (1024, 2, 2))
    for channels, first_stride, repeats in stages:
        for repeat in range(repeats):
            outputs = max(8, int(channels * alpha))
            depthwise, norm1 = conv_norm(depth, depth, 3, first_stride if repeat == 0 else 1, groups=depth)
            pointwise, norm2 = conv_norm(depth, outputs, 1)
            parts = OrderedDict(depthwise=depthwise, norm1=norm1, relu1=nn.ReLU())
            parts.update(pointwise=pointwise, norm2=norm2, relu2=nn.ReLU())
            blocks.append(nn.Sequential(parts))
            depth = outputs
    layers: OrderedDict[str, nn.Module] = OrderedDict(conv=conv, norm=norm, relu=nn.ReLU(), blocks=blocks)
    layers.update(pool=nn.AvgPool2d(2), flatten=nn.Flatten(), classifier=nn.Linear(depth, classes))
    return nn.Sequential(layers)


class InvertedResidual(nn.Module):
    """Expand, filter, project; at stride 1 the input is added, through a 1×1 convolution if channels change."""

    def __init__(self, inputs: int, outputs: int, expansion: int, stride: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.expand = nn.Sequential(*conv_norm(inputs, hidden, 1))
        self.filter = nn.Sequential(*conv_norm(hidden, hidden, 3, stride, groups=hidden))
        self.project = nn.Sequential(*conv_norm(hidden, outputs, 1))
        self.residual = stride == 1
        changes = self.residual and inputs != outputs
        self.shortcut = nn.Sequential(*conv_norm(inputs, outputs, 1)) if changes else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output; nothing follows the sum."""
        out: Tensor = self.project(self.filter(self.expand(x).relu()).relu())
        return out + self.shortcut(x) if self.residual else out


# Output channels, blocks and stride of each stage of V2; expansion is 1 in the first and 6 in all others.
_V2_STAGES = ((16, 1, 1), (24, 2, 1), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1))


def mobilenet_v2_cifar(*, classes: int, **_: object) -> nn.Module:
    """Build V2 as in kuangliu/pytorch-cifar: images (N, 3, 32, 32) to class scores (N, K)."""
    depth, expansion, blocks = 32, 1, nn.Sequential()
    for outputs, repeats, stride in _V2_STAGES:
        for repeat in range(repeats):
            blocks.append(InvertedResidual(depth, outputs, expansion, stride if repeat == 0 else 1))
            depth = outputs
        expansion = 6
    layers: OrderedDict[str, nn.Module] = OrderedDict(stem=nn.Sequential(*conv_norm(3, 32, 3)), relu=nn.ReLU())
    layers.update(blocks=blocks, head=nn.Sequential(*conv_norm(depth, 1280, 1)), last_relu=nn.ReLU())
    layers.update(pool=nn.AvgPool2d(4), flatten=nn.Flatten(), classifier=nn.Linear(1280, classes))
    return nn.Sequential(layers)
