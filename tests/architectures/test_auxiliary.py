"""Heads that only training has, held against torchvision's modules with `aux_logits`."""

from __future__ import annotations

import pytest
import torch

from convcost.core.architecture import Architecture
from convcost.core.registry import find
from convcost.models.torchvision_and_timm import torchvision_model


@pytest.mark.parametrize(
    ("name", "options", "published"),
    # torchvision's metadata has 27,161,264 for Inception v3 with its head, and GoogLeNet's without (6,624,904).
    [("googlenet", {"variant": "torchvision"}, 13_004_888), ("inception_v3", {}, 27_161_264)],
)
def test_parameters_with_auxiliary_heads(name: str, options: dict[str, str], published: int) -> None:
    architecture = find(Architecture, name, "network")
    network = architecture.network(architecture.settings(options), auxiliary=True)
    with torch.device("meta"):
        model = torchvision_model(name, aux_logits=True, init_weights=False)
    assert network.cost.parameters == sum(p.numel() for p in model.parameters()) == published
    without = architecture.network(architecture.settings(options))
    assert network.cost.parameters > without.cost.parameters
