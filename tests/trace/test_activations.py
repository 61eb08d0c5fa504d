"""Every activation of torch.nn is in the book, module by module."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.nn.modules import activation

from convcost.trace.capture import capture

# Needs three inputs, and is a layer rather than an activation.
LAYER = {"MultiheadAttention"}
SETTINGS: dict[str, Callable[[], nn.Module]] = {"Threshold": lambda: nn.Threshold(0.1, 20.0)}
# PyTorch writes these as several operators (torch/nn/functional.py).
PARTS = {"Softsign": ["abs", "add", "div"], "Tanhshrink": ["tanh", "sub"], "Softmin": ["neg", "softmax"]}
NAMED = {
    "Softmax2d": "softmax",
    "LogSoftmax": "log_softmax",
    "LeakyReLU": "leaky_relu",
    "LogSigmoid": "logsigmoid",
}
MODULES = sorted(
    name for name, kind in vars(activation).items() if name in activation.__all__ and inspect.isclass(kind)
)


def test_the_walk_finds_them_all() -> None:
    # A guard against an empty table; torch 2.13 has 29, attention included.
    assert len(MODULES) >= 29
    assert set(MODULES) > {*LAYER, *SETTINGS, *PARTS, *NAMED}


@pytest.mark.parametrize("name", sorted(set(MODULES) - LAYER))
def test_activation_has_a_formula(name: str) -> None:
    kind = getattr(nn, name)
    along = "dim" in inspect.signature(kind).parameters
    model = SETTINGS[name]() if name in SETTINGS else kind(dim=1) if along else kind()
    calls = capture(model, (2, 6, 3, 4)).calls
    assert [call.name for call in calls] == PARTS.get(name, [NAMED.get(name, name.lower())])


@pytest.mark.parametrize(
    ("low", "high", "operator"),
    [(0.0, 6.0, "relu6"), (0, 6, "relu6"), (-1.0, 1.0, "hardtanh"), (0.0, 20.0, "hardtanh")],
)
def test_hardtanh_by_its_bounds(low: float, high: float, operator: str) -> None:
    (call,) = capture(nn.Hardtanh(low, high), (2, 3)).calls
    assert call.name == operator


def test_relu6_spelled_as_a_clamp_is_a_clamp() -> None:
    class Clamped(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.clamp(0, 6)

    (call,) = capture(Clamped(), (2, 3)).calls
    assert (call.name, call.inputs) == ("clamp", ((2, 3),))
