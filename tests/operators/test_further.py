"""Samples, tables, paddings, shuffles and the remaining norms and pools against the real operators."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convcost.core.convention import Convention
from convcost.core.registry import find
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore

from .strategies import FURTHER, SOME
from .witness import disagreements, observe


@pytest.mark.parametrize("name", FURTHER)
@SOME
@given(data=st.data())
def test_operator(name: str, data: st.DataObject) -> None:
    observed = observe(data.draw(FURTHER[name]))
    assert (disagreements(observed.record, observed), observed.call.name) == ([], name)
    assert observed.call.parameters == observed.cost.parameters


@pytest.mark.parametrize("name", FURTHER)
@settings(SOME, max_examples=5)
@given(data=st.data())
def test_fvcore_counts_grid_samples_only(name: str, data: st.DataObject) -> None:
    case = data.draw(FURTHER[name])
    call, counted = case.call(), trace_fvcore(case.model, case.shape, capture(case.model, case.shape))
    weight = find(Convention, "fvcore", "convention").weigh(call)
    if name == "grid_sample":
        assert [(c.aten, c.count) for c in counted.calls] == [(call.aten, weight)]
    else:
        assert (counted.calls, counted.total, weight) == ((), None if counted.failed else 0, None)
