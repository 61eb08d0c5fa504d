"""Architectures on any image: the closed form is the network at every size, square or not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sympy

from convcost.core.architecture import Architecture, Network
from convcost.core.errors import DomainError
from convcost.core.registry import find, records
from convcost.symbolic.closed_form import image_form
from convcost.symbolic.resolution import collected, text
from convcost.symbolic.separated import value_at

NETWORKS = records(Architecture)


def formula(name: str, **options: Any) -> str:
    form = image_form(NETWORKS[name], options)
    return text(collected(sum(line.cost.macs for line in form.network.calls), form.domain))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_form_at_a_size_is_the_drawing_of_that_size(name: str) -> None:
    form = image_form(NETWORKS[name], {})
    insides = [form.domain.allowed(s) for s in "HW"]
    heights, widths = ([n for n in range(inside.start, 400) if inside(n)] for inside in insides)
    reader = form.domain.reader
    cost = form.network.cost
    macs, parameters = (reader.sum(sympy.S(count)) for count in (cost.macs, cost.parameters))
    # The least height, then ones that are uneven beside each other.
    for batch, i, j in ((1, 0, 7), (3, 30, 13), (2, 191, 100)):
        at = {"B": batch, "H": heights[i % len(heights)], "W": widths[j % len(widths)]}
        drawn = NETWORKS[name].network({**form.network.settings, "batch": at["B"]}, sides=(at["H"], at["W"]))
        assert value_at(macs, at) == drawn.cost.macs
        # Where a dense layer sees a flattened map, the domain alone fixes its weights.
        assert value_at(parameters, at) == drawn.cost.parameters
        assert drawn.input_shape[-2:] == (at["H"], at["W"])


@pytest.mark.parametrize("name", NETWORKS)
def test_the_usual_image_is_in_the_domain(name: str) -> None:
    usual: Network = NETWORKS[name].network(NETWORKS[name].settings({}))
    domain = image_form(NETWORKS[name], {}).domain
    assert [int(domain.allowed(s)(int(n))) for s, n in zip("HW", usual.input_shape[-2:], strict=True)] == [1, 1]


@pytest.mark.parametrize(
    ("name", "options", "domain"),
    [
        ("resnet", {}, "B ≥ 1, H ≥ 32, W ≥ 32"),
        ("vgg", {}, "B ≥ 1, H ≥ 32, W ≥ 32"),
        # A flattened 6×6 map: ⌊(H - 35)/32⌋ = 6, and 227 + 31 = 258.
        ("alexnet", {}, "B ≥ 1, 227 ≤ H ≤ 258, 227 ≤ W ≤ 258"),
        # Averaged to 6×6, whatever comes.
        ("alexnet", {"variant": "single-tower"}, "B ≥ 1, H ≥ 67, W ≥ 67"),
        # Its last layer takes the pixel that a 2×2 pool leaves of ⌈H/16⌉ = 2 or 3 of them.
        ("mobilenet_v1_cifar", {}, "B ≥ 1, 17 ≤ H ≤ 48, 17 ≤ W ≤ 48"),
        # 3×3 and 3×3×d without padding or stride: every size has weights of its own.
        ("hybridsn", {}, "B ≥ 1, H = 25, W = 25"),
    ],
)
def test_domains(name: str, options: dict[str, str], domain: str) -> None:
    assert image_form(NETWORKS[name], options).domain.words("BHW") == domain


def test_the_formula_of_mobilenet_v1() -> None:
    # Table 1, row by row: 3×3×3×32 + 9·32 + 32·64 = 3200 MACs a position after one halving, and so on.
    assert formula("mobilenet_v1") == (
        "3200·B·⌈H/2⌉·⌈W/2⌉ + 26304·B·⌈H/4⌉·⌈W/4⌉ + 101760·B·⌈H/8⌉·⌈W/8⌉ + 1467136·B·⌈H/16⌉·⌈W/16⌉"
        " + 1586688·B·⌈H/32⌉·⌈W/32⌉ + 1024000·B"
    )


@pytest.mark.parametrize("option", ["batch", "resolution", "rho", "window"])
def test_batch_and_image_are_left_open(option: str) -> None:
    with pytest.raises(DomainError, match=f"{option} is left open here"):
        image_form(find(Architecture, "mobilenet_v1", "network"), {option: "2"})


def test_an_architecture_of_one_image_size_is_one_line() -> None:
    mobilenet = NETWORKS["mobilenet_v1"]
    fixed = replace(mobilenet, options=tuple(o for o in mobilenet.options if o.name not in ("rho", "resolution")))
    with pytest.raises(DomainError, match="mobilenet_v1 has an image of one size; a proof speaks of every height"):
        image_form(fixed, {})
