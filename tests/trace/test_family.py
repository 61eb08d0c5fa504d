"""Families over a width multiplier."""

from __future__ import annotations

from fractions import Fraction

import pytest
from torch import nn

import convcost as package
from convcost.core.errors import MeasurementError
from convcost.symbolic.printer import plain
from convcost.trace.derive import derive
from convcost.trace.merged_builds import derive_family
from tests.shell import convcost


def test_mobilenet_v1_is_the_paper_s_formula_and_costs_what_it_prints() -> None:
    family = package.derive_family("mobilenet_v1", "alpha").family
    # Table 1: 3·9 taps for the first convolution and 9 a channel for the block's, then 1×1 to the next width.
    assert plain(family.by_resolution()[0][1], family.symbols) == "c32·c64 + 36·c32"
    assert [str(multiplier) for multiplier in (*family.built, family.checked)] == ["1", "7/20", "13/10"]
    assert family.rules["c1024"].said("α") == "max(⌊1024·α⌋, 8)"
    # Table 6 prints 325 and 149 million mult-adds; the last count is that of the README's comparison.
    for multiplier, millions in (("0.75", 325), ("0.5", 149)):
        found = family.at(Fraction(multiplier), B=1, H=224, W=224)
        assert found["macs"] // 10**6 == millions
    assert family.at(Fraction("0.75"), B=1, H=192, W=192)["macs"] == 239_273_472


def test_mobilenet_v2_s_inner_widths_are_multiples() -> None:
    family = package.derive_family("torchvision:mobilenet_v2", "width_mult").family
    said = {name: rule.said("α") for name, rule in family.rules.items()}
    assert (said["c24"], said["c144"], said["c96'"]) == ("eights(24·α)", "6·c24", "eights(96·α)")
    assert said["c1280"] == "eights(1280·max(α, 1))"  # of which two builds show nothing
    # torchvision's own models at other multipliers, which the family was not derived from.
    for multiplier in (Fraction("0.75"), Fraction("1.4")):
        model = package.derive("torchvision:mobilenet_v2", arguments={"width_mult": float(multiplier)})
        assert family.same_as(model.derivation, multiplier)


def _net(multiplier: Fraction) -> nn.Module:
    width = max(int(16 * multiplier), 8)
    return nn.Sequential(nn.Conv2d(3, width, 3), nn.Conv2d(width, 2 * width, 3, groups=width), nn.Flatten())


def test_depthwise_groups_and_flattened_maps_are_widths_too() -> None:
    family = derive_family(_net, (1, 3, 32, 32))
    assert plain(family.macs, family.symbols) == "27·B·(H - 2)·(W - 2)·c16 + 9·B·(H - 4)·(W - 4)·c32"
    assert family.at(Fraction("0.8"), B=2, H=9, W=11) == {
        metric: value
        for metric, value in derive(_net(Fraction("0.8")), (1, 3, 32, 32)).at(2, 9, 11).items()
        if metric != "peak"
    }


def test_widths_that_two_builds_do_not_tell_apart_take_a_third() -> None:
    def build(multiplier: Fraction) -> nn.Module:
        # Equal at 1 and at 0.35, different at 0.62: 12.4 rounded down and up.
        first, second = 20 * multiplier // 1, -(-20 * multiplier // 1)
        return nn.Sequential(nn.Conv2d(3, int(first), 1), nn.Conv2d(int(first), int(second), 1))

    family = derive_family(build, (1, 3, 8, 8), tuple(map(Fraction, ("1", "0.35", "0.62", "0.85", "1.3"))))
    assert [float(multiplier) for multiplier in family.built] == [1, 0.35, 0.62]
    assert [width.name for width in family.widths] == ["c20", "c20'"]


def test_another_structure_is_refused() -> None:
    def build(multiplier: Fraction) -> nn.Module:
        layers = [nn.Conv2d(3, 3, 1) for _ in range(int(10 * multiplier))]
        return nn.Sequential(*layers)

    with pytest.raises(MeasurementError, match="the models of the family call different operators"):
        derive_family(build, (1, 3, 8, 8))


def test_command() -> None:
    outcome = convcost("derive", "mobilenet_v1", "--over", "alpha")
    assert (outcome.code, outcome.err) == (0, "")
    assert "B·⌈H/2⌉·⌈W/2⌉  c32·c64 + 36·c32" in outcome.out
    assert max(len(line) for line in outcome.out.splitlines()) <= 80
    wrong = convcost("derive", "mobilenet_v1", "--over", "beta")
    assert (wrong.code, wrong.out, wrong.err.count("\n")) == (2, "", 1)
    assert "mobilenet_v1 has no option --beta" in wrong.err
