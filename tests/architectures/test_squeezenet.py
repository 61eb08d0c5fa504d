"""SqueezeNet 1.0 (Iandola et al. 2016): the formula against torchvision's net, and the sizes of Table 1."""

from __future__ import annotations

import importlib

import pytest

from tests.architectures.agreement import agreed, drawn, first_disagreement


@pytest.mark.parametrize("variant", ["paper", "caffe"])
def test_every_layer_agrees(variant: str) -> None:
    assert agreed("squeezenet", variant=variant).params_measured == 1_248_424
    agreed("squeezenet", variant=variant, resolution=225, batch=3, classes=10)


def test_map_sizes_of_table_1() -> None:
    sizes = {line.path: line.output[1:] for line in drawn("squeezenet").calls}
    assert sizes["conv1"] == (96, 111, 111)
    assert sizes["maxpool1"] == (96, 55, 55)
    assert sizes["fire4.concat"] == (256, 55, 55)
    assert sizes["maxpool4"] == (256, 27, 27)
    assert sizes["maxpool8"] == (512, 13, 13)
    assert sizes["conv10"] == (1000, 13, 13)


def test_the_caffe_net_pads_its_last_convolution() -> None:
    # The README's 1.72 GFLOPS are twice this.
    assert drawn("squeezenet", variant="caffe").cost.macs == 861_339_936
    assert drawn("squeezenet").cost.macs == 861_339_936 - (15 * 15 - 13 * 13) * 512 * 1000


def test_a_wrong_figure_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("convcost.formulas.architectures.squeezenet")
    monkeypatch.setattr(module, "FIRES", (*module.FIRES[:-1], (64, 128)))
    assert first_disagreement("squeezenet")[0] == "fire9.expand1x1"
