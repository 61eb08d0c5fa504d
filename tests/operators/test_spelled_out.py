"""Operators under the names that they are run by, and what arrives with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  as everyone calls it
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from convcost.core.record import Operator
from convcost.core.registry import find
from convcost.trace.capture import capture
from tests.trace.modules import Written

from .case import Applied

aten = torch.ops.aten
Function = Callable[[Tensor], Any]
SPELLED: dict[str, tuple[Function, Function]] = {
    "native_layer_norm": (
        lambda x: torch.native_layer_norm(x, [5], None, None, 1e-5)[0],
        lambda x: F.layer_norm(x, [5]),
    ),
    "native_group_norm": (
        lambda x: torch.native_group_norm(x, None, None, 2, 6, 20, 3, 1e-5)[0],
        lambda x: F.group_norm(x, 3),
    ),
    "native_batch_norm": (
        lambda x: torch.native_batch_norm(x, None, None, None, None, True, 0.1, 1e-5)[0],
        lambda x: F.batch_norm(x, None, None, training=True),
    ),
    "_batch_norm_impl_index": (
        lambda x: torch._batch_norm_impl_index(x, None, None, None, None, True, 0.1, 1e-5, False)[0],
        lambda x: F.batch_norm(x, None, None, training=True),
    ),
    "_native_batch_norm_legit_no_training": (
        lambda x: aten._native_batch_norm_legit_no_training(x, None, None, *_statistics(x), 0.1, 1e-5)[0],
        lambda x: F.batch_norm(x, *_statistics(x)),
    ),
    "_adaptive_avg_pool2d": (
        lambda x: aten._adaptive_avg_pool2d(x, [2, 3]),
        lambda x: F.adaptive_avg_pool2d(x, (2, 3)),
    ),
    "constant_pad_nd": (lambda x: aten.constant_pad_nd(x, [1, 2]), lambda x: F.pad(x, (1, 2))),
    "reflection_pad2d": (
        lambda x: aten.reflection_pad2d(x, [1, 2, 0, 1]),
        lambda x: F.pad(x, (1, 2, 0, 1), mode="reflect"),
    ),
    "replication_pad2d": (
        lambda x: aten.replication_pad2d(x, [1, 2, 0, 1]),
        lambda x: F.pad(x, (1, 2, 0, 1), mode="replicate"),
    ),
    "grid_sampler_2d": (
        lambda x: torch.grid_sampler_2d(x, x.new_zeros(2, 3, 4, 2), 0, 0, False),
        lambda x: F.grid_sample(x, x.new_zeros(2, 3, 4, 2), align_corners=False),
    ),
    "upsample_bilinear2d": (
        lambda x: aten.upsample_bilinear2d(x, [8, 10], False, None, None),
        lambda x: F.interpolate(x, (8, 10), mode="bilinear"),
    ),
}


def _statistics(x: Tensor) -> tuple[Tensor, Tensor]:
    return torch.zeros(6, device=x.device), torch.ones(6, device=x.device)


@pytest.mark.parametrize("name", SPELLED)
def test_name_that_an_operator_is_run_by(name: str) -> None:
    (direct,), (usual,) = (capture(Applied(function), (2, 6, 4, 5)).calls for function in SPELLED[name])
    assert direct.operator is not None
    assert (direct.operator, direct.inputs, direct.hyper, direct.output) == (
        (usual.operator, usual.inputs, usual.hyper, usual.output)
    )
    assert direct.aten == f"aten::{name}"


def test_parameters_below_weight_norm_belong_to_the_layer() -> None:
    model = parametrizations.weight_norm(nn.Linear(3, 4))
    # A direction of 4·3, 4 lengths and 4 biases.
    assert [(c.name, c.parameters) for c in capture(model, (2, 3)).calls] == [("weight_norm", 0), ("linear", 20)]


def test_spectral_norm_is_its_parts_and_the_layer_has_the_weight_once() -> None:
    model = parametrizations.spectral_norm(nn.Conv2d(3, 4, 2))
    calls = capture(model, (1, 3, 5, 5)).calls
    # The weight as a matrix of 4 rows of 3·2·2 times a vector, a product of two vectors, a division of the weight.
    assert [(c.name, c.parameters) for c in calls] == [("mv", 0), ("dot", 0), ("div", 0), ("conv2d", 52)]
    assert find(Operator, "mv", "operator")(*calls[0].inputs, **calls[0].hyper).cost.macs == 48


def test_padded_parameter_is_still_that_parameter() -> None:
    model = Written(lambda m, x: F.linear(x, F.pad(m.weight, (0, 1))), weight=torch.ones(4, 3))
    (call,) = capture(model, (2, 4)).calls
    assert (call.name, call.parameters) == ("linear", 12)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_adaptive_max_pool_that_returns_its_indices(rank: int) -> None:
    pool = {1: nn.AdaptiveMaxPool1d, 2: nn.AdaptiveMaxPool2d, 3: nn.AdaptiveMaxPool3d}[rank]
    shape = (2, 3, 9, 8, 7)[: 2 + rank]
    with_indices, without = (capture(pool(4, return_indices=wanted), shape).calls for wanted in (True, False))
    assert [(c.name, c.inputs, c.hyper, c.output) for c in with_indices] == (
        [(c.name, c.inputs, c.hyper, c.output) for c in without]
    )


def test_one_axis_is_unpooled_as_two() -> None:
    model = Written(lambda _, x: F.max_unpool1d(*F.max_pool1d(x, 2, return_indices=True), (2,)))
    assert [(c.name, c.output) for c in capture(model, (2, 3, 8)).calls] == [
        ("max_pool1d", (2, 3, 4)),
        ("max_unpool2d", (2, 3, 8, 1)),
    ]


@pytest.mark.parametrize(("model", "shape"), [(nn.Unfold(2), (6, 5, 4)), (nn.Fold((5, 4), 2), (24, 12))], ids=str)
def test_windows_without_batch_axis_are_a_batch_of_one(model: nn.Module, shape: tuple[int, ...]) -> None:
    (alone,), (one,) = capture(model, shape).calls, capture(model, (1, *shape)).calls
    assert (alone.inputs, alone.hyper, alone.output) == (one.inputs, one.hyper, one.output)


@pytest.mark.parametrize("table", [nn.EmbeddingBag(9, 4, padding_idx=0)], ids=str)
def test_bag_with_padding_has_no_formula(table: nn.Module) -> None:
    (call,) = capture(Written(lambda m, x: m.table(x.long()), table=table), (2, 3)).calls
    assert (call.aten, call.operator) == ("aten::embedding_bag", None)


def test_one_hot_without_a_number_of_classes_has_no_formula() -> None:
    (call,) = capture(Written(lambda _, x: F.one_hot(x.long())), (2, 3)).calls
    assert (call.aten, call.operator) == ("aten::one_hot", None)


def test_whole_path_of_packed_sequences() -> None:
    def forward(m: Any, x: Tensor) -> Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(m.table(x.long()), [5, 3, 2], batch_first=True)
        padded, _ = nn.utils.rnn.pad_packed_sequence(m.layer(packed)[0], batch_first=True)
        scores: Tensor = m.head(padded)
        return scores

    layer = nn.LSTM(8, 6, 2, bidirectional=True, batch_first=True)
    model = Written(forward, table=nn.Embedding(50, 8), layer=layer, head=nn.Linear(12, 3))
    calls = capture(model, (3, 5)).calls
    costs = [find(Operator, c.name, "operator")(*c.inputs, **c.hyper).cost for c in calls]
    # 10 steps: 2·24·(8 + 6) and 2·24·(12 + 6) weights; the linear layer runs on the padded 3·5.
    assert [(c.name, cost.macs) for c, cost in zip(calls, costs, strict=True)] == [
        ("embedding", 0),
        ("lstm", 10 * 2 * 24 * (14 + 18)),
        ("linear", 3 * 5 * 12 * 3),
    ]
    assert sum(c.parameters for c in calls) == sum(p.numel() for p in model.parameters())
