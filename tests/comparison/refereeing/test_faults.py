"""A fault may be told by a call's place among the calls of its module, or by what a trace shows in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.comparison.fvcore_counts import measured_calls
from convcost.comparison.refereeing.explanation import explained_calls
from convcost.comparison.refereeing.terms import FAULT
from convcost.core.convention import ALL, CallFilter, Convention, Fault, Rule
from convcost.core.op_call import OpCall
from convcost.core.record import Source
from convcost.core.registry import find
from convcost.trace.call_sites import capture_call_sites
from convcost.trace.fvcore import trace_fvcore
from tests.comparison.refereeing.case import Model

SOURCE = Source("flopth 0.1.6", "flopth/hooks.py")


def before_the_last(call: OpCall, siblings: Sequence[OpCall]) -> bool:
    return call.site.forward < siblings[-1].site.forward


def after_the_first(call: OpCall, siblings: Sequence[OpCall]) -> bool:
    return call.site.forward > siblings[0].site.forward


def convention(among: Any) -> Convention:
    """What flopth makes of products: a count overwrites that of an earlier call of the same module."""
    fault = Fault(ALL, lambda call: 0, "a module that is called twice is counted once", among)
    rule = Rule(("conv2d", "linear"), {"macs": 1, "bias_adds": 1}, "biases count")
    return Convention("overwriting", "A counter that overwrites", (rule,), SOURCE, (fault,))


def twice(module: nn.Module) -> nn.Module:
    return Model(lambda m, x: m.a(m.a(x)), a=module)


class Halves(nn.Module):
    """Two products in one forward, the second of half the rows."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(6, 6))

    def forward(self, x: Tensor) -> Tensor:
        out = F.linear(x, self.weight)
        return torch.cat([out, F.linear(x[: len(x) // 2], self.weight)])[: len(x)]


def counted(model: nn.Module, shape: tuple[int, ...], among: Any) -> list[tuple[int, int, int]]:
    """The forward, the multiply-accumulates and the count of every product."""
    found = explained_calls(convention(CallFilter(among=among)), capture_call_sites(model, shape).calls)
    assert all(one.first - one.call.macs == sum(term.amount for term in one.terms) for one in found)
    return [(one.call.site.forward, int(one.call.macs), one.first) for one in found if one.call.is_product]


@pytest.mark.parametrize("among", [before_the_last, after_the_first])
def test_a_counter_that_overwrites_counts_one_of_two_calls(among: Any) -> None:
    # 16·16·9 products at 14·14 positions; flopth prints this number for both calls together.
    found = counted(twice(nn.Conv2d(16, 16, 3, padding=1, bias=False)), (1, 16, 14, 14), among)
    first, last = (0, 451_584) if among is before_the_last else (451_584, 0)
    assert found == [(0, 451_584, first), (1, 451_584, last)]


def test_all_calls_of_one_forward_belong_together() -> None:
    found = counted(twice(Halves()), (4, 6), before_the_last)
    assert found == [(0, 144, 0), (0, 72, 0), (1, 144, 144), (1, 72, 72)]


def test_a_module_that_is_called_once_has_no_such_fault() -> None:
    found = explained_calls(
        convention(CallFilter(among=before_the_last)), capture_call_sites(nn.Linear(6, 5), (4, 6)).calls
    )
    assert [(one.first, [term.kind for term in one.terms]) for one in found] == [(4 * 6 * 5 + 4 * 5, ["convention"])]


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        return x @ weight

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        raise NotImplementedError


@pytest.mark.parametrize("counter", ["fvcore", "mmengine", "torchprofile"])
def test_what_an_autograd_function_hides_is_a_fault_of_counters_that_trace(counter: str) -> None:
    product: Any = _Product.apply
    model = Model(lambda m, x: product(m.a(x), torch.ones(6, 5, device=x.device)), a=nn.Linear(4, 6))
    calls = capture_call_sites(model, (2, 4)).calls
    traced = [measured.call for measured in measured_calls(calls, trace_fvcore(model, (2, 4)))]
    assert [bool(call.site.hidden_by) for call in traced if call.is_product] == [False, True]
    found = [one for one in explained_calls(find(Convention, counter, "convention"), traced) if one.call.is_product]
    assert [one.first for one in found] == [2 * 4 * 6, 0]
    (term,) = found[1].terms
    assert (term.amount, term.kind) == (-2 * 6 * 5, FAULT)
    assert "autograd function" in term.sentence


@pytest.fixture
def twice_convolved() -> Iterator[Callable[[Tensor, Tensor], Tensor]]:
    """A third party's operator that is made of two convolutions by the same weights."""
    with torch.library._scoped_library("third_party", "DEF") as library:
        library.define("twice_convolved(Tensor x, Tensor weight) -> Tensor")
        library.impl("twice_convolved", lambda x, w: F.conv2d(F.conv2d(x, w), w), "CompositeImplicitAutograd")
        yield torch.ops.third_party.twice_convolved


@pytest.mark.parametrize("counter", ["fvcore", "mmengine", "torchprofile"])
def test_what_a_composite_operator_hides_is_such_a_fault(counter: str, twice_convolved: Any) -> None:
    model = Model(lambda m, x: twice_convolved(m.a(x), torch.ones(3, 3, 2, 2, device=x.device)), a=nn.Conv2d(3, 3, 1))
    calls = capture_call_sites(model, (1, 3, 8, 9)).calls
    counted = trace_fvcore(model, (1, 3, 8, 9))
    traced = [measured.call for measured in measured_calls(calls, counted)]
    found = [one for one in explained_calls(find(Convention, counter, "convention"), traced) if one.call.is_product]
    assert [one.first for one in found] == [9 * 8 * 9, 0, 0] == [counted.total, 0, 0]
    assert [sum(term.amount for term in one.terms) for one in found] == [0, -36 * 7 * 8, -36 * 6 * 7]
    assert all(one.call.site.hidden_by == "third_party::twice_convolved" for one in found[1:])
