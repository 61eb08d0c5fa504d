"""An input that a model cannot run on shows the form that is needed."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from convcost.core.errors import MeasurementError
from convcost.core.spec import parse_inputs
from convcost.trace.capture import capture


class _Two(nn.Module):
    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        return x * mask


class _Images(nn.Module):
    def forward(self, images: list[Tensor]) -> Tensor:
        return torch.stack(images + images)


class _Batch(nn.Module):
    def forward(self, batch: dict[str, Tensor], *, scale: float = 1.0) -> Tensor:
        return batch["image"] * scale


class _Crop(nn.Module):
    def forward(self, x: Tensor, size: int, flip: bool = False) -> Tensor:
        return x[:, :size].flip(1) if flip else x[:, :size]


class _Looked(nn.Module):
    def forward(self, batch: Any) -> Any:
        return batch.get("image")


@pytest.mark.parametrize(
    ("model", "wrong", "says", "right"),
    [
        (_Two(), ["1,3"], "it takes --input x=SIZES --input mask=SIZES", ["x=1,3", "mask=1,3"]),
        (_Two(), ["x=1,3", "masks=1,3"], "it takes --input x=SIZES --input mask=SIZES", ["1,3", "ones:1,3"]),
        (_Images(), ["1,3"], 'it takes --input "images=[SIZES; SIZES]"', ["images=[1,3; 1,3]"]),
        (_Batch(), ["1,3"], 'it takes --input "batch={NAME=SIZES}"', ["{image=1,3}"]),
        (_Crop(), ["1,3", "2"], 'it takes --input x=SIZES --input "size=value(7)"', ["1,3", "value(2)"]),
        (_Crop(), ["1,3"], 'it takes --input x=SIZES --input "size=value(7)"', ["x=1,3", "size=value(2)", "flip=true"]),
        (_Looked(), ["1,3"], 'a dict is typed as --input "{NAME=SIZES}"', ["{image=1,3}"]),
        (nn.Embedding(5, 3), ["1,3"], "did you mean --input int64:1,3?", ["int64:1,3"]),
    ],
)
def test_wrong_input_shows_the_form(model: nn.Module, wrong: list[str], says: str, right: list[str]) -> None:
    with pytest.raises(MeasurementError) as raised:
        capture(model, parse_inputs(wrong))
    assert str(raised.value).endswith(says)
    assert "\n" not in str(raised.value)
    capture(model, parse_inputs(right))


def test_error_of_the_models_own_has_no_form() -> None:
    with pytest.raises(MeasurementError) as raised:
        capture(nn.Linear(3, 4), (2, 5))
    assert "it takes" not in str(raised.value)
