"""EfficientNet: torchvision's, at any width and depth; its head is as wide as the authors' code makes it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from torch import nn

from ._zoo import library


def build(*, alpha: Fraction, depth: Fraction, classes: int, **_: object) -> nn.Module:
    """torchvision's network of B0's stages at a width and a depth multiplier."""
    library("torchvision")
    from torchvision.models import efficientnet as zoo

    width = float(alpha)
    stages, _last = zoo._efficientnet_conf("efficientnet_b0", width_mult=width, depth_mult=float(depth))
    head: Any = zoo.MBConvConfig.adjust_channels(1280, width)
    model: nn.Module = zoo.EfficientNet(stages, dropout=0.2, num_classes=classes, last_channel=head)
    return model
