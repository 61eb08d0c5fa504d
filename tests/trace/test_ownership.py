"""Every parameter belongs to the call that uses it, however it reaches the product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.utils.prune
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils import parametrizations, parametrize

import convcost
from convcost.trace.capture import Capture, capture

from .modules import Written

PRUNE: Any = torch.nn.utils.prune.l1_unstructured


def uses(found: Capture) -> dict[str, int]:
    """The parameters of each operator that uses some; two operators of one kind together."""
    used: dict[str, int] = {}
    for call in found.calls:
        if call.parameters:
            used[call.name] = used.get(call.name, 0) + call.parameters
    return used


class Square(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, w: Tensor) -> Tensor:
        return x @ w


SQUARE: Any = Square.apply


class Scaled(nn.Module):
    """A parametrization with a parameter of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(4, 1))

    def forward(self, weight: Tensor) -> Tensor:
        return weight * self.gain.exp()


def _parametrized() -> nn.Module:
    layer = nn.Linear(3, 4)
    parametrize.register_parametrization(layer, "weight", Scaled())
    return layer


def _of_a_hypernetwork(m: Any, x: Tensor) -> Tensor:
    return F.linear(x, m.make(m.code).view(4, 3), m.bias)


def _standardised(m: Any, x: Tensor) -> Tensor:
    weight = F.batch_norm(m.weight.view(1, 4, -1), None, None, training=True).view_as(m.weight)
    return F.conv1d(x, weight)


def _adapted(m: Any, x: Tensor) -> Tensor:
    return F.linear(x, m.weight + m.up @ m.down * 0.5)


def _filtered(m: Any, x: Tensor) -> Any:
    spectrum = torch.fft.rfft(x) * torch.view_as_complex(m.weight)[:2]
    return torch.fft.irfft(spectrum)


def _picked(m: Any, x: Tensor) -> Tensor:
    return F.linear(m.table[(x[0] == 0)], m.weight)


def _written(function: Callable[[Any, Tensor], Any], **shapes: tuple[int, ...]) -> Callable[[], nn.Module]:
    return lambda: Written(function, **{name: torch.ones(shape) for name, shape in shapes.items()})


# A model, its input, and the parameters of each operator that uses some, counted from the shapes that are written here.
MODELS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...], dict[str, int]]] = {
    # 16·48 + 48, as GPT-2's layer has them.
    "addmm": (
        _written(lambda m, x: torch.addmm(m.bias, x, m.weight), bias=(48,), weight=(16, 48)),
        (4, 16),
        {"addmm": 816},
    ),
    "einsum": (_written(lambda m, x: torch.einsum("bi,oi->bo", x, m.weight), weight=(4, 3)), (2, 3), {"einsum": 12}),
    "own function": (_written(lambda m, x: SQUARE(x, m.w), w=(8, 6)), (4, 8), {"matmul": 48}),
    # A half of a bank of 8·3 for each of two layers.
    "sliced": (
        _written(lambda m, x: F.linear(x, m.bank[:4]) + F.linear(x, m.bank[4:]), bank=(8, 3)),
        (2, 3),
        {"linear": 24},
    ),
    # 4·3 + 4 each; what computes the weight takes nothing of it.
    "pruned": (lambda: PRUNE(nn.Linear(3, 4), "weight", 2), (2, 3), {"linear": 16}),
    "spectral norm": (lambda: parametrizations.spectral_norm(nn.Linear(3, 4)), (2, 3), {"linear": 16}),
    # Lengths of the 4 rows beside.
    "weight norm": (lambda: parametrizations.weight_norm(nn.Linear(3, 4)), (2, 3), {"linear": 20}),
    "parametrized": (_parametrized, (2, 3), {"linear": 20}),
    "standardised": (_written(_standardised, weight=(4, 3, 5)), (2, 3, 9), {"conv1d": 60}),
    # 4·3 of the weight, 4·2 and 2·3 of what adapts it.
    "adapted": (_written(_adapted, weight=(4, 3), up=(4, 2), down=(2, 3)), (2, 3), {"linear": 26}),
    # The code of 5 and the layer that makes the weight, 5·12 + 12, and the bias of 4.
    "hypernetwork": (
        lambda: Written(_of_a_hypernetwork, code=torch.ones(5), make=nn.Linear(5, 12), bias=torch.ones(4)),
        (2, 3),
        {"linear": 5 + 72 + 4},
    ),
    # Of 3 complex numbers as 3·2 real ones the first 2.
    "viewed as complex and cut": (_written(_filtered, weight=(3, 2)), (5, 2), {"mul": 4}),
    "picked by values": (_written(_picked, table=(7, 3), weight=(4, 3)), (2, 7), {"linear": 33}),
    # A complex parameter of 4·3 counts 12, as numel says.
    "complex": (
        lambda: Written(lambda m, x: torch.view_as_real(x * m.w), w=torch.ones(4, 3, dtype=torch.complex64)),
        (4, 3),
        {"mul": 12},
    ),
    "scale of a norm": (
        _written(lambda m, x: x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True)) * m.weight, weight=(16,)),
        (4, 16),
        {"mul": 16},
    ),
    # Nothing takes the sum of two parameters: it was the addition that used them.
    # No formula, and yet its parameters are its own.
    "without a formula": (
        _written(lambda m, x: torch.linalg.solve(x, m.w), w=(3, 2)),
        (3, 3),
        {"aten::linalg_solve": 6},
    ),
    "never taken": (
        _written(lambda m, x: (x.relu(), m.a + m.b), a=(4,), b=(4,)),
        (2, 3),
        {"add": 8},
    ),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.filterwarnings("ignore")
def test_parameters_belong_to_the_call_that_uses_them(name: str) -> None:
    make, shape, expected = MODELS[name]
    assert uses(capture(make(), shape)) == expected


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.filterwarnings("ignore")
def test_the_sum_of_the_rows_is_that_of_the_model(name: str) -> None:
    make, shape, expected = MODELS[name]
    totals = convcost.compare(make(), inputs=shape).totals
    everything = sum(p.numel() for p in make().parameters())
    assert totals.params_accounted == totals.params_measured == everything
    assert totals.params_unused == everything - sum(expected.values())


def test_shares_of_weights_are_those_that_products_use() -> None:
    make, shape, _ = MODELS["addmm"]
    (share,) = convcost.compare(make(), inputs=shape).comparison.breakdown
    assert (share.kind, share.macs == share.weights == 1) == ("addmm", True)


def test_frozen_parameters_are_told_apart_and_tied_ones_count_once() -> None:
    first, second = nn.Linear(3, 3), nn.Linear(3, 3, bias=False)
    second.weight = first.weight
    first.bias.requires_grad_(False)
    report = convcost.compare(nn.Sequential(first, second), inputs=(2, 3))
    assert (report.totals.params_formula, report.totals.params_frozen) == (12, 3)
    assert "Of the parameters 3 are frozen." in str(report)
