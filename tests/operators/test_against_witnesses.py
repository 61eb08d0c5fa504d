"""Every formula against the real operator: shapes, parameters, MACs, taps and operations, on random settings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcost.core.record import Operator
from convcost.core.registry import records
from convcost.trace.capture import capture
from convcost.trace.probe import ones_probe

from .case import Case
from .strategies import DRAWN, FAMILIES, MANY, MULTILINEAR, OTHERS, PRODUCTS
from .strategies_convolution import CONVOLUTIONS
from .strategies_recurrent import NEVER_CALLED
from .witness import disagreements, observe

# PyTorch says so once, of the first even kernel with padding 'same' that it meets.
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths:UserWarning")


def agrees(case: Case) -> str:
    """Asserts that the formula of the operator called is right, and returns the operator's name."""
    observed = observe(case)
    assert disagreements(observed.record, observed) == []
    assert observed.record.is_product is (observed.cost.macs > 0)
    assert observed.call.parameters == observed.cost.parameters
    return observed.record.name


@pytest.mark.parametrize("operator", MULTILINEAR)
@MANY
@given(data=st.data())
def test_multilinear_operator(operator: str, data: st.DataObject) -> None:
    assert agrees(data.draw(MULTILINEAR[operator])) == operator


@pytest.mark.parametrize("operator", PRODUCTS)
@MANY
@given(data=st.data())
def test_product(operator: str, data: st.DataObject) -> None:
    assert agrees(data.draw(PRODUCTS[operator])) == operator


@pytest.mark.parametrize("operator", OTHERS)
@MANY
@given(data=st.data())
def test_other_operator(operator: str, data: st.DataObject) -> None:
    assert agrees(data.draw(OTHERS[operator])) == operator


@pytest.mark.parametrize("family", FAMILIES)
@MANY
@given(data=st.data())
def test_one_of_a_family(family: str, data: st.DataObject) -> None:
    cases, names = FAMILIES[family]
    assert agrees(data.draw(cases)) in names | set(OTHERS)


def test_every_operator_has_a_strategy() -> None:
    called = set(records(Operator)) - NEVER_CALLED
    assert called - DRAWN == set(), "add random settings of it to a table in tests/operators/strategies.py"
    assert DRAWN - called == set(), "no operator is called so: see the tables in tests/operators/strategies.py"


@pytest.mark.parametrize("operator", ["conv1d", "conv2d", "conv3d"])
@MANY
@given(data=st.data())
def test_convolution_without_batch_axis_is_a_batch_of_one(operator: str, data: st.DataObject) -> None:
    case = data.draw(MULTILINEAR[operator])
    (alone,) = capture(case.model, case.shape[1:]).calls
    one = observe(Case(case.model, (1, *case.shape[1:])))
    assert (alone.inputs, alone.hyper, alone.output) == (one.call.inputs, one.call.hyper, one.call.output)


@pytest.mark.parametrize("rank", CONVOLUTIONS)
def test_taps_on_padding_count(rank: int) -> None:
    # On a single pixel in the middle of its padding, only one tap of the kernel is a product of real elements.
    model = CONVOLUTIONS[rank](1, 1, 3, padding=1, bias=False)
    shape = (1, 1, *[1] * rank)
    assert ones_probe(model, shape) == 3**rank
    assert ones_probe(model, shape, dense=False) == 1
    assert disagreements(observe(Case(model, shape)).record, observe(Case(model, shape))) == []
