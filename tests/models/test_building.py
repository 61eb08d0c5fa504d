"""Models are built without elements, whatever they compute while they are built."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from convcost.models.building import built_plainly, built_weightless


class OfTensors(nn.Module):
    """Its widths come out of tensors, which have no values on the meta device."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(4, int(width)) for width in torch.linspace(2, 6, 3))
        self.register_buffer("table", torch.arange(3))
        self.tied = nn.Linear(4, 2)
        self.tied.weight = self.layers[0].weight  # type: ignore[assignment]
        shared = nn.Parameter(torch.ones(5))
        shared.mark = "kept"  # type: ignore[attr-defined]
        self.first, self.second = nn.ParameterList([shared]), nn.ParameterList([shared])
        self.register_parameter("none", None)


class OfParameters(nn.Module):
    """Computes with the values of its own parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(3, 3)
        nn.init.ones_(self.first.weight)
        self.second = nn.Linear(3, int(self.first.weight.sum().item()))


WAYS: list[Callable[[], nn.Module]] = [lambda: nn.Linear(4, 3), OfTensors, OfParameters]


def is_meta(model: nn.Module) -> bool:
    return all(tensor.is_meta for tensor in chain(model.parameters(), model.buffers()))


@pytest.mark.parametrize("make", WAYS)
def test_model_has_shapes_and_no_elements(make: Callable[[], nn.Module]) -> None:
    model = built_weightless(make)
    assert is_meta(model)
    assert not any(module.training for module in model.modules())
    assert {k: v.shape for k, v in model.state_dict().items()} == {k: v.shape for k, v in make().state_dict().items()}


def test_shared_parameters_stay_shared_and_keep_their_marks() -> None:
    model = built_weightless(OfTensors)
    assert model.tied.weight is model.layers[0].weight  # type: ignore[union-attr, index]
    assert model.first[0] is model.second[0]  # type: ignore[index]
    assert model.first[0].mark == "kept"  # type: ignore[index, union-attr]


def _state() -> tuple[Any, ...]:
    return torch.get_rng_state().tolist(), random.getstate(), [str(part) for part in np.random.get_state()]


def _draws() -> nn.Module:
    random.random()  # noqa: S311
    np.random.random()
    torch.manual_seed(int(torch.rand(1, device="cpu") * 100))
    return nn.Linear(3, 3)


@pytest.mark.parametrize("build", [built_weightless, built_plainly])
@pytest.mark.parametrize("make", [*WAYS, _draws])
def test_random_state_is_kept(build: Callable[[Any], nn.Module], make: Callable[[], nn.Module]) -> None:
    before = _state()
    build(make)
    assert _state() == before
    make()
    assert _state() != before  # the check sees a draw


def _raises() -> nn.Module:
    random.random()  # noqa: S311
    torch.rand(1, device="cpu")
    raise KeyError("no such width")


@pytest.mark.parametrize("build", [built_weightless, built_plainly])
def test_failure_leaves_nothing_behind(build: Callable[[Any], nn.Module]) -> None:
    before = _state()
    with pytest.raises(KeyError, match="no such width"):
        build(_raises)
    assert _state() == before
    assert not nn.modules.module._global_parameter_registration_hooks
    assert nn.Linear(2, 2).weight.device.type == torch.empty(0).device.type == "cpu"


def test_parameters_do_not_pile_up_where_the_meta_device_fails() -> None:
    """A layer that a module has taken holds no memory while the next one is made."""

    class Big(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.ones(1).item()
            self.layers = nn.ModuleList(nn.Linear(64, 64) for _ in range(8))
            alive.append(sum(p.numel() for p in self.parameters() if not p.is_meta))

    alive: list[int] = []
    assert is_meta(built_weightless(Big))
    assert alive == [0]


def test_lazy_module_is_left_to_be_filled() -> None:
    class Lazy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.ones(1).item()
            self.layer = nn.LazyLinear(3)

    assert isinstance(built_weightless(Lazy).layer, nn.LazyLinear)


def test_plain_model_is_initialised() -> None:
    model = built_plainly(lambda: nn.BatchNorm1d(3))
    assert not model.training
    assert model.weight.tolist() == [1, 1, 1]  # type: ignore[operator]
