"""Inception-v4 (Szegedy et al. 2016, arXiv 1602.07261): timm's port of the authors' release."""

from __future__ import annotations

from torch import nn

from convcost.models._zoo import timm_model


def build(*, classes: int, **_: object) -> nn.Module:
    """The module for the settings of the book's architecture (resolution and batch are the input's)."""
    return timm_model("inception_v4", num_classes=classes)
