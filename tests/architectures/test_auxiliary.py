"""Heads that only training has, held against torchvision's modules with `aux_logits`."""

from __future__ import annotations

import pytest
import torch

from convcost.models._zoo import torchvision_model
from convcost.theory.architecture import Architecture
from convcost.theory.book import find


@pytest.mark.parametrize(
    ("name", "options", "published"),
    # torchvision's metadata has 27,161,264 for Inception v3 with its head, and GoogLeNet's without (6,624,904).
    [("googlenet", {"variant": "torchvision"}, 13_004_888), ("inception_v3", {}, 27_161_264)],
)
def test_parameters_with_auxiliary_heads(name: str, options: dict[str, str], published: int) -> None:
    architecture = find(Architecture, name, "network")
    drawing = architecture.draw(architecture.settings(options), auxiliary=True)
    with torch.device("meta"):
        model = torchvision_model(name, aux_logits=True, init_weights=False)
    assert drawing.cost.parameters == sum(p.numel() for p in model.parameters()) == published
    without = architecture.draw(architecture.settings(options))
    assert drawing.cost.parameters > without.cost.parameters
