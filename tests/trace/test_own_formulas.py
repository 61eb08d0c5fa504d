"""Formulas of the user's own: custom operators, functions of autograd, files of formulas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from typer.testing import CliRunner

import convcost
from convcost.core.own_formulas import OWN
from convcost.trace.capture import capture
from convcost.trace.probe import ones_probe

from .modules import Written

Shape = tuple[int, ...]


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Formulas are the test's own."""
    before = dict(OWN)
    yield
    OWN.clear()
    OWN.update(before)


LIBRARY: Any = torch.library.Library("convcost_tests", "DEF")  # type: ignore[no-untyped-call]
LIBRARY.define("scan(Tensor x, Tensor decay, int chunk) -> Tensor")
LIBRARY.define("opaque(Tensor x, Tensor weight) -> Tensor")


def _scan(x: Tensor, decay: Tensor, chunk: int) -> Tensor:
    """Within each chunk of the sequence every step sees those before it, through a decay per channel."""
    batch, length, width = x.shape
    steps = x.reshape(batch, length // chunk, chunk, width)
    mask = torch.ones(chunk, chunk, dtype=x.dtype).tril()
    return torch.einsum("ts,bcsd,d->bctd", mask, steps, decay).reshape(batch, length, width)


def _opaque(x: Tensor, weight: Tensor) -> Tensor:
    return torch.from_numpy(np.matmul(x.detach().numpy(), weight.detach().numpy()))


LIBRARY.impl("scan", _scan, "CPU")
LIBRARY.impl("opaque", _opaque, "CPU")
SCAN: Any = torch.ops.convcost_tests.scan
OPAQUE: Any = torch.ops.convcost_tests.opaque


def scan(x: Shape, decay: Shape, *, chunk: int) -> int:
    """A triangle of each chunk's steps: the mean of its first and last row."""
    batch, length, width = x
    return batch * length * (chunk + 1) // 2 * width


class Numpy(torch.autograd.Function):
    """A product that no dispatch sees."""

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, times: int = 1) -> Tensor:
        return torch.from_numpy(x.detach().numpy() @ weight.detach().numpy())


class Written3(torch.autograd.Function):
    """A product that is written as three."""

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor) -> Tensor:
        return x @ weight + x @ weight + x @ weight


APPLY: dict[str, Any] = {"Numpy": Numpy.apply, "Written3": Written3.apply}


def scanning() -> Any:
    return Written(lambda m, x: SCAN(x, m.decay, 4), decay=torch.ones(3))


def test_a_custom_operator_without_a_formula_is_in_no_count() -> None:
    assert convcost.count(scanning(), (2, 8, 3)).not_counted == {"convcost_tests::scan": 1}


def test_a_custom_operator_counts_by_the_formula_which_the_ones_probe_confirms() -> None:
    convcost.operator("convcost_tests::scan", title="Scan in chunks", source="our paper, equation 3")(scan)
    (call,) = capture(scanning(), (2, 8, 3)).calls
    # Linear in the sequence and in the decay: with ones each product adds one to the sum.
    real = ones_probe(lambda x, decay: _scan(x, decay, 4), (2, 8, 3), (3,))
    assert (call.name, call.macs, call.output, call.parameters) == ("convcost_tests::scan", real, (2, 8, 3), 3)
    assert real == 2 * 8 * 3 * (1 + 2 + 3 + 4) // 4


@pytest.mark.parametrize(("chunk", "length"), [(2, 6), (3, 9), (5, 5), (1, 4)])
def test_the_formula_on_other_settings(chunk: int, length: int) -> None:
    real = ones_probe(lambda x, decay: _scan(x, decay, chunk), (2, length, 3), (3,))
    assert scan((2, length, 3), (3,), chunk=chunk) == real


def test_the_ones_probe_catches_a_wrong_formula() -> None:
    real = ones_probe(lambda x, decay: _scan(x, decay, 4), (2, 8, 3), (3,))
    assert real != 2 * 8 * 3 * 4  # a full square of steps


