"""The ResNets for CIFAR-10 of He et al. 2015 (arXiv 1512.03385, section 4.2) as a PyTorch module."""

from __future__ import annotations

from torch import Tensor, nn

from convcost.models._he_resnet import Basic, normed, stages


class CifarResNet(nn.Module):
    """Images (N, 3, 32, 32) to logits (N, K): 6n + 2 layers of 16, 32 and 64 filters."""

    def __init__(self, depth: int = 20, classes: int = 10, shortcut: str = "A") -> None:
        super().__init__()
        n, rest = divmod(depth - 2, 6)
        if rest:
            raise ValueError(f"depth is {depth}, but must be 6n + 2")
        self.stem = nn.Sequential(normed(3, 16, 3), nn.ReLU(inplace=True))
        self.stages = stages(Basic, 16, 16, (n, n, n), shortcut, early=True)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(64, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits."""
        logits: Tensor = self.fc(self.pool(self.stages(self.stem(x))).flatten(1))
        return logits


def build(*, depth: int, classes: int, shortcut: str, **_: object) -> nn.Module:
    """The module for the settings of the book's architecture (resolution and batch are the input's)."""
    return CifarResNet(depth, classes, shortcut)
