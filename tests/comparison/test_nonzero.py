"""Weights that are zero multiply nothing: pruned models against the ones probe with a mask for the weight."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.utils.prune
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

import convcost
from tests.trace.modules import Written

PRUNE: Any = torch.nn.utils.prune.random_unstructured
# A layer, its input's shape, and the same as a function of an input of ones and a mask, padding made of ones too.
LAYERS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...], Callable[[Tensor, Tensor], Tensor]]] = {
    "linear": (lambda: nn.Linear(7, 5), (3, 7), F.linear),
    "conv2d": (
        lambda: nn.Conv2d(4, 6, 3, stride=2, padding=1),
        (2, 4, 9, 8),
        lambda x, w: F.conv2d(F.pad(x, (1, 1, 1, 1), value=1.0), w, stride=2),
    ),
    "grouped": (lambda: nn.Conv2d(4, 8, (3, 2), groups=2), (2, 4, 9, 8), lambda x, w: F.conv2d(x, w, groups=2)),
    "transposed": (lambda: nn.ConvTranspose1d(4, 6, 3, 2), (2, 4, 9), lambda x, w: F.conv_transpose1d(x, w, stride=2)),
}


def probed(function: Callable[[Tensor, Tensor], Tensor], shape: tuple[int, ...], weight: Tensor) -> int:
    """The sum of the output where all is ones, and zero where the weight is zero: one for each product that is left."""
    return int(function(torch.ones(shape).double(), (weight != 0).double()).sum())


@pytest.mark.parametrize("name", LAYERS)
def test_pruned_layers_cost_what_the_ones_probe_counts(name: str) -> None:
    make, shape, function = LAYERS[name]
    layer: Any = make()
    whole = convcost.count(layer, shape).macs
    assert convcost.count(layer, shape, nonzero=True).macs == whole == probed(function, shape, layer.weight)
    PRUNE(layer, "weight", 11)
    left = convcost.count(layer, shape, nonzero=True).macs
    assert left == probed(function, shape, layer.weight) < whole
    assert convcost.count(layer, shape).macs == whole


def test_weights_that_are_added_up_or_sliced_are_looked_at_as_they_multiply() -> None:
    model: Any = Written(lambda m, x: x @ (m.a + m.b)[:, :2], a=torch.tensor([[1.0, 2, 3]] * 2), b=torch.zeros(2, 3))
    model.b.data[:] = torch.tensor([[-1.0, 0, 0], [0, 0, 0]])
    # Of 2·2 weights that are left one is 1 - 1 = 0: 5 rows times 3.
    assert convcost.count(model, (5, 2), nonzero=True).macs == 15


def test_products_without_weights_count_whole() -> None:
    assert convcost.count(Written(lambda _, x: x @ x.mT), (4, 3), nonzero=True).macs == 4 * 3 * 4


def test_a_model_without_values_and_a_paper_have_no_zeros() -> None:
    with pytest.raises(convcost.MeasurementError, match="weights have no values"):
        convcost.count(nn.Linear(3, 4, device="meta"), (2, 3), nonzero=True)
    with pytest.raises(convcost.DomainError, match="has no weights to be zero"):
        convcost.count("mobilenet_v1", nonzero=True)


def test_a_file_of_the_users(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(
        "import torch\n"
        "from torch.nn.utils import prune\n"
        "def net():\n"
        "    return prune.l1_unstructured(torch.nn.Linear(6, 5), 'weight', 10)\n"
    )
    # 20 of 30 weights are left, for each of 4 rows.
    assert convcost.count(f"{file}:net", (4, 6), nonzero=True).macs == 80
