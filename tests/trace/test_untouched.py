"""A measured model is afterwards what it was before."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from convcost.core.errors import MeasurementError
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore

from .modules import Written

Shape = tuple[int, ...]


def state(model: nn.Module) -> dict[str, Any]:
    """Everything that a measurement could leave behind; tensors by identity and by value."""
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks", "_state_dict_hooks")
    names = ("_global_forward_hooks", "_global_forward_pre_hooks", "_global_backward_hooks")
    tensors = [*model.named_parameters(remove_duplicate=False), *model.named_buffers(remove_duplicate=False)]
    return {
        "modules": [(name, id(m), type(m), m.training) for name, m in model.named_modules(remove_duplicate=False)],
        "attributes": [sorted(vars(m)) for m in model.modules()],
        "hooks": [[list(getattr(m, hook).items()) for hook in hooks] for m in model.modules()],
        "global hooks": [len(getattr(nn.modules.module, name)) for name in names],
        "tensors": [
            (name, id(t), t.data_ptr(), t._version, t.requires_grad, t.device, t.detach().tolist(), _gradient(t))
            for name, t in tensors
        ],
        "random": torch.get_rng_state().tolist(),
        "grad": torch.is_grad_enabled(),
        "inference": torch.is_inference_mode_enabled(),
    }


def _gradient(tensor: Tensor) -> Any:
    return None if tensor.grad is None else (id(tensor.grad), tensor.grad.tolist())


def network() -> nn.Module:
    """Shared and frozen layers, moving statistics, a hook, gradients, and modes that differ within the model."""
    torch.manual_seed(1)
    conv = nn.Conv2d(3, 3, 3, padding=1)
    model = nn.Sequential(conv, nn.BatchNorm2d(3), nn.Dropout(0.5), conv, nn.InstanceNorm2d(3), nn.Flatten())
    model.append(nn.Linear(3 * 6 * 7, 2))
    model(torch.rand(2, 3, 6, 7)).sum().backward()
    model.get_submodule("6").requires_grad_(False)
    model.register_forward_hook(lambda *_: None)
    conv.register_forward_pre_hook(lambda *_: None)
    model.get_submodule("2").eval()
    return model


MEASURES: list[Callable[[nn.Module, Shape], Any]] = [capture, trace_fvcore]


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("mode", ["mixed", "train", "eval"])
def test_measured_model_is_untouched(measure: Callable[[nn.Module, Shape], Any], mode: str) -> None:
    model = network() if mode == "mixed" else network().train(mode == "train")
    before = state(model)
    measure(model, (2, 3, 6, 7))
    assert state(model) == before


@pytest.mark.parametrize("measure", MEASURES)
def test_model_that_failed_is_untouched(measure: Callable[[nn.Module, Shape], Any]) -> None:
    model = network()
    before = state(model)
    with suppress(MeasurementError):
        assert measure(model, (2, 3, 6, 8)).failed
    assert state(model) == before


def test_model_traced_on_the_cpu_is_untouched() -> None:
    def forward(m: Any, x: Tensor) -> Tensor:
        return m.norm(x) * float(x.sum().item())  # type: ignore[no-any-return]

    model = Written(forward, norm=nn.BatchNorm2d(3))
    before = state(model)
    assert trace_fvcore(model, (2, 3, 6, 7)).device.startswith("cpu")
    assert state(model) == before


def test_state_of_a_model_that_keeps_a_count_is_untouched() -> None:
    def forward(m: Any, x: Tensor) -> Tensor:
        m.seen.append(len(m.seen))
        return x * 2

    model = Written(forward)
    model.seen = [0]  # type: ignore[assignment]
    capture(model, (2, 3))
    trace_fvcore(model, (2, 3))
    assert model.seen == [0]


def _run(model: nn.Module) -> None:
    model(torch.zeros(2, 3, 6, 7))


def _draw(model: nn.Module) -> None:
    torch.rand(1)


def _round_trip(model: nn.Module) -> None:
    model.get_submodule("1").train(not model.get_submodule("1").training)


def _hook(model: nn.Module) -> None:
    model.get_submodule("0").register_forward_hook(lambda *_: None)


def _replace(model: nn.Module) -> None:
    model.get_submodule("6").weight = nn.Parameter(model.get_parameter("6.weight").detach().clone(), False)


def _zero(model: nn.Module) -> None:
    model.zero_grad()


@pytest.mark.parametrize("change", [_run, _draw, _round_trip, _hook, _replace, _zero])
def test_the_check_sees_a_change(change: Callable[[nn.Module], None]) -> None:
    model = network()
    before = state(model)
    change(model)
    assert state(model) != before


@pytest.mark.parametrize("where", ["meta", "cpu"])
def test_inputs_that_a_model_writes_into_stay_as_they_were(where: str) -> None:
    def forward(_: Any, x: Tensor) -> Tensor:
        if where == "cpu":
            x.sum().item()  # has no value on the meta device
        return x.add_(1)

    given = torch.zeros(2, 3)
    for measure in (capture, trace_fvcore):
        measure(Written(forward), given)
    assert given.tolist() == [[0.0] * 3] * 2
