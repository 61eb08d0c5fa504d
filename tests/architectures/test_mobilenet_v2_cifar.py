from __future__ import annotations

import pytest

from convcost import models
from convcost.core.record import Formula
from convcost.core.registry import find

from .agreement import agreed, block_macs, drawn, first_disagreement, module_of

NAME = "mobilenet_v2_cifar"


@pytest.mark.parametrize(
    "options",
    [{"batch": 3, "resolution": 33}, {"resolution": 25, "classes": 100}, {"resolution": 55, "batch": 3}],
    ids=str,
)
def test_every_layer_agrees(options: dict[str, object]) -> None:
    agreed(NAME, **options)


def test_figures_of_the_widely_used_model() -> None:
    totals = agreed(NAME)
    # Parameters of MobileNetV2 in kuangliu/pytorch-cifar, as tables of its users print them.
    assert totals.params_formula == totals.params_measured == 2_296_922
    assert totals.macs_formula == 91_154_944
    assert totals.fvcore_total == 94_604_800


def test_blocks_are_the_closed_forms() -> None:
    network = drawn(NAME)
    projected = find(Formula, "inverted_residual_projected", "formula")
    plain = find(Formula, "inverted_residual", "formula")
    at = {"h": 32, "w": 32, "t": 6, "k": 3}
    # Unlike the paper's, the first block expands (32 channels to 32) and projects its shortcut.
    first = projected.evaluate(at | {"d_in": 32, "d_out": 16, "t": 1})
    assert block_macs(network, "bottleneck1_1") == first.macs == 2_392_064
    assert block_macs(network, "bottleneck2_1") == projected.evaluate(at | {"d_in": 16, "d_out": 24}).macs
    assert block_macs(network, "bottleneck2_2") == plain.evaluate(at | {"d_in": 24, "d_out": 24}).macs


def test_four_shortcuts_are_convolutions() -> None:
    shortcuts = [line.block for line in drawn(NAME).core if line.path.endswith("shortcut")]
    assert shortcuts == ["bottleneck1_1", "bottleneck2_1", "bottleneck5_1", "bottleneck7_1"]


def test_wrong_width_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    module = module_of("mobilenet_v2")
    monkeypatch.setattr(module, "CIFAR_TABLE", (*module.CIFAR_TABLE[:4], (6, 64, 3, 1), *module.CIFAR_TABLE[5:]))
    assert first_disagreement(NAME) == ("bottleneck5_1.project", "disagree")


def test_wrong_stride_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    module = module_of("mobilenet_v2")
    monkeypatch.setattr(module, "CIFAR_TABLE", (module.CIFAR_TABLE[0], (6, 24, 2, 2), *module.CIFAR_TABLE[2:]))
    assert first_disagreement(NAME, resolution=56) == ("bottleneck2_1.dw", "disagree")


def test_the_papers_net_is_not_this_one() -> None:
    paper = models.build("mobilenet_v2", {"alpha": 1, "classes": 10})
    assert first_disagreement(NAME, model=paper) == ("conv1", "disagree")
