"""Complex numbers, whole ones and sparse matrices are said to be such."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

import convcost
from tests.trace.modules import Written

COMPLEX = torch.complex64
# A layer of complex numbers, its input's shape, its complex multiply-accumulates, and what plain fvcore prints.
LAYERS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...], int, int]] = {
    # 4·5·5 outputs of 2·3·3 each; PyTorch makes three real convolutions of it.
    "conv2d": (lambda: nn.Conv2d(2, 4, 3, padding=1, dtype=COMPLEX), (1, 2, 5, 5), 1800, 5400),
    "conv1d": (lambda: nn.Conv1d(2, 4, 3, bias=False, dtype=COMPLEX), (1, 2, 7), 4 * 5 * 6, 3 * 120),
    "transposed": (lambda: nn.ConvTranspose1d(2, 4, 3, dtype=COMPLEX), (1, 2, 7), 2 * 7 * 4 * 3, 3 * 168),
    "groups": (lambda: nn.Conv2d(4, 4, 3, groups=2, dtype=COMPLEX), (1, 4, 5, 5), 4 * 9 * 2 * 9, 3 * 648),
    # Of other products it counts a complex multiply-accumulate as one.
    "linear": (lambda: nn.Linear(3, 4, dtype=COMPLEX), (5, 3), 60, 60),
}


@pytest.mark.parametrize("name", LAYERS)
def test_complex_products_are_labelled_and_fvcores_number_is_explained(name: str) -> None:
    make, shape, macs, prints = LAYERS[name]
    report = convcost.compare(make(), inputs=torch.zeros(shape, dtype=COMPLEX))
    (row,) = report.rows
    assert (row.macs_formula, row.macs_measured, report.totals.fvcore_total) == (macs, prints, prints)
    assert report.ok
    assert report.verdict == ("agree" if macs == prints else "convention")
    assert row.kind.endswith(" (complex)")
    assert f"Of the MACs {macs:,} are of complex numbers: {4 * macs:,} of real ones (--real)." in report.to_markdown()


@pytest.mark.parametrize("name", LAYERS)
def test_real_counts_four_for_one(name: str) -> None:
    make, shape, macs, prints = LAYERS[name]
    report = convcost.compare(make(), inputs=torch.zeros(shape, dtype=COMPLEX), real=True)
    assert (report.totals.macs_formula, report.totals.macs_measured) == (4 * macs, prints)
    assert (report.verdict, report.ok) == ("convention", True)
    assert convcost.count(make(), torch.zeros(shape, dtype=COMPLEX), real=True).macs == 4 * macs
    assert convcost.count(make(), torch.zeros(shape, dtype=COMPLEX)).macs == macs


def test_real_changes_nothing_of_real_numbers() -> None:
    plain, real = (convcost.compare(nn.Linear(3, 4), inputs=(5, 3), real=real) for real in (False, True))
    assert plain.rows == real.rows


def test_whole_numbers_are_labelled() -> None:
    model = Written(lambda m, x: torch._int_mm(x.to(torch.int8), m.weight))
    model.register_buffer("weight", torch.zeros(16, 8, dtype=torch.int8))
    report = convcost.count(model, (32, 16))
    assert report.macs == 32 * 16 * 8
    assert "Of the MACs 4,096 are of whole numbers (int8)." in report.to_markdown()


def test_the_report_says_how_many_entries_a_sparse_matrix_keeps() -> None:
    model = Written(lambda m, x: F.relu(m.adjacency @ x))
    model.register_buffer("adjacency", torch.eye(5).to_sparse())
    report = convcost.compare(model, inputs=(5, 6))
    assert (report.totals.macs_formula, report.ok) == (30, True)
    assert "the matrix is sparse, and only the 5 of 25 entries that are kept multiply" in report.to_markdown()
