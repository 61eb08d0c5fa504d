"""ResNet: torchvision's where it has the net (v1.5 with projections; v1 is the same below 50 layers), else ours."""

from __future__ import annotations

from torch import nn

from convcost.models._he_resnet import ResNet
from convcost.models._zoo import torchvision_model


def build(*, depth: int, classes: int, variant: str, shortcut: str, **_: object) -> nn.Module:
    """The module for the settings of the book's architecture (resolution and batch are the input's)."""
    if shortcut == "B" and (variant == "v1.5" or depth < 50):
        return torchvision_model(f"resnet{depth}", num_classes=classes)
    return ResNet(depth, classes, shortcut, early=variant == "v1")
