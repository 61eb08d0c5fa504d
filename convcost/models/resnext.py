"""ResNeXt: torchvision's 50 layers, timm's 101 (torchvision's are 32×8d) and its nets with squeeze-and-excitation."""

from __future__ import annotations

from functools import partial

from torch import nn

from convcost.models._zoo import timm_layer, timm_model, torchvision_model


def build(*, depth: int, classes: int, variant: str, **_: object) -> nn.Module:
    """The module for the settings of the book's architecture (resolution and batch are the input's)."""
    if variant == "se":
        # timm's default would round the squeezed channels to a multiple of 8, which the paper does not.
        squeeze = partial(timm_layer("SEModule"), rd_ratio=1 / 16, rd_divisor=1)
        return timm_model(f"seresnext{depth}_32x4d", num_classes=classes, block_args={"attn_layer": squeeze})
    if depth == 50:
        return torchvision_model("resnext50_32x4d", num_classes=classes)
    return timm_model(f"resnext{depth}_32x4d", num_classes=classes)
