"""A model that is not the paper's turns the verdict and the exit code, and the layer is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

import convcost
from convcost.cli.main import run
from convcost.models import loading
from convcost.models.mobilenet import MobileNetV1


def _replace(model: MobileNetV1, path: str, module: nn.Module) -> None:
    parent, _, name = path.rpartition(".")
    setattr(model.get_submodule(parent), name, module)


def _groups(model: MobileNetV1) -> None:
    _replace(model, "features.8.0.0", nn.Conv2d(512, 512, 3, 1, 1, groups=256, bias=False))


def _stride(model: MobileNetV1) -> None:
    _replace(model, "features.5.0.0", nn.Conv2d(256, 256, 3, 1, 1, groups=256, bias=False))


def _width(model: MobileNetV1) -> None:
    _replace(model, "features.6.1.0", nn.Conv2d(512, 500, 1, bias=False))
    _replace(model, "features.6.1.1", nn.BatchNorm2d(500))
    _replace(model, "features.7.0.0", nn.Conv2d(500, 512, 3, 1, 1, groups=4, bias=False))


def _kernel(model: MobileNetV1) -> None:
    _replace(model, "stem.0", nn.Conv2d(3, 32, 5, 2, 2, bias=False))


def _bias(model: MobileNetV1) -> None:
    _replace(model, "features.12.1.0", nn.Conv2d(1024, 1024, 1, bias=True))


def _dropped(model: MobileNetV1) -> None:
    del model.features[10]


def _added(model: MobileNetV1) -> None:
    _replace(model, "classifier", nn.Sequential(nn.Linear(1024, 1000), nn.Linear(1000, 1000)))


CASES = [
    (_groups, "block9.dw", "groups is 512 in the formula, 256 in the model"),
    (_stride, "block6.dw", "stride is (2, 2) in the formula, (1, 1) in the model"),
    (_width, "block7.pw", "output channels is 512 in the formula, 500 in the model"),
    (_kernel, "conv1", "kernel size is (3, 3) in the formula, (5, 5) in the model"),
    (_bias, "block13.pw", "bias is False in the formula, True in the model"),
    # Blocks 7 to 11 are alike, so the one that is missing is the last of them.
    (_dropped, "block11.dw", "the formula has this layer, the model never calls it"),
    (_added, "classifier.1", "the model calls this, the formula has no such layer"),
]


@pytest.mark.parametrize(("tamper", "layer", "reason"), CASES, ids=[case[0].__name__ for case in CASES])
def test_the_layer_is_named(
    tamper: Callable[[MobileNetV1], None], layer: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with torch.device("meta"):
        model = MobileNetV1()
        tamper(model)
    report = convcost.compare("mobilenet_v1", model=model)
    assert not report.ok
    wrong = [row for row in report.rows if not row.verdict.ok]
    assert layer in [row.layer for row in wrong]
    (row,) = (row for row in wrong if row.layer == layer)
    assert reason in row.reason

    monkeypatch.setattr(loading, "build", lambda *_: model)
    assert run(["compare", "mobilenet_v1"]) == 1


def test_layers_behind_a_changed_stride_say_that_an_earlier_one_differs() -> None:
    with torch.device("meta"):
        model = MobileNetV1()
        _stride(model)
    rows = convcost.compare("mobilenet_v1", model=model).rows
    behind = [row for row in rows if "an earlier layer differs" in row.reason]
    # Everything from block6.pw to block13.pw sees a larger map; the classifier, behind the pool, does not.
    assert [behind[0].layer, behind[-1].layer, len(behind)] == ["block6.pw", "block13.pw", 15]
    assert rows[-1].verdict == "agree"
