"""MobileNet V1: formula against fvcore at every point of the paper, and against exact known totals."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

import convcost

GRID = list(itertools.product(("1", "0.75", "0.5", "0.25"), (224, 192, 160, 128)))


@pytest.mark.parametrize(("alpha", "resolution"), GRID)
def test_every_layer_agrees_on_the_papers_grid(alpha: str, resolution: int) -> None:
    report = convcost.compare("mobilenet_v1", alpha=alpha, resolution=resolution)
    assert len(report.rows) == 28  # "MobileNet has 28 layers", section 3.2
    assert {row.verdict for row in report.rows} == {"agree"}
    assert report.totals.equal
    assert report.ok


@pytest.mark.parametrize(
    ("options", "layers"),
    [
        ({"variant": "shallow"}, 18),  # five blocks of two layers less
        ({"variant": "full-conv"}, 15),  # 1 + 13 convolutions and the classifier
        ({"variant": "full-conv", "alpha": "0.5", "resolution": 97}, 15),
        ({"resolution": 225, "batch": 3}, 28),
        ({"resolution": 131, "alpha": "0.35", "classes": 7}, 28),
        ({"alpha": "0.01", "resolution": 32}, 28),  # every width at its minimum of 8
        ({"alpha": "1.4", "rho": "0.857", "batch": 2}, 28),
    ],
)
def test_every_layer_agrees_off_the_grid(options: dict[str, Any], layers: int) -> None:
    report = convcost.compare("mobilenet_v1", **options)
    assert len(report.rows) == layers
    assert {row.verdict for row in report.rows} == {"agree"}
    assert report.totals.equal


def test_known_totals() -> None:
    totals = convcost.compare("mobilenet_v1").totals
    # TF-slim's README prints 569 M MACs; fvcore's total adds 2 per batch-norm element and 1 per pooled one:
    # 2 · 5,042,688 + 50,176 = 10,135,552.
    assert totals.macs_measured == totals.macs_formula == 568_740_352
    assert totals.params_measured == totals.params_formula == 4_231_976
    assert totals.fvcore_total == totals.fvcore_total_formula == 568_740_352 + 2 * 5_042_688 + 50_176 == 578_875_904


def test_rho_is_the_resolution_it_rounds_to() -> None:
    by_rho = convcost.compare("mobilenet_v1", alpha="0.75", rho="0.857")
    by_pixels = convcost.compare("mobilenet_v1", alpha="0.75", resolution=192)
    assert by_rho.totals == by_pixels.totals
    assert by_rho.comparison.network.input_shape == (1, 3, 192, 192)


def test_batch_scales_macs_and_not_parameters() -> None:
    one, three = (convcost.compare("mobilenet_v1", batch=n).totals for n in (1, 3))
    assert three.macs_measured == 3 * (one.macs_measured or 0)
    assert three.params_measured == one.params_measured


def test_softmax_is_named_as_uncounted() -> None:
    report = convcost.compare("mobilenet_v1")
    assert report.comparison.uncounted == {"aten::softmax": 1}
    softmax = report.all_rows[-1]
    assert (softmax.operator, softmax.macs_measured, softmax.verdict) == ("softmax", None, "uncounted")


def test_flops_are_two_per_mac_and_the_bias() -> None:
    report = convcost.compare("mobilenet_v1", unit="flops")
    # 2 · 568,740,352 and one addition a class, which fvcore leaves out.
    assert report.totals.macs_formula == 2 * 568_740_352 + 1000
    assert report.totals.macs_measured == 2 * 568_740_352
    assert [row.layer for row in report.rows if row.verdict == "convention"] == ["fc"]
    assert report.ok