def test_fvcore_does_not_count_it_and_the_verdict_says_so() -> None:
    convcost.operator("convcost_tests::scan")(scan)
    report = convcost.compare(scanning(), inputs=(2, 8, 3))
    assert (report.verdict, report.ok, report.totals.macs_formula) == ("uncounted", True, 120)
    assert report.rows[0].reason == "fvcore has no handle for convcost_tests::scan"


@pytest.mark.parametrize("name", APPLY)
def test_a_function_of_autograd_is_one_call(name: str) -> None:
    convcost.operator(name)(lambda x, weight: x[0] * x[1] * weight[1])
    model = Written(lambda m, x: APPLY[name](x, m.weight).relu(), weight=torch.ones(3, 5))
    calls = capture(model, (2, 3)).calls
    assert [(call.name, int(call.macs), call.parameters) for call in calls] == [(name, 30, 15), ("relu", 0, 0)]
    report = convcost.compare(model, inputs=(2, 3))
    assert (report.totals.macs_formula, report.totals.params_formula, report.ok) == (30, 15, True)
    assert "noting" not in {Numpy.forward.__name__, Written3.forward.__name__}  # they are as they were


def test_a_formula_may_give_a_cost_and_its_own_shape() -> None:
    from convcost.core.cost import Result

    opaque = Written(lambda m, x: OPAQUE(x, m.weight), weight=torch.ones(3, 5))
    convcost.operator("convcost_tests::opaque")(lambda x, w: convcost.Cost(macs=x[0] * 15, elementwise=7))
    (call,) = capture(opaque, (2, 3)).calls
    assert (call.macs, call.cost.elementwise, call.cost.activations) == (30, 7, 10)
    convcost.operator("convcost_tests::opaque")(lambda x, w: Result((2, 4), convcost.Cost(macs=30)))
    report = convcost.compare(opaque, inputs=(2, 3))
    assert report.rows[0].reason == "the formula derives output (2, 4), the model gave (2, 5)"
    assert not report.ok


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (lambda x, w: x[0] / 2, "the formula of convcost_tests::opaque gives 1.0, but must give a whole number"),
        (lambda x, w: None, "the formula of convcost_tests::opaque gives None, but must give a whole number"),
        (lambda x: 1, "the formula of convcost_tests::opaque fails: TypeError"),
    ],
)
def test_a_formula_that_fails_is_one_line(formula: Any, said: str) -> None:
    convcost.operator("convcost_tests::opaque")(formula)
    opaque = Written(lambda m, x: OPAQUE(x, m.weight), weight=torch.ones(3, 5))
    with pytest.raises(convcost.MeasurementError, match=said):
        convcost.count(opaque, (2, 3))


def test_an_operator_that_has_a_formula_keeps_it() -> None:
    convcost.operator("aten::linear")(lambda *shapes: 1)
    assert convcost.count(torch.nn.Linear(3, 5), (2, 3)).macs == 30


MODEL = """
import torch
class Add(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        return torch.from_numpy(x.numpy() @ w.detach().numpy())
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.zeros(3, 5))
    def forward(self, x):
        return Add.apply(x, self.w)
"""
FORMULAS = """
import convcost
@convcost.operator("Add", source="this file")
def add(x, w):
    return x[0] * x[1] * w[1]
"""


def test_formulas_of_a_file(tmp_path: Path) -> None:
    from convcost.cli.main import app

    (tmp_path / "net.py").write_text(MODEL, encoding="utf-8")
    (tmp_path / "formulas.py").write_text(FORMULAS, encoding="utf-8")
    words = ["compare", f"{tmp_path}/net.py:Net", "--input", "2,3", "--formulas", f"{tmp_path}/formulas.py"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "30 MACs" in done.output
    done = CliRunner().invoke(app, [*words[:-1], f"{tmp_path}/none.py"])
    assert done.exit_code != 0
