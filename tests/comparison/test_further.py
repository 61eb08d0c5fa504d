"""What a user is told of recurrent nets, interpolation, samples and tables."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  as everyone calls it
from torch import nn

import convcost
from convcost.comparison.result import Verdict
from tests.trace.modules import Written

TOKENS = torch.zeros(2, 3, dtype=torch.int64)
SAMPLE = Written(lambda _, x: F.grid_sample(x, x.new_zeros(1, 14, 14, 2), mode="bicubic", align_corners=False))
# Model, inputs, multiply-accumulates by the formula, fvcore's count, parameters, verdict, reason. Torch on meta counts
# 84,000 for the LSTM as well; 16·14·14 = 3,136 elements come out; each of the 2·4·5 positions is 2·3 times (x, y, 1).
TOLD: dict[str, tuple[nn.Module, Any, int, int | None, int, Verdict, str]] = {
    "lstm": (
        nn.LSTM(20, 30),
        (2, 7, 20),
        84_000,
        None,
        6_240,
        Verdict.UNCOUNTED,
        "fvcore has no handle for aten::lstm",
    ),
    "nearest": (
        nn.Upsample(scale_factor=2),
        (1, 16, 7, 7),
        0,
        3_136,
        0,
        Verdict.CONVENTION,
        "fvcore counts 1 per output element of a nearest interpolation",
    ),
    "bilinear": (
        nn.Upsample(size=(14, 14), mode="bilinear"),
        (1, 16, 7, 7),
        0,
        12_544,
        0,
        Verdict.CONVENTION,
        "fvcore counts 4 per output element of a bilinear interpolation",
    ),
    "bicubic": (
        nn.Upsample(scale_factor=2, mode="bicubic"),
        (1, 16, 7, 7),
        0,
        None,
        0,
        Verdict.UNCOUNTED,
        "fvcore has no handle for aten::upsample_bicubic2d",
    ),
    "grid sample": (
        SAMPLE,
        (1, 16, 7, 7),
        0,
        12_544,
        0,
        Verdict.CONVENTION,
        "fvcore counts 4 per output element of a grid sample, whatever the mode and the axes",
    ),
    "affine grid": (
        Written(lambda _, x: F.affine_grid(x, [2, 1, 4, 5], align_corners=False)),
        (2, 2, 3),
        240,
        None,
        0,
        Verdict.UNCOUNTED,
        "fvcore has no handle for aten::affine_grid_generator",
    ),
    "embedding": (
        nn.Embedding(5, 7),
        TOKENS,
        0,
        None,
        35,
        Verdict.UNCOUNTED,
        "fvcore has no handle for aten::embedding",
    ),
    "bags": (
        nn.EmbeddingBag(5, 7),
        TOKENS,
        0,
        None,
        35,
        Verdict.UNCOUNTED,
        "fvcore has no handle for aten::embedding_bag",
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_verdict_and_reason(name: str) -> None:
    model, inputs, *told = TOLD[name]
    comparison = convcost.compare(model, inputs=inputs).comparison
    (row,) = comparison.rows
    assert [row.macs_formula, row.macs_measured, row.params_formula, row.verdict, row.reason] == told
    assert comparison.unseen == ()


def test_cell_agrees_in_its_two_products() -> None:
    rows = convcost.compare(nn.GRUCell(3, 4), inputs=(5, 3)).comparison.layers
    # 5·3·12 and 5·4·12.
    assert [(row.operator, row.macs_measured, row.verdict) for row in rows] == [
        ("linear", 180, Verdict.AGREE),
        ("linear", 240, Verdict.AGREE),
    ]
