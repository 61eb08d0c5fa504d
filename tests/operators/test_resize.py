"""Interpolation: taps against the Jacobian, sizes against PyTorch, counts against fvcore."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  as everyone calls it
from hypothesis import given, settings
from hypothesis import strategies as st

from convcost.core.convention import Convention
from convcost.core.errors import DomainError
from convcost.core.record import Operator
from convcost.core.registry import find
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore

from .case import Case
from .strategies import RESIZED, SOME
from .strategies_resize import interpolation, taps_of
from .witness import disagreements, observe


@pytest.mark.parametrize("name", RESIZED)
@SOME
@given(data=st.data())
def test_interpolation(name: str, data: st.DataObject) -> None:
    observed = observe(data.draw(RESIZED[name]))
    assert (disagreements(observed.record, observed), observed.call.name) == ([], name)


@pytest.mark.parametrize("name", RESIZED)
@settings(SOME, max_examples=8)
@given(data=st.data())
def test_fvcore_counts_two_modes(name: str, data: st.DataObject) -> None:
    case = data.draw(RESIZED[name])
    call, counted = case.call(), trace_fvcore(case.model, case.shape)
    weight = find(Convention, "fvcore", "convention").weigh(call)
    if name in ("upsample_nearest2d", "upsample_bilinear2d"):
        assert [(c.aten, c.count) for c in counted.calls] == [(call.aten, weight)]
    else:
        assert (counted.calls, weight) == ((), None)
        assert counted.unsupported[""][call.aten] == 1


def test_taps_are_those_of_the_textbooks() -> None:
    # Two along each axis for linear, four for cubic, one for the nearest.
    modes = {"nearest": 2, "nearest-exact": 3, "linear": 1, "bilinear": 2, "trilinear": 3, "bicubic": 2}
    found = {m: taps_of(m, r) for m, r in modes.items()}
    assert found == {"nearest": 1, "nearest-exact": 1, "linear": 2, "bilinear": 4, "trilinear": 8, "bicubic": 16}


@pytest.mark.parametrize(("size", "factor"), [(10, 0.7), (7, 0.3), (23, 0.1), (5, 1.1), (29, 1 / 3)])
def test_size_from_a_factor_is_rounded_as_pytorch_rounds_it(size: int, factor: float) -> None:
    # 10·0.7 is 7 in double precision, though the double 0.7 is less than 7/10.
    (call,) = capture(interpolation(scale_factor=factor), (2, 3, size)).calls
    real = F.interpolate(torch.zeros(2, 3, size), scale_factor=factor)
    assert find(Operator, call.name, "operator")(*call.inputs, **call.hyper).shape == tuple(real.shape)


def test_area_is_an_adaptive_average_pool() -> None:
    (call,) = capture(interpolation(mode="area", size=(3, 4)), (2, 3, 7, 9)).calls
    assert (call.name, call.hyper) == ("adaptive_avg_pool2d", {"output_size": (3, 4)})


@pytest.mark.parametrize("settings", [{"scale_factor": 0.7}, {"size": (4, 4), "align_corners": True}])
def test_kernel_stretched_by_another_factor_than_that_of_the_sizes_has_no_formula(settings: dict[str, Any]) -> None:
    (call,) = capture(interpolation(mode="bilinear", antialias=True, **settings), (2, 3, 7, 9)).calls
    assert call.operator is None


def test_whole_factor_is_kept_as_one() -> None:
    call = Case(interpolation(scale_factor=(2.0, 3.0), mode="bilinear"), (2, 3, 4, 5)).call()
    assert (call.hyper, call.output) == ({"output_size": None, "scale_factor": (2, 3)}, (2, 3, 8, 15))


@pytest.mark.parametrize(
    ("hyper", "sentence"),
    [
        ({}, "either an output size or a scale factor is needed"),
        ({"output_size": (3, 4), "scale_factor": 2}, "either an output size or a scale factor is needed"),
        ({"output_size": (3, 0)}, "output size and scale factor must be at least 1"),
    ],
)
def test_outside_the_domain(hyper: dict[str, object], sentence: str) -> None:
    with pytest.raises(DomainError, match=sentence):
        find(Operator, "upsample_bilinear2d", "operator")((2, 3, 4, 5), **hyper)
