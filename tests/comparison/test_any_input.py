"""What a model of one's own can be given: several inputs, of several kinds; and what it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import convcost
from tests.trace.modules import Written

# A linear layer from 3 to 4 features on 2 rows: 2·3·4 multiply-accumulates.
ROWS, MACS = (2, 3), 24


class Captioner(nn.Module):
    """An image and whole numbers in, a dict out."""

    def __init__(self) -> None:
        super().__init__()
        self.see = nn.Conv2d(3, 5, 3)
        self.read = nn.Embedding(11, 6)
        self.speak = nn.Linear(6, 7)

    def forward(self, image: Tensor, words: Tensor, scale: float = 1.0) -> dict[str, Tensor]:
        return {"features": self.see(image) * scale, "scores": self.speak(self.read(words))}


# 3·5·9 MACs at 8×6 positions, and 2·4 words of 6·7.
CAPTIONER = 3 * 5 * 9 * 48 + 2 * 4 * 42


@pytest.mark.parametrize(
    "inputs",
    [
        (torch.zeros(1, 3, 10, 8), torch.zeros(2, 4, dtype=torch.int64)),
        {"words": torch.zeros(2, 4, dtype=torch.int64), "image": (1, 3, 10, 8)},
        ((1, 3, 10, 8), torch.zeros(2, 4, dtype=torch.int64), 0.5),
    ],
    ids=["tensors", "by name", "a shape, a tensor, a number"],
)
def test_several_inputs_of_several_kinds(inputs: Any) -> None:
    report = convcost.compare(Captioner(), inputs=inputs)
    assert (report.verdict, report.totals.macs_formula, report.totals.macs_measured) == ("agree", CAPTIONER, CAPTIONER)


def test_one_dict_as_the_only_argument() -> None:
    model = Written(lambda self, batch: self.inner(batch["rows"][0]))
    model.inner = nn.Linear(3, 4)
    assert convcost.compare(model, inputs=({"rows": [torch.zeros(ROWS)]},)).totals.macs_formula == MACS


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        (None, "Linear does not say what it takes; give inputs=(1, 3, 224, 224)"),
        (object(), "an input is a tensor or a shape, not object; nest them in tuples or dicts"),
        ((2, 3.0), "size 2 of the input is 3.0, but must be a whole number"),
        ([True, 3], "size 1 of the input is True, but must be a whole number"),
        ((2, -1), "an input of shape (2, -1) has a size below 0"),
        ((2, 5), "the model cannot run on an input of 2×5: RuntimeError: "),
    ],
)
def test_wrong_inputs_are_one_line(inputs: Any, text: str) -> None:
    with pytest.raises(convcost.ConvcostError) as caught:
        convcost.compare(nn.Linear(3, 4), inputs=inputs)
    assert str(caught.value).startswith(text)
    assert "\n" not in str(caught.value)


def test_whole_numbers_of_numpy_are_sizes() -> None:
    # A linear layer of 3 to 4 on two rows multiplies 2·3·4 = 24 times.
    assert convcost.count(nn.Linear(3, 4), (np.int64(2), 3)).macs == 24
    assert convcost.count(nn.Linear(3, 4), ([np.int32(2), np.uint8(3)],)).macs == 24


def test_options_of_a_paper_are_refused() -> None:
    with pytest.raises(convcost.DomainError, match="Linear is a model and takes no option alpha"):
        convcost.compare(nn.Linear(3, 4), inputs=ROWS, alpha=0.5)


_NOTHING: dict[str, tuple[nn.Module, Any]] = {
    "no rows": (nn.Linear(3, 4), torch.zeros(0, 3)),
    "no images": (nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()), torch.zeros(0, 3, 8, 8)),
    "no columns": (Written(lambda _, pair: pair[0] @ pair[1]), ((torch.zeros(4, 0), torch.zeros(0, 5)),)),
    "a shape": (nn.Linear(3, 4), (0, 3)),
}


@pytest.mark.parametrize("name", _NOTHING)
def test_sizes_of_0_count_as_nothing(name: str) -> None:
    model, inputs = _NOTHING[name]
    report = convcost.compare(model, inputs)
    assert (report.totals.macs_formula, report.totals.fvcore_total, report.verdict) == (0, 0, "agree")


def test_a_part_of_size_0_adds_nothing() -> None:
    model = Written(lambda self, x: (self.inner(x[:0]), self.inner(x)), inner=nn.Linear(3, 4))
    report = convcost.compare(model, ROWS)
    assert (report.totals.macs_formula, report.totals.fvcore_total, report.verdict) == (MACS, MACS, "agree")
