"""Operators of two names: a call is recorded under the one that a torch.jit trace gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from convcost.trace.capture import capture
from convcost.trace.fvcore import IGNORED, trace
from convcost.trace.names import _ALIASES

from .modules import Written

_TWO = {*("arctan2", "divide", "greater", "greater_equal", "less", "less_equal", "multiply", "not_equal", "rsub")}
_TWO |= {*("special_xlogy", "subtract", "true_divide", "linalg_matmul")}
_LISTS = {"concat", "concatenate", "row_stack"}
_SETTINGS: dict[str, Any] = {
    "clip": {"min": 0},
    "matrix_power": {"n": 3},
    "special_softmax": {"dim": 1},
    "special_log_softmax": {"dim": 1},
    "special_logsumexp": {"dim": 1},
}


def _called(name: str) -> Callable[[Any, torch.Tensor], Any]:
    operator, settings = getattr(torch.ops.aten, name), _SETTINGS.get(name, {})

    def forward(_: Any, x: torch.Tensor) -> Any:
        if name in _LISTS:
            return operator([x, x])
        if name == "ger":
            return operator(x[0], x[1])
        return operator(*(x,) * (2 if name in _TWO else 1), **settings)

    return forward


@pytest.mark.parametrize("name", _ALIASES)
def test_call_has_the_name_that_it_has_in_the_trace(name: str) -> None:
    model = Written(_called(name))
    counted = trace(model, (3, 3))
    seen = {call.aten for call in counted.calls} | {aten for found in counted.unsupported.values() for aten in found}
    assert f"aten::{name}" not in seen
    assert {call.aten for call in capture(model, (3, 3)).calls} <= seen | IGNORED
