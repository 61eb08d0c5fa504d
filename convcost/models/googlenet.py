"""GoogLeNet (Szegedy et al. 2014, arXiv 1409.4842) as a PyTorch module; torchvision's for the variant of its own.

Ours is written from Figure 3 and the authors' Caffe conventions (pooling rounds up), not from this project's
formulas: the two meet only in a comparison. Auxiliary classifiers act in training only and are left out.
"""

import torch
from torch import Tensor, nn

from convcost.models.torchvision_and_timm import torchvision_model


def conv(inputs: int, outputs: int, kernel_size: int, stride: int = 1) -> nn.Sequential:
    """A convolution with bias that keeps the size at stride 1, and ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel_size, stride, kernel_size // 2),
        nn.ReLU(inplace=True),
    )


class Inception(nn.Module):
    """Figure 2(b): four branches, joined along the channels."""

    def __init__(self, inputs: int, n1: int, r3: int, n3: int, r5: int, n5: int, pool: int) -> None:
        super().__init__()
        self.one = conv(inputs, n1, 1)
        self.three = nn.Sequential(conv(inputs, r3, 1), conv(r3, n3, 3))
        self.five = nn.Sequential(conv(inputs, r5, 1), conv(r5, n5, 5))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1, ceil_mode=True), conv(inputs, pool, 1))
        self.outputs = n1 + n3 + n5 + pool

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, outputs, H, W)."""
        return torch.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], dim=1)


class GoogLeNet(nn.Module):
    """Images (N, 3, R, R) to class probabilities (N, K)."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            conv(3, 64, 7, stride=2),
            self._halve(),
            nn.LocalResponseNorm(5),
            conv(64, 64, 1),
            conv(64, 192, 3),
            nn.LocalResponseNorm(5),
            self._halve(),
        )
        self.stage3, depth = self._stage(192, [(64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)])
        self.stage4, depth = self._stage(
            depth,
            [
                (192, 96, 208, 16, 48, 64),
                (160, 112, 224, 24, 64, 64),
                (128, 128, 256, 24, 64, 64),
                (112, 144, 288, 32, 64, 64),
                (256, 160, 320, 32, 128, 128),
            ],
        )
        self.stage5, depth = self._stage(depth, [(256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)])
        self.pool3, self.pool4 = self._halve(), self._halve()
        self.average = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.4)
        self.classifier = nn.Linear(depth, classes)

    @staticmethod
    def _halve() -> nn.MaxPool2d:
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    @staticmethod
    def _stage(depth: int, widths: list[tuple[int, int, int, int, int, int]]) -> tuple[nn.Sequential, int]:
        modules = []
        for row in widths:
            modules.append(Inception(depth, *row))
            depth = modules[-1].outputs
        return nn.Sequential(*modules), depth

    def forward(self, x: Tensor) -> Tensor:
        """Class probabilities."""
        x = self.pool3(self.stage3(self.stem(x)))
        x = self.stage5(self.pool4(self.stage4(x)))
        x = self.dropout(self.average(x).flatten(1))
        logits: Tensor = self.classifier(x)
        return logits.softmax(dim=1)


def googlenet(*, classes: int, variant: str, **_: object) -> nn.Module:
    """Build the model; resolution and batch are the input's."""
    if variant == "paper":
        return GoogLeNet(classes)
    return torchvision_model(
        "googlenet", aux_logits=False, init_weights=False, transform_input=False, num_classes=classes
    )
