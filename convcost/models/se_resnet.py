"""SE-ResNet: timm's port of the authors' Caffe nets (`legacy_`), or timm's own ResNet with the same blocks (v1.5)."""

from __future__ import annotations

from functools import partial

from torch import nn

from convcost.models._zoo import timm_layer, timm_model


def build(*, depth: int, classes: int, reduction: int, variant: str, **_: object) -> nn.Module:
    """The module for the settings of the book's architecture (resolution and batch are the input's)."""
    if variant == "v1":
        return timm_model(f"legacy_seresnet{depth}", num_classes=classes, reduction=reduction)
    # timm's default would round the squeezed channels to a multiple of 8, which the paper does not.
    squeeze = partial(timm_layer("SEModule"), rd_ratio=1 / reduction, rd_divisor=1)
    return timm_model(f"seresnet{depth}", num_classes=classes, block_args={"attn_layer": squeeze})
