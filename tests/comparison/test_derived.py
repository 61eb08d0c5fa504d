"""Proofs of small networks against real modules that are what is drawn, or differ in one thing."""

from __future__ import annotations

import builtins
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from convcost.comparison.proof import Proof, Residual, prove_derived
from convcost.core.architecture import Architecture, Builder, Option
from convcost.core.errors import MeasurementError
from convcost.core.numeric import Count
from convcost.core.record import Operator, Source
from convcost.core.registry import find
from convcost.symbolic.closed_form import image_form
from convcost.symbolic.resolution import text
from convcost.trace.derive import derive


def _write(builder: Builder, *, resolution: Count, batch: Count, flat: str) -> None:
    """A halving convolution, a depthwise one, and a dense layer on the mean or on the whole map."""
    conv, linear = find(Operator, "conv2d", "operator"), find(Operator, "linear", "operator")
    x = builder.image(batch, 3, resolution, resolution)
    x = builder.call(conv, x, name="first", out_channels=8, kernel_size=3, stride=2, padding=1)
    x = builder.call(conv, x, name="second", out_channels=8, kernel_size=3, padding=1, groups=8)
    if flat == "no":
        x = builder.call(find(Operator, "adaptive_avg_pool2d", "operator"), x, output_size=1)
    x = builder.call(find(Operator, "flatten", "operator"), x)
    builder.call(linear, x, name="fc", out_features=5, bias=True)


NETWORK = Architecture(
    name="small",
    title="A small net",
    build=_write,
    options=(
        Option("resolution", "R", "side", 12, low=4),
        Option("batch", "B", "images", 1),
        Option("flat", "", "no mean before the dense layer", "no", choices=("no", "yes")),
    ),
    source=Source("A paper", "table 1"),
)


def net(*last: nn.Module, padding: int = 1, groups: int = 8, mean: bool = True) -> nn.Sequential:
    pool = [nn.AdaptiveAvgPool2d(1)] if mean else []
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, 2, padding, bias=False),
        nn.Conv2d(8, 8, 3, 1, 1, groups=groups, bias=False),
        *pool,
        nn.Flatten(),
        nn.Linear(8 if mean else 288, 5),
        *last,
    )


def proof(model: nn.Module, **options: Any) -> Proof:
    form = image_form(NETWORK, options)
    return prove_derived(form, derive(model, form.input))


def test_the_same_network_is_proved() -> None:
    found = proof(net())
    assert found.proved
    assert found.words == "B ≥ 1, H ≥ 4, W ≥ 4"
    # 3·8·9 and 8·9 MACs a position, 8·5 an image; 216 + 72 + 45 parameters.
    assert [text(s.terms) for s in found.totals] == ["288·B·⌈H/2⌉·⌈W/2⌉ + 40·B", "333"]


def test_a_flattened_map_fixes_its_size() -> None:
    found = proof(net(mean=False), flat="yes")
    assert found.proved
    # ⌈H/2⌉ = 6.
    assert found.words == "B ≥ 1, H one of 11, 12, W one of 11, 12"


def test_a_network_without_groups_has_a_residual() -> None:
    found = proof(net(groups=1))
    macs, parameters = found.totals
    assert isinstance(macs, Residual)
    # 8·8·9 less 8·9 MACs a position, and as many weights.
    assert macs.sentence == "the model has 504·B·⌈H/2⌉·⌈W/2⌉ more"
    assert macs.counterexample.at == {"B": 1, "H": 4, "W": 4}
    assert [(layer.name, layer.reason) for layer in macs.layers] == [
        ("second", "groups is 8 in the formula, 1 in the model")
    ]
    assert isinstance(parameters, Residual)
    assert parameters.sentence == "the model has 504 more"


def test_a_network_that_rounds_otherwise_differs_at_odd_sizes() -> None:
    # Padded by one before the image and none behind: ⌊H/2⌋ in place of ⌈H/2⌉.
    macs = proof(nn.Sequential(nn.ZeroPad2d((1, 0, 1, 0)), net(padding=0))).totals[0]
    assert isinstance(macs, Residual)
    assert macs.counterexample.at == {"B": 1, "H": 4, "W": 5}
    assert {layer.name for layer in macs.layers} == {"first", "second"}


def test_parameters_that_no_call_uses_are_told() -> None:
    model = net()
    model.register_parameter("spare", nn.Parameter(torch.empty(7)))
    macs, parameters = proof(model).totals
    assert isinstance(parameters, Residual)
    assert not isinstance(macs, Residual)
    assert parameters.sentence == "the model has 7 more"
    assert parameters.layers[0].reason == "parameters that the model has and no call of it uses"


def test_a_call_without_a_formula_is_not_proved() -> None:
    class Odd(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = torch.special.bessel_j0(x)
            return y

    found = proof(net(Odd()))
    assert found.unknown == {"aten::special_bessel_j0": 1}
    assert not found.residuals
    assert not found.proved


@pytest.mark.parametrize(
    "more",
    [
        # One column for an odd width, none for an even one. The lambda finds max when it is called, as a model does.
        lambda width: max([width % 2, 0]),
        lambda width: max(2 * (-(-width // 2)) - width, 0, -1),
        lambda width: min(1, width % 2),
    ],
)
def test_padding_by_a_maximum_is_one_formula(more: Any) -> None:
    class Padded(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return F.pad(x, (0, more(x.shape[3])))

    found = proof(nn.Sequential(Padded(), net()))
    assert found.proved
    assert found.words == "B ≥ 1, H ≥ 4, W ≥ 4"


def test_max_and_min_are_pythons_again_after_a_trace() -> None:
    plain = builtins.max, builtins.min
    derive(net(), (1, 3, 12, 12))
    with pytest.raises(MeasurementError):
        derive(net(), (1, 4, 12, 12))
    assert (builtins.max, builtins.min) == plain
