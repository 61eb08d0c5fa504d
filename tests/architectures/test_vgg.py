"""VGG (Simonyan & Zisserman 2014): the formula against torchvision's nets, and Table 2's parameters."""

from __future__ import annotations

import importlib
from fractions import Fraction

import pytest

from tests.architectures.agreement import agreed, drawn, first_disagreement, macs
from tests.architectures.published import rounds_to


@pytest.mark.parametrize(
    ("variant", "parameters", "printed"),
    [
        ("A", 132_863_336, "133"),
        ("B", 133_047_848, "133"),
        ("C", 133_638_952, "134"),
        ("D", 138_357_544, "138"),
        ("E", 143_667_240, "144"),
    ],
)
def test_every_configuration_agrees(variant: str, parameters: int, printed: str) -> None:
    assert agreed("vgg", variant=variant).params_measured == parameters
    assert rounds_to(Fraction(parameters, 10**6), printed)


def test_other_images_agree() -> None:
    agreed("vgg", resolution=225, batch=3, classes=10)


def test_published_recounts() -> None:
    # He et al. 2015, section 4.1: 19.6 billion for 19 layers; 15.3 for 16 are the convolutions alone.
    assert macs(drawn("vgg", variant="E")) == 19_632_062_464
    assert macs(drawn("vgg")) == 15_470_264_320


def test_a_wrong_figure_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("convcost.formulas.architectures.vgg")
    monkeypatch.setattr(module, "FILTERS", (64, 128, 256, 512, 256))
    assert first_disagreement("vgg") == ("stage5.conv1", "disagree")
