"""What fvcore counts for one operator, against the formula weighed by the book's fvcore convention."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcost.core.convention import Convention
from convcost.core.cost import Cost
from convcost.core.numeric import Count
from convcost.core.registry import find
from convcost.trace.capture import capture
from convcost.trace.fvcore import FvcoreTrace, trace_fvcore

from .case import Case
from .strategies import FAMILIES, MANY, MULTILINEAR, OTHERS, SOME

# PyTorch says so once, of the first even kernel with padding 'same' that it meets.
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths:UserWarning")


def weighed(case: Case) -> tuple[Cost, Count | None, FvcoreTrace]:
    """The formula's cost, what the convention makes of it, and what fvcore counts."""
    call = case.call()
    convention = find(Convention, "fvcore", "convention")
    counted = trace_fvcore(case.model, case.shape, capture(case.model, case.shape))
    assert counted.device == "meta"
    return call.cost, convention.weigh(call), counted


@pytest.mark.parametrize("operator", MULTILINEAR)
@MANY
@given(data=st.data())
def test_multilinear_operator(operator: str, data: st.DataObject) -> None:
    case = data.draw(MULTILINEAR[operator])
    cost, count, counted = weighed(case)
    if isinstance(getattr(case.model, "padding", 0), str):
        # fvcore has no handle for padding given as a word: the count is unknown, not 0.
        assert count is None
        assert counted.calls == ()
        assert counted.unsupported == {"": Counter({"aten::_convolution_mode": 1})}
    else:
        assert count == counted.total == cost.macs > 0
        assert [call.count for call in counted.calls] == [cost.macs]
        assert counted.unsupported == {}


def agrees(case: Case) -> None:
    cost, count, counted = weighed(case)
    assert cost.macs == 0
    if counted.unsupported:
        assert count is None
        assert counted.calls == ()
    else:
        assert count == counted.total


@pytest.mark.parametrize("operator", OTHERS)
@SOME
@given(data=st.data())
def test_other_operator(operator: str, data: st.DataObject) -> None:
    agrees(data.draw(OTHERS[operator]))


@pytest.mark.parametrize("family", FAMILIES)
@MANY
@given(data=st.data())
def test_one_of_a_family(family: str, data: st.DataObject) -> None:
    agrees(data.draw(FAMILIES[family][0]))
