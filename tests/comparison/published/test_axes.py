"""Readings that change the network: heads of training, channels not rounded, an image rounded down."""

from __future__ import annotations

from fractions import Fraction

from convcost.comparison.published.count import count
from convcost.comparison.published.notation import NamedCost
from convcost.comparison.published.reading import PLAIN, Reading, readings
from convcost.core.architecture import Architecture
from convcost.core.registry import find


def test_channels_not_rounded_is_the_law() -> None:
    named = NamedCost("mobilenet_v2", (("alpha", "1.4"),), "")
    unrounded = count(named, "macs", "macs", Reading(("channels not rounded",), scope="unrounded"))
    architecture = find(Architecture, "mobilenet_v2", "network")
    assert unrounded == Fraction(architecture.unrounded_macs(architecture.settings({"alpha": "1.4"}), 1))
    assert unrounded != count(named, "macs", "macs", PLAIN) == 582_195_824  # the authors' README prints 582


def test_image_rounded_down_is_among_the_readings() -> None:
    named = NamedCost("mobilenet_v1", (("rho", "0.857"),), "")
    (floored,) = [r for r in readings(named, "macs", "macs", True) if r.names == ("the image rounded down",)]
    # 0.857 of 224 is 191.968 pixels.
    assert floored.options == (("resolution", "191"),)
    by_pixels = count(NamedCost("mobilenet_v1", (("resolution", "191"),), ""), "macs", "macs", PLAIN)
    assert count(named, "macs", "macs", floored) == by_pixels


def test_heads_of_training() -> None:
    reading = Reading(("with auxiliary heads",), scope="auxiliary")
    assert count(NamedCost("inception_v3", (), ""), "params", "numel", reading) == 27_161_264  # torchvision's metadata
