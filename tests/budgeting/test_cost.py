"""What a comparison costs: fvcore's own activation count beside it, and calls whose formula does not hold."""

from __future__ import annotations

import warnings
from dataclasses import replace

import pytest
import torch
from torch import nn

import convcost
from convcost.budgeting.cost import ModelCosts
from convcost.budgeting.project import PartialCount
from convcost.comparison.judge import Judge
from convcost.comparison.result import Verdict
from convcost.models.loading import load

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fvcore.nn import ActivationCountAnalysis


class Net(nn.Module):
    """Convolutions with stride and groups, a norm and an activation between, a classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.norm = nn.Conv2d(3, 12, 5, stride=2), nn.BatchNorm2d(12)
        self.mix, self.head = nn.Conv2d(12, 18, 3, groups=3, padding=1), nn.Linear(18, 7)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.head(torch.relu(self.mix(self.norm(self.stem(x)))).mean((2, 3)))
        return out


@pytest.mark.parametrize("shape", [(2, 3, 18, 29), (1, 3, 33, 8)])
def test_activations_are_those_that_fvcore_counts(shape: tuple[int, ...]) -> None:
    model = Net().eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        counted = ActivationCountAnalysis(model, torch.zeros(shape)).unsupported_ops_warnings(False)
        expected = counted.total()
    assert ModelCosts.of(convcost.compare(model, inputs=shape).comparison).activations == expected


def test_parameters_are_pytorchs() -> None:
    model = load("torchvision:vit_b_16").module
    costs = ModelCosts.of(convcost.compare(model, inputs=(1, 3, 224, 224)).comparison)
    assert costs.params == sum(parameter.numel() for parameter in model.parameters())


def test_a_formula_that_derives_another_output_counts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    # No formula of the book is known to: the model's side is made to say something else.
    original = Judge.call_row

    def lies(self: Judge, measured: object, name: str) -> object:
        if name == "mix":
            call = measured.call  # type: ignore[attr-defined]
            measured = replace(measured, call=replace(call, output=(*call.output[:-1], call.output[-1] + 1)))  # type: ignore[type-var]
        return original(self, measured, name)  # type: ignore[arg-type]

    monkeypatch.setattr(Judge, "call_row", lies)
    comparison = convcost.compare(Net(), inputs=(1, 3, 18, 29)).comparison
    (row,) = [row for row in comparison.rows if row.layer == "mix"]
    assert row.verdict is Verdict.DISAGREE
    costs = ModelCosts.of(comparison)
    assert costs.uncounted == {"conv2d": 1}
    # 3·12·25 on 7×13 and 18·7 are left.
    assert costs.count("macs") == PartialCount(900 * 7 * 13 + 126, exact=False)
    assert costs.count("activations") == PartialCount(12 * 7 * 13 + 7, exact=False)
