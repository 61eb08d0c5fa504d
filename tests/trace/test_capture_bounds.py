"""Parameters of a capture, the names that fvcore knows its calls by, and models that cannot run."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.core.errors import MeasurementError
from convcost.models.torchvision_and_timm import torchvision_model
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore

from .modules import SMALL, Written


@pytest.mark.parametrize(
    ("name", "parameters"),
    # The numbers of parameters that torchvision's documentation prints for its weights.
    [("squeezenet1_1", 1_235_496), ("mobilenet_v2", 3_504_872), ("resnet18", 11_689_512)],
)
def test_parameters_of_a_network(name: str, parameters: int) -> None:
    captured = capture(torchvision_model(name), (1, 3, 64, 64))
    assert captured.parameters == parameters
    assert sum(call.parameters for call in captured.calls) == parameters


def test_parameters_that_no_call_uses_are_in_the_total_only() -> None:
    captured = capture(Written(lambda m, x: m.used(x), used=nn.Linear(4, 3), never=nn.Linear(4, 9)), (2, 4))
    assert [call.parameters for call in captured.calls] == [15]
    assert captured.parameters == 15 + 45


def test_view_of_a_parameter_is_that_parameter() -> None:
    def forward(m: Any, x: Tensor) -> Tensor:
        return F.linear(F.linear(x, m.weight.t()), m.weight)

    calls = capture(Written(forward, weight=torch.ones(4, 3)), (2, 4)).calls
    assert [call.parameters for call in calls] == [12, 0]


def test_parts_of_a_parameter_belong_to_the_calls_that_take_them() -> None:
    def forward(m: Any, x: Tensor) -> Tensor:
        first, second = m.packed[:4], m.packed[4:]
        return F.linear(F.linear(x, first), second)

    calls = capture(Written(forward, packed=torch.ones(7, 4)), (2, 4)).calls
    assert [call.parameters for call in calls] == [16, 12]


def test_parameter_that_is_only_looked_at_is_left_for_the_call_that_takes_it() -> None:
    def forward(m: Any, x: Tensor) -> Tensor:
        m.weight.t()
        return F.linear(x, m.weight)

    (call,) = capture(Written(forward, weight=torch.ones(4, 3)), (2, 3)).calls
    assert call.parameters == 12


@pytest.mark.parametrize("name", SMALL)
def test_every_call_that_fvcore_counts_is_captured_under_the_same_name(name: str) -> None:
    make, shape = SMALL[name]
    model = make()
    counted = Counter((call.path, call.aten) for call in trace_fvcore(model, shape).calls)
    assert counted - Counter((call.path, call.aten) for call in capture(model, shape).calls) == Counter()


def _raises(_: Any, x: Tensor) -> Tensor:
    raise KeyError("first\nsecond")


@pytest.mark.parametrize(
    ("model", "shape", "start"),
    [
        (nn.Conv2d(3, 4, 3), (1, 5, 8, 8), "the model cannot run on an input of 1×5×8×8: RuntimeError: "),
        (nn.Linear(3, 4), (2, 7), "the model cannot run on an input of 2×7: RuntimeError: "),
        (Written(_raises), (2, 7), "the model cannot run on an input of 2×7: KeyError: "),
    ],
    ids=["channels", "features", "raises"],
)
def test_model_that_cannot_run_is_one_line(model: nn.Module, shape: tuple[int, ...], start: str) -> None:
    with pytest.raises(MeasurementError) as caught:
        capture(model, shape)
    assert str(caught.value).startswith(start)
    assert "\n" not in str(caught.value)


def test_model_that_cannot_be_copied_and_cannot_run_is_one_line() -> None:
    model = nn.Linear(3, 4)
    model.lock = threading.Lock()  # type: ignore[assignment]
    with pytest.raises(MeasurementError) as caught:
        capture(model, (2, 7))
    assert "\n" not in str(caught.value)


def test_failed_model_leaves_no_hook_behind() -> None:
    with pytest.raises(MeasurementError):
        capture(nn.Sequential(nn.Sequential(nn.Linear(3, 4))), (2, 7))
    hooks = nn.modules.module
    assert not hooks._global_forward_hooks
    assert not hooks._global_forward_pre_hooks
    (call,) = capture(nn.Sequential(nn.Linear(3, 4)), (2, 3)).calls
    assert call.path == "0"
