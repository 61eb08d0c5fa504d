"""Models that nobody wrote a paper about: odd modules, odd outputs, and where fvcore gives up."""

from __future__ import annotations

import dataclasses
import sys
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.utils.prune
from torch import Tensor, nn
from torch.ao.nn.quantized import FloatFunctional
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils import parametrizations
from torch.utils.checkpoint import checkpoint

import convcost
from tests.trace.modules import Written

# A linear layer from 3 to 4 features on 2 rows: 2·3·4 multiply-accumulates, 3·4 + 4 parameters.
ROWS, MACS, PARAMETERS = (2, 3), 24, 16


@dataclasses.dataclass
class Found:
    """What some nets return in place of a tensor."""

    scores: Tensor
    classes: int


def around(forward: Callable[[nn.Module, Tensor], Any]) -> nn.Module:
    """A module that computes what it likes with one linear layer, `inner`."""
    model = Written(lambda self, x: forward(self.inner, x))
    model.inner = nn.Linear(3, 4)
    return model


def quietly(make: Callable[[], nn.Module]) -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch deprecates what users still have
        return make()


COUNTED: dict[str, Callable[[], nn.Module]] = {
    "a dict": lambda: around(lambda inner, x: {"scores": inner(x)}),
    "a dataclass": lambda: around(lambda inner, x: Found(inner(x), 4)),
    "nested lists": lambda: around(lambda inner, x: [[inner(x)], None]),
    "lazy": lambda: nn.Sequential(nn.LazyLinear(4)),
    "checkpointed": lambda: around(lambda inner, x: checkpoint(inner, x, use_reentrant=False)),
    "in parallel": lambda: nn.DataParallel(nn.Linear(3, 4)),
    "its own value": lambda: around(lambda inner, x: inner(x) * x.sum().item()),
    "a branch on a value": lambda: around(lambda inner, x: inner(x) if x.sum() >= 0 else inner(inner(x)[:, :3])),
    "through NumPy": lambda: around(lambda inner, x: inner(torch.from_numpy(x.numpy()))),
    "to a device": lambda: around(lambda inner, x: inner(x.to("cpu"))),
    "half precision": lambda: nn.Linear(3, 4).to(torch.bfloat16),
    "autocast": lambda: around(lambda inner, x: torch.autocast("cpu", dtype=torch.bfloat16)(inner)(x)),
    "no grad inside": lambda: around(lambda inner, x: torch.no_grad()(inner)(x)),
}


@pytest.mark.parametrize("name", COUNTED)
def test_counted_in_full_and_fvcore_agrees(name: str) -> None:
    report = convcost.compare(COUNTED[name](), inputs=ROWS)
    totals = report.totals
    assert report.verdict == "agree"
    assert (totals.macs_formula, totals.macs_measured) == (MACS, MACS)
    assert (totals.params_formula, totals.params_measured) == (PARAMETERS, PARAMETERS)


UNTRACED: dict[str, Callable[[], nn.Module]] = {
    "scripted": lambda: quietly(lambda: torch.jit.script(nn.Linear(3, 4))),
    "traced": lambda: quietly(lambda: torch.jit.trace(nn.Linear(3, 4), torch.zeros(ROWS))),  # type: ignore[no-untyped-call]
    "checkpointed by re-entry": lambda: around(lambda inner, x: checkpoint(inner, x, use_reentrant=True)),
}


@pytest.mark.parametrize("name", UNTRACED)
def test_what_fvcore_cannot_trace_is_counted_all_the_same(name: str) -> None:
    report = convcost.compare(UNTRACED[name](), inputs=ROWS)
    assert (report.verdict, report.ok) == ("uncounted", True)
    assert (report.totals.macs_formula, report.totals.fvcore_total) == (MACS, None)
    assert report.rows[0].reason.startswith("fvcore gives no number: RuntimeError: ")
    # Unknown is a state: neither a device nor a count is printed for what fvcore never traced.
    assert (report.comparison.device, report.totals.fvcore_total_formula) == ("", None)
    assert "by fvcore, which gives no number" in str(report)
    assert report.totals.macs_measured is None


def test_quantised_is_refused() -> None:
    quantise: Any = torch.ao.quantization.quantize_dynamic
    model = quietly(lambda: quantise(nn.Sequential(nn.Linear(3, 4)), {nn.Linear}))
    with pytest.raises(convcost.MeasurementError, match=r"module '0' is quantised .*; give the float model"):
        convcost.compare(model, inputs=ROWS)


PRUNE: Any = torch.nn.utils.prune.l1_unstructured


def test_a_float_model_made_to_be_quantised_is_counted() -> None:
    model = Written(lambda self, x: self.sum.add(self.inner(x), 1.0))
    model.inner, model.sum = nn.Linear(3, 4), FloatFunctional()
    assert convcost.compare(model, inputs=ROWS).totals.macs_formula == MACS


def test_a_model_that_exits_is_one_line() -> None:
    with pytest.raises(convcost.MeasurementError, match="the model cannot run on an input of 2×3: SystemExit: 3"):
        convcost.compare(Written(lambda *_: sys.exit(3)), inputs=ROWS)


