"""What fvcore counts of a product: its convention, or the wrong number that the book predicts, to the last unit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcost.core.convention import Convention
from convcost.core.op_call import OpCall
from convcost.core.registry import find
from convcost.trace.fvcore import trace_fvcore

from . import strategies_product as product
from .case import Case
from .products import Einsum
from .strategies import MANY, PRODUCTS, SOME

FVCORE = find(Convention, "fvcore", "convention")
EXACT = ("mm", "bmm", "addmm")
FAULTY = {"matmul": product.matrix_products(vectors=False), "einsum": product.einsums((1, 4))}
UNHANDLED = sorted({*PRODUCTS} - {*EXACT, *FAULTY})


def predictions(call: OpCall) -> set[Any]:
    """What the faults that affect a call make of it: one number, however many of them explain it."""
    found = [fault.count(call) for fault in FVCORE.faults]
    return {count for count in found if count is not None}


@pytest.mark.parametrize("operator", EXACT)
@SOME
@given(data=st.data())
def test_what_fvcore_counts_rightly(operator: str, data: st.DataObject) -> None:
    case = data.draw(PRODUCTS[operator])
    call = case.call()
    assert call.name == operator
    assert trace_fvcore(case.model, case.shape).total == FVCORE.weigh(call) == call.macs > 0
    assert predictions(call) == set()


@pytest.mark.parametrize("operator", FAULTY)
@MANY
@given(data=st.data())
def test_what_fvcore_counts_wrongly_is_predicted(operator: str, data: st.DataObject) -> None:
    case = data.draw(FAULTY[operator])
    call, counted = case.call(), trace_fvcore(case.model, case.shape)
    right = FVCORE.weigh(call)
    assert {counted.total} == (predictions(call) or {right})


@SOME
@given(sizes=st.lists(st.integers(20, 300), min_size=4, max_size=4), letters=st.permutations("bijk"))
def test_what_fvcore_reads_from_four_digits(sizes: list[int], letters: list[str]) -> None:
    b, i, j, k = letters
    case = Case(Einsum(f"{b}{i}{j},{j}{k}{b}->{b}{i}{k}", (sizes[2], sizes[3], sizes[0])), tuple(sizes[:3]))
    call = case.call()
    assert {trace_fvcore(case.model, case.shape).total} == (predictions(call) or {call.macs})


# 2·2·41·61 + 1 = 10,005 and 2·3·1669 + 1 = 10,015 lie between two numbers of four digits; the even one is printed.
@pytest.mark.parametrize(("sizes", "count"), [((2, 41, 61), 10_000 // 2), ((3, 1669, 1), 10_020 // 2)])
def test_tie_of_four_digits(sizes: tuple[int, int, int], count: int) -> None:
    i, j, k = sizes
    case = Case(Einsum("ij,jk->ik", (j, k)), (i, j))
    assert predictions(case.call()) == {trace_fvcore(case.model, case.shape).total} == {count}


@pytest.mark.parametrize("operator", UNHANDLED)
@SOME
@given(data=st.data())
def test_what_fvcore_does_not_count(operator: str, data: st.DataObject) -> None:
    case = data.draw(PRODUCTS[operator])
    call, counted = case.call(), trace_fvcore(case.model, case.shape)
    assert (counted.total, counted.calls) == (0, ())
    assert counted.unsupported[call.path][call.aten] == 1
    assert FVCORE.weigh(call) is None
