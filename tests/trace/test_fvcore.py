"""The weightless trace is plain fvcore's: total, by module and operator, and what it has no handle for."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from torch import Tensor, nn

from convcost.models.mobilenet import MobileNetV1
from convcost.models.torchvision_and_timm import torchvision_model
from convcost.trace.capture import capture
from convcost.trace.fvcore import Counted, FvcoreTrace, trace_fvcore

from .modules import SMALL
from .plain import plain, with_ancestors


def fast(model: nn.Module, shape: tuple[int, ...]) -> FvcoreTrace:
    """Count without weights, where a capture leaves no doubt."""
    return trace_fvcore(model, shape, capture(model, shape))


@pytest.mark.parametrize("name", SMALL)
def test_small_model_as_plain_fvcore_on_the_cpu(name: str) -> None:
    make, shape = SMALL[name]
    model = make()
    counted = fast(model, shape)
    assert counted.device == "meta"
    assert with_ancestors(counted) == plain(model, shape)


@pytest.mark.parametrize("variant", ["paper", "shallow", "full-conv"])
def test_mobilenet_v1_as_plain_fvcore_on_the_cpu(variant: str) -> None:
    model = MobileNetV1(Fraction(1, 4), 10, variant)
    counted = fast(model, (2, 3, 33, 32))
    assert counted.device == "meta"
    assert with_ancestors(counted) == plain(model, (2, 3, 33, 32))


@pytest.mark.parametrize("name", ["squeezenet1_1", "mobilenet_v2", "resnet18"])
def test_torchvision_model_as_plain_fvcore_on_the_cpu(name: str) -> None:
    model = torchvision_model(name)
    counted = fast(model, (1, 3, 64, 64))
    assert counted.device == "meta"
    assert with_ancestors(counted) == plain(model, (1, 3, 64, 64))


def test_padding_same_keeps_fvcores_fault() -> None:
    # Right is 16·14·14·32·4·4 = 1,605,632; fvcore has no handle for the word and prints 0.
    counted = fast(nn.Conv2d(16, 32, 4, padding="same"), (1, 16, 14, 14))
    assert counted.total == 0
    assert counted.calls == ()
    assert counted.unsupported == {"": Counter({"aten::_convolution_mode": 1})}


def test_shared_module_is_counted_at_each_call_under_its_first_name() -> None:
    make, shape = SMALL["shared"]
    # 3·3·3·3 weights at 6·7 positions.
    assert fast(make(), shape).calls == (Counted("0.0", "aten::_convolution", (1, 3, 6, 7), 81 * 42),) * 2


def test_unused_branch_is_not_in_the_trace() -> None:
    make, shape = SMALL["unused branch"]
    assert fast(make(), shape).calls == (Counted("used", "aten::linear", (2, 3), 2 * 4 * 3),)


@pytest.mark.parametrize(
    "other",
    [
        nn.Conv2d(6, 15, (3, 5), (2, 3), (1, 1), groups=3),
        nn.Conv2d(6, 15, (5, 3), (2, 3), (1, 2), groups=3),
        nn.Conv2d(6, 15, (3, 5), (2, 3), (1, 2), groups=1),
        nn.Conv2d(6, 15, (3, 5), (2, 2), (1, 2), groups=3),
        nn.Conv2d(6, 15, (3, 5), (2, 3), (1, 2), (2, 1), groups=3),
    ],
    ids=str,
)
def test_the_check_sees_a_changed_layer(other: nn.Module) -> None:
    make, shape = SMALL["conv2d"]
    assert with_ancestors(fast(other, shape)) != plain(make(), shape)


def test_the_check_sees_a_moved_layer() -> None:
    flat, nested = nn.Sequential(nn.Linear(3, 3)), nn.Sequential(nn.Sequential(nn.Linear(3, 3)))
    assert with_ancestors(fast(nested, (2, 3))).total == plain(flat, (2, 3)).total
    assert with_ancestors(fast(nested, (2, 3))) != plain(flat, (2, 3))


class _Named(nn.Module):
    """Modules in a row under names of any kind."""

    def __init__(self, **modules: nn.Module) -> None:
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, x: Tensor) -> Tensor:
        for module in self.children():
            x = module(x)
        return x


@pytest.mark.parametrize("names", [("a/",), ("a/b", "b"), ("b/", "c")])
def test_slash_in_a_name_keeps_plain_fvcores_total_and_the_modules_own_path(names: tuple[str, ...]) -> None:
    model = _Named(**{name: nn.Conv2d(3, 3, 3) for name in names})
    counted, printed = fast(model, (1, 3, 9, 8)), plain(model, (1, 3, 9, 8))
    assert counted.total == printed.total
    # 81 weights at 7·6 positions, then at 5·4.
    assert [(call.path, call.count) for call in counted.calls] == list(zip(names, (81 * 42, 81 * 20), strict=False))


@pytest.mark.parametrize("names", [("a/b",), ("a/model",)])
def test_slash_in_a_name_that_plain_fvcore_refuses(names: tuple[str, ...]) -> None:
    model = _Named(**{name: nn.Conv2d(3, 3, 3) for name in names})
    with pytest.raises(KeyError) as its_own:
        plain(model, (1, 3, 9, 8))
    assert fast(model, (1, 3, 9, 8)).failed == f"KeyError: {its_own.value}"
