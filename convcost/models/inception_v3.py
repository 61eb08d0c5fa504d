"""Inception v3 (Szegedy et al. 2015, arXiv 1512.00567): torchvision's port of the authors' release."""

from __future__ import annotations

from torch import nn

from convcost.models._zoo import torchvision_model


def build(*, classes: int, **_: object) -> nn.Module:
    """The module without auxiliary classifier, which acts in training only."""
    return torchvision_model(
        "inception_v3", aux_logits=False, init_weights=False, transform_input=False, num_classes=classes
    )
