"""MobileNet V2: torchvision's `mobilenet_v2`."""

from __future__ import annotations

from fractions import Fraction

from torch import nn

from ._zoo import torchvision_model


def build(*, alpha: Fraction, classes: int, **_: object) -> nn.Module:
    """torchvision's model at a width multiplier; it rounds channels as the paper's authors do."""
    return torchvision_model("mobilenet_v2", width_mult=float(alpha), num_classes=classes)
