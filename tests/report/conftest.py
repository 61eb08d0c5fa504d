"""A comparison that agrees, and one of a tampered model."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import convcost
from convcost.models.mobilenet import MobileNetV1
from convcost.report.comparison import ComparisonReport
from tests.report.pictures import SMALL


@pytest.fixture(scope="module")
def small() -> ComparisonReport:
    return convcost.compare("mobilenet_v1", **SMALL)


@pytest.fixture(scope="module")
def tampered() -> ComparisonReport:
    """One layer with other groups, one block missing, one layer too many."""
    with torch.device("meta"):
        model = MobileNetV1(alpha=0.25)
        model.get_submodule("features.4.0").add_module("0", nn.Conv2d(64, 64, 3, 1, 1, groups=32, bias=False))
        del model.features[10]
        model.add_module("classifier", nn.Sequential(nn.Linear(256, 1000), nn.Linear(1000, 1000)))
    return convcost.compare("mobilenet_v1", model=model, **SMALL)
