"""He et al.'s residual nets (arXiv 1512.03385) as PyTorch modules, and torchvision's where it has the net.

Ours are written from the paper's text: the stride of a bottleneck is in its first 1×1 convolution (v1), and the
shortcut is A (identity, zeros for new channels), B (projection where sizes differ) or C (projection everywhere).
"""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.models.torchvision_and_timm import torchvision_model


class Subsample(nn.Module):
    """Shortcut A: drops pixels and appends channels of zeros."""

    def __init__(self, new_channels: int, stride: int) -> None:
        super().__init__()
        self.new_channels, self.stride = new_channels, stride

    def forward(self, x: Tensor) -> Tensor:
        """Return the image at every `stride`-th pixel, with `new_channels` more channels."""
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.new_channels))


def normed(inputs: int, outputs: int, kernel_size: int, stride: int = 1) -> nn.Sequential:
    """Return a convolution without bias and its batch norm."""
    conv = nn.Conv2d(inputs, outputs, kernel_size, stride, (kernel_size - 1) // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs))


def _shortcut(inputs: int, outputs: int, stride: int, option: str) -> nn.Module:
    if option not in ("A", "B", "C"):
        raise ValueError(f"shortcut is {option!r}, but must be A, B or C")
    changes = stride > 1 or inputs != outputs
    if option == "C" or (changes and option == "B"):
        return normed(inputs, outputs, 1, stride)
    return Subsample(outputs - inputs, stride) if changes else nn.Identity()


class ResidualBlock(nn.Module):
    """ReLU of a branch plus its shortcut."""

    def __init__(self, layers: Sequence[nn.Module], shortcut: nn.Module) -> None:
        super().__init__()
        self.branch = nn.Sequential(*layers)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        return F.relu(self.branch(x) + self.shortcut(x))


class Basic(ResidualBlock):
    """Two 3×3 convolutions."""

    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int, shortcut: str, early: bool = True) -> None:
        layers = (normed(inputs, width, 3, stride), nn.ReLU(inplace=True), normed(width, width, 3))
        super().__init__(layers, _shortcut(inputs, width, stride, shortcut))


class Bottleneck(ResidualBlock):
    """1×1, 3×3, 1×1; `early` strides in the first 1×1 (v1), else in the 3×3 (v1.5)."""

    expansion = 4

    def __init__(self, inputs: int, width: int, stride: int, shortcut: str, early: bool = True) -> None:
        reduce = normed(inputs, width, 1, stride if early else 1)
        spatial = normed(width, width, 3, 1 if early else stride)
        restore = normed(width, 4 * width, 1)
        layers = (reduce, nn.ReLU(inplace=True), spatial, nn.ReLU(inplace=True), restore)
        super().__init__(layers, _shortcut(inputs, 4 * width, stride, shortcut))


Block = type[Basic] | type[Bottleneck]


def stages(block: Block, inputs: int, width: int, counts: Sequence[int], shortcut: str, early: bool) -> nn.Sequential:
    """Return stages of blocks; each stage after the first halves the image and doubles the width."""
    blocks: list[nn.Module] = []
    for stage, count in enumerate(counts):
        for number in range(count):
            stride = 2 if stage > 0 and number == 0 else 1
            blocks.append(block(inputs, width << stage, stride, shortcut, early))
            inputs = block.expansion * (width << stage)
    return nn.Sequential(*blocks)


COUNTS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


class ResNet(nn.Module):
    """Images (N, 3, R, R) to logits (N, K): a stem, stages of blocks, the mean and a linear layer of `width` inputs."""

    def __init__(self, stem: nn.Sequential, blocks: nn.Sequential, width: int, classes: int) -> None:
        super().__init__()
        self.stem, self.stages = stem, blocks
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(width, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits."""
        logits: Tensor = self.fc(self.pool(self.stages(self.stem(x))).flatten(1))
        return logits


def imagenet_resnet(depth: int = 50, classes: int = 1000, shortcut: str = "B", early: bool = True) -> ResNet:
    """Return one of the networks of the paper's Table 1."""
    block: Block = Basic if depth < 50 else Bottleneck
    stem = nn.Sequential(normed(3, 64, 7, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1))
    return ResNet(stem, stages(block, 64, 64, COUNTS[depth], shortcut, early), 512 * block.expansion, classes)


def cifar_resnet(depth: int = 20, classes: int = 10, shortcut: str = "A") -> ResNet:
    """Return one of the networks for CIFAR-10 of section 4.2: 6n + 2 layers of 16, 32 and 64 filters."""
    n, rest = divmod(depth - 2, 6)
    if rest:
        raise ValueError(f"depth is {depth}, but must be 6n + 2")
    stem = nn.Sequential(normed(3, 16, 3), nn.ReLU(inplace=True))
    return ResNet(stem, stages(Basic, 16, 16, (n, n, n), shortcut, early=True), 64, classes)


def resnet(*, depth: int, classes: int, variant: str, shortcut: str, **_: object) -> nn.Module:
    """Build torchvision's model where it has the net (v1.5, or below 50 layers where v1 is the same), else ours."""
    if shortcut == "B" and (variant == "v1.5" or depth < 50):
        return torchvision_model(f"resnet{depth}", num_classes=classes)
    return imagenet_resnet(depth, classes, shortcut, early=variant == "v1")


def resnet_cifar(*, depth: int, classes: int, shortcut: str, **_: object) -> nn.Module:
    """Build a network for CIFAR-10."""
    return cifar_resnet(depth, classes, shortcut)
