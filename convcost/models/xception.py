"""Xception: timm's port of Chollet's Keras net."""

from __future__ import annotations

from torch import nn

from convcost.models._zoo import timm_model


def build(*, classes: int, **_: object) -> nn.Module:
    """The module for the settings of the book's architecture (resolution and batch are the input's)."""
    return timm_model("legacy_xception", num_classes=classes)
