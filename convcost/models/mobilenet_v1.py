"""MobileNet V1 (Howard et al. 2017, arXiv 1704.04861) as a PyTorch module.

Written from the authors' TF-slim code, not from this project's formulas: the two meet only in a comparison.
"""

from __future__ import annotations

from fractions import Fraction

from torch import Tensor, nn


def _conv(inputs: int, outputs: int, kernel_size: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel_size, stride, kernel_size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Separable(nn.Sequential):
    """A depthwise 3×3 and a pointwise 1×1 convolution, each with batch norm and ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__(_conv(inputs, inputs, 3, stride, groups=inputs), _conv(inputs, outputs, 1))


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
        self.stem = _conv(3, depth, 3, stride=2)
        blocks: list[nn.Module] = []
        for filters, stride in plan:
            outputs = max(int(filters * alpha), 8)
            blocks.append(
                _conv(depth, outputs, 3, stride) if variant == "full-conv" else Separable(depth, outputs, stride)
            )
            depth = outputs
        self.features = nn.Sequential(*blocks)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(depth, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Class probabilities."""
        x = self.pool(self.features(self.stem(x)))
        logits: Tensor = self.classifier(x.flatten(1))
        return logits.softmax(dim=1)


def mobilenet_v1(*, alpha: Fraction, classes: int, variant: str, **_: object) -> nn.Module:
    """Build the model; resolution and batch are the input's."""
    return MobileNetV1(alpha, classes, variant)