def test_a_model_without_weights_is_not_touched_either() -> None:
    def counting(self: Any, x: Tensor) -> Tensor:
        self.times += 1
        return x

    model = Written(counting).to("meta").eval()
    model.times = 0  # type: ignore[assignment]
    convcost.compare(model, inputs=ROWS)
    assert model.times == 0


@pytest.mark.parametrize(
    "normed",
    [
        lambda: quietly(lambda: nn.utils.weight_norm(nn.Conv2d(4, 6, 3))),
        lambda: parametrizations.weight_norm(nn.Conv2d(4, 6, 3)),
        lambda: parametrizations.spectral_norm(nn.Conv2d(4, 6, 3)),
        lambda: PRUNE(nn.Conv2d(4, 6, 3), "weight", 2),
    ],
    ids=["weight norm by hook", "weight norm", "spectral norm", "pruned"],
)
def test_computed_weights_are_counted_where_they_are_used(normed: Callable[[], nn.Module]) -> None:
    model = normed()
    report = convcost.compare(model, inputs=(1, 4, 9, 8))
    # 4·6·3·3 multiply-accumulates at 7×6 positions.
    assert (report.rows[-1].macs_formula, report.rows[-1].macs_measured) == (9072, 9072)
    assert report.totals.params_accounted == report.totals.params_measured == sum(p.numel() for p in model.parameters())


def test_a_shared_layer_is_counted_twice_and_its_parameters_once() -> None:
    shared = nn.Linear(3, 3)
    report = convcost.compare(nn.Sequential(shared, nn.ReLU(), shared), inputs=ROWS)
    assert (report.verdict, report.totals.macs_formula, report.totals.params_formula) == ("agree", 2 * 2 * 9, 9 + 3)


def test_what_a_row_explains_is_not_said_again_of_the_whole() -> None:
    model = Written(lambda self, x: torch.matmul(x, torch.zeros(5, 3, 7, device=x.device)))
    report = convcost.compare(model, inputs=ROWS)
    # fvcore drops the broadcast of the left operand: 2·3·7 in place of five times as many.
    assert (report.totals.fvcore_total, report.totals.fvcore_total_formula) == (42, 210)
    assert (str(report.verdict), report.comparison.unaccounted) == ("disagree", "")


def test_arithmetic_on_sizes_is_none_of_the_network() -> None:
    def forward(inner: nn.Module, x: Tensor) -> Tensor:
        size = x.shape[0]
        size *= 2  # in a trace a tensor, changed in place
        done: Tensor = inner(x).reshape(size, 2)
        return done

    report = convcost.compare(around(forward), inputs=ROWS)
    assert (str(report.verdict), report.comparison.unseen) == ("agree", ())


def test_a_result_that_nobody_takes_is_computed_and_fvcore_leaves_it_out() -> None:
    model = Written(lambda self, x: (self.unused(x), self.used(x))[1])
    model.used, model.unused = nn.Linear(3, 4), nn.Linear(3, 5)
    report = convcost.compare(model, inputs=ROWS)
    assert not report.ok
    assert [(row.layer, str(row.verdict)) for row in report.rows] == [("unused", "disagree"), ("used", "agree")]
    assert report.rows[0].reason == "fvcore's trace leaves out what the output does not depend on"
    assert report.totals.macs_formula - (report.totals.macs_measured or 0) == 2 * 3 * 5


class Doubled(torch.autograd.Function):
    """An operator of a user's own, with a linear layer within."""

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor) -> Tensor:
        return F.linear(x, weight) * 2


def test_an_autograd_function_of_one_s_own_hides_from_fvcore_what_it_calls() -> None:
    apply: Any = Doubled.apply
    model = Written(lambda m, x: apply(x, m.weight), weight=torch.ones(4, 3))
    (row,) = (report := convcost.compare(model, inputs=ROWS)).comparison.layers
    assert (row.macs_formula, row.macs_measured, row.verdict) == (MACS, None, "uncounted")
    assert row.reason == "fvcore has no handle for prim::PythonOp.Doubled, whose calls its trace does not show"
    assert report.verdict == "uncounted"


@pytest.mark.parametrize("then", [torch.special.i0, lambda x: F.dropout(x, training=True)])
def test_a_model_with_an_operator_without_a_formula_does_not_agree(then: Callable[[Tensor], Tensor]) -> None:
    report = convcost.compare(around(lambda inner, x: then(inner(x))), inputs=ROWS)
    assert (report.verdict, report.ok, report.totals.macs_formula) == ("no formula", True, MACS)


def test_parameters_that_are_no_weights() -> None:
    model = Written(lambda self, x: self.inner(x + self.offset))
    model.inner, model.offset, model.forgotten = nn.Linear(3, 4), nn.Parameter(torch.zeros(3)), nn.Linear(7, 1)
    totals = convcost.compare(model, inputs=ROWS).totals
    assert (totals.params_formula, totals.params_unused) == (PARAMETERS + 3, 8)
    assert totals.params_measured == PARAMETERS + 3 + 8
