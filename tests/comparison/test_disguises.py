"""Models that cost something else than the paper's net, dressed up so that a careless comparison would agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

import convcost
from convcost.models.mobilenet import MobileNetV1


class Disguised(MobileNetV1):
    """MobileNet V1 with something done to the features on the way."""

    def __init__(self, change: Callable[[MobileNetV1, Tensor], Tensor]) -> None:
        super().__init__()
        self.change = change

    def forward(self, x: Tensor) -> Tensor:
        features = self.change(self, self.features(self.stem(x)))
        logits: Tensor = self.classifier(self.pool(features).flatten(1))
        return logits.softmax(dim=1)


def _active_dropout(_: MobileNetV1, x: Tensor) -> Tensor:
    return F.dropout(x, 0.5, training=True)


def _scaled_sum(_: MobileNetV1, x: Tensor) -> Tensor:
    return torch.add(x, x, alpha=2)


def _in_place_list(_: MobileNetV1, x: Tensor) -> Tensor:
    torch._foreach_mul_([x], [x])
    return x


def _only_when_traced(_: MobileNetV1, x: Tensor) -> Tensor:
    return torch.erf(x) if torch._C._get_tracing_state() else x


def _extra_convolution(model: MobileNetV1, x: Tensor) -> Tensor:
    weight: Any = model.get_submodule("features.12.1.0").weight
    return F.conv2d(x, weight)


def _idle_convolution(model: MobileNetV1, x: Tensor) -> Tensor:
    _extra_convolution(model, x)
    return x


CHANGES = [_active_dropout, _scaled_sum, _in_place_list, _only_when_traced, _extra_convolution, _idle_convolution]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_is_seen_through(change: Callable[[MobileNetV1, Tensor], Tensor]) -> None:
    with torch.device("meta"):
        model = Disguised(change)
    assert not convcost.compare("mobilenet_v1", model=model).ok


def test_nothing_changed_agrees() -> None:
    with torch.device("meta"):
        model = Disguised(lambda _, x: x)
    assert convcost.compare("mobilenet_v1", model=model).ok


def test_layers_whose_output_is_thrown_away_disagree() -> None:
    """Four of the five 14×14×512 blocks run for nothing: fvcore's trace prunes them, and counts 37 % less."""

    class Idle(nn.Module):
        def __init__(self, block: nn.Module) -> None:
            super().__init__()
            self.block = block

        def forward(self, x: Tensor) -> Tensor:
            self.block(x)
            return x

    with torch.device("meta"):
        model = MobileNetV1()
        for number in range(6, 10):
            model.features[number] = Idle(model.features[number])
    report = convcost.compare("mobilenet_v1", model=model)
    assert not report.ok
    idle = [row.layer for row in report.rows if row.verdict == "disagree"]
    assert idle == [f"block{number}.{part}" for number in range(7, 11) for part in ("dw", "pw")]


def test_operands_of_a_sum_may_stand_in_any_order() -> None:
    class Gate(nn.Module):
        def __init__(self, first: bool) -> None:
            super().__init__()
            self.first = first

        def forward(self, x: Tensor) -> Tensor:
            gate = x.mean((2, 3), keepdim=True)
            return gate * x if self.first else x * gate

    calls = [convcost.capture(Gate(first), (1, 3, 5, 7)).calls[-1] for first in (True, False)]
    from convcost.comparison.align import signature

    kinds = {signature(call) for call in calls}
    assert len(kinds) == 1


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
def test_another_floating_point_type_is_the_same_net(dtype: torch.dtype) -> None:
    with torch.device("meta"):
        model = MobileNetV1().to(dtype)
    assert convcost.compare("mobilenet_v1", model=model).ok


def test_a_model_that_cannot_run_is_said_to_be_so() -> None:
    class Wrong(MobileNetV1):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x).narrow(1, 999, 5)

    with torch.device("meta"):
        model = Wrong()
    with pytest.raises(convcost.MeasurementError, match="cannot run on an input"):
        convcost.compare("mobilenet_v1", model=model)
