"""Calls that real models make seldom enough to be forgotten."""

from __future__ import annotations

import pytest
from torch import nn

from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore

from .case import Case
from .witness import disagreements, observe

WITHOUT_SHIFT = [
    (nn.LayerNorm((4, 3), bias=False), (2, 5, 4, 3)),
    (nn.GroupNorm(3, 6, bias=False), (2, 6, 5, 4)),
    (nn.BatchNorm2d(5, bias=False), (2, 5, 3, 4)),
    (nn.InstanceNorm2d(5, affine=True, bias=False), (2, 5, 3, 4)),
]
DROPOUTS = [
    (nn.Dropout, (2, 3)),
    (nn.Dropout1d, (2, 3, 5)),
    (nn.Dropout2d, (2, 3, 5, 4)),
    (nn.Dropout3d, (2, 3, 5, 4, 6)),
    (nn.AlphaDropout, (2, 3)),
    (nn.FeatureAlphaDropout, (2, 3, 5)),
]
IN_PLACE = [nn.ReLU(inplace=True), nn.ReLU6(inplace=True), nn.SiLU(inplace=True), nn.Hardswish(inplace=True)]
UNBATCHED = [
    (nn.Conv1d(4, 6, 3), (4, 9)),
    (nn.Conv2d(4, 6, (3, 2), stride=2), (4, 9, 7)),
    (nn.Conv3d(4, 6, 2), (4, 5, 6, 7)),
    (nn.ConvTranspose2d(4, 6, 3), (4, 9, 7)),
]


@pytest.mark.parametrize(("model", "shape"), WITHOUT_SHIFT, ids=lambda value: str(value))
def test_norm_with_a_scale_and_no_shift(model: nn.Module, shape: tuple[int, ...]) -> None:
    observed = observe(Case(model, shape))
    assert disagreements(observed.record, observed) == []


@pytest.mark.parametrize("affine", [True, False])
def test_instance_norm_with_running_statistics_folds_them(affine: bool) -> None:
    observed = observe(Case(nn.InstanceNorm2d(5, affine=affine, track_running_stats=True), (2, 5, 3, 4)))
    assert disagreements(observed.record, observed) == []


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_max_pool_that_returns_its_indices(rank: int) -> None:
    pool = {1: nn.MaxPool1d, 2: nn.MaxPool2d, 3: nn.MaxPool3d}[rank]
    shape = (2, 3, 9, 8, 7)[: 2 + rank]
    with_indices, without = (capture(pool(2, stride=3, return_indices=wanted), shape).calls for wanted in (True, False))
    assert [(c.name, c.inputs, c.hyper, c.output) for c in with_indices] == (
        [(c.name, c.inputs, c.hyper, c.output) for c in without]
    )


@pytest.mark.parametrize("model", IN_PLACE, ids=lambda value: str(value))
def test_in_place_activation_is_the_same_operator(model: nn.Module) -> None:
    fresh = type(model)()
    (in_place,), (copied,) = capture(model, (2, 5)).calls, capture(fresh, (2, 5)).calls
    assert (in_place.operator, in_place.inputs, in_place.output) == (copied.operator, copied.inputs, copied.output)


@pytest.mark.parametrize("inplace", [True, False])
@pytest.mark.parametrize(("kind", "shape"), DROPOUTS)
def test_dropout_of_every_kind_is_the_identity_in_evaluation(
    kind: type[nn.Module], shape: tuple[int, ...], inplace: bool
) -> None:
    (call,) = capture(kind(0.5, inplace), shape).calls
    assert (call.name, call.inputs, call.output) == ("dropout", (shape,), shape)


@pytest.mark.parametrize(("model", "shape"), UNBATCHED, ids=lambda value: str(value))
def test_fvcore_counts_an_image_without_a_batch_axis_as_one(model: nn.Module, shape: tuple[int, ...]) -> None:
    assert trace_fvcore(model, shape).total == trace_fvcore(model, (1, *shape)).total
