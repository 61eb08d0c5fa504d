"""Recurrent layers and cells against the parts that PyTorch runs them in, other counters' numbers, and each other."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convcost.core.cost import Cost
from convcost.core.errors import DomainError
from convcost.core.record import Operator
from convcost.core.registry import find
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore

from . import parts
from .strategies import RECURRENT, SOME
from .strategies_recurrent import CELLS, LAYERS
from .witness import disagreements, observe


@pytest.mark.parametrize("name", RECURRENT)
@SOME
@given(data=st.data())
def test_layer(name: str, data: st.DataObject) -> None:
    observed = observe(data.draw(RECURRENT[name]))
    assert disagreements(observed.record, observed) == []
    assert observed.call.parameters == observed.cost.parameters
    assert (observed.call.name, observed.call.aten) == (name, f"aten::{name}")


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("shape", [(5, 3), (3,)])
def test_cell(name: str, bias: bool, shape: tuple[int, ...]) -> None:
    result = find(Operator, name, "operator")(shape, hidden_size=7, bias=bias)
    model = CELLS[name](3, 7, bias=bias)
    assert result.cost == parts.cell(model, shape)
    output = model(torch.zeros(shape))
    assert result.shape == tuple((output[0] if isinstance(output, tuple) else output).shape)


@pytest.mark.parametrize("name", CELLS)
def test_cell_arrives_as_its_parts_as_in_a_trace(name: str) -> None:
    """torch.jit records no cell, so fvcore counts the two linear layers in it, and so must they be captured."""
    model = CELLS[name](3, 7)
    calls, counted = capture(model, (5, 3)).calls, trace_fvcore(model, (5, 3))
    whole = find(Operator, name, "operator")((5, 3), hidden_size=7).cost
    costs = [find(Operator, call.name, "operator")(*call.inputs, **call.hyper).cost for call in calls]
    assert [call.count for call in counted.calls] == [cost.macs for cost in costs if cost.macs]
    assert counted.total == whole.macs
    assert sum(call.parameters for call in calls) == whole.parameters
    together = sum(costs, Cost())
    assert (together.bias_adds, together.elementwise) == (whole.bias_adds, whole.elementwise)
    names = Counter(call.aten for call in calls if call.aten != "aten::linear")
    assert counted.unsupported[""] - names <= Counter({"aten::unsafe_chunk": 2})


@pytest.mark.parametrize("name", LAYERS)
def test_fvcore_has_no_handle(name: str) -> None:
    counted = trace_fvcore(LAYERS[name](3, 7, 2), (5, 2, 3))
    assert (counted.total, counted.unsupported) == (0, {"": Counter({f"aten::{name}": 1})})


def test_numbers_of_other_counters() -> None:
    # DeepSpeed's 172,200 FLOPs of it are 2·84,000 of products and 4,200 more; torch, on meta, counts 84,000 as well.
    (call,) = capture(nn.LSTM(20, 30), (2, 7, 20)).calls
    assert find(Operator, "lstm", "operator")(*call.inputs, **call.hyper).cost.macs == 84_000


@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("name", LAYERS)
def test_macs_are_those_that_torch_counts(name: str, bidirectional: bool) -> None:
    model = LAYERS[name](3, 7, 3, bidirectional=bidirectional).to("meta")
    with FlopCounterMode(display=False) as counter:
        model(torch.zeros(5, 2, 3, device="meta"))
    (call,) = capture(model, (5, 2, 3)).calls
    # It counts two FLOPs a multiply-accumulate.
    assert counter.get_total_flops() == 2 * find(Operator, name, "operator")(*call.inputs, **call.hyper).cost.macs


@pytest.mark.parametrize("name", LAYERS)
def test_weights_of_a_recurrent_layer_are_attributed_once(name: str) -> None:
    layer = LAYERS[name](3, 3, 2, bidirectional=False)
    calls = capture(nn.Sequential(Output(layer), Output(layer)), (5, 2, 3)).calls
    assert [call.parameters for call in calls] == [sum(p.numel() for p in layer.parameters()), 0]


class Output(nn.Module):
    """A recurrent layer without its last states."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, input: torch.Tensor) -> Any:
        return self.layer(input)[0]


@pytest.mark.parametrize(
    ("name", "shape", "hyper", "sentence"),
    [
        ("lstm", (5, 2, 3), {"hidden_size": 4, "proj_size": 4}, "the projection must be smaller than the hidden size"),
        ("lstm", (5, 3), {"hidden_size": 4}, "the input must be \\(steps, batch, features\\)"),
        ("gru", (5, 2, 3), {"hidden_size": 0}, "hidden size must be at least 1"),
        ("rnn_tanh", (5, 2, 3), {"hidden_size": 4, "num_layers": 0}, "there must be at least one layer"),
        ("gru_cell", (0, 3), {"hidden_size": 4}, "every size of the input must be at least 1"),
    ],
)
def test_outside_the_domain(name: str, shape: tuple[int, ...], hyper: dict[str, int], sentence: str) -> None:
    with pytest.raises(DomainError, match=sentence):
        find(Operator, name, "operator")(shape, **hyper)


def test_dropout_between_layers_has_no_formula_while_it_drops() -> None:
    class Training(nn.LSTM):
        def forward(self, input: Any, hx: Any = None) -> Any:
            self.train()
            return super().forward(input, hx)

    (call, *_) = [c for c in capture(Training(3, 4, 2, dropout=0.5), (5, 2, 3)).calls if c.aten == "aten::lstm"]
    assert call.operator is None


def test_packed_sequences_cost_their_own_steps_only() -> None:
    lstm = find(Operator, "lstm", "operator")
    # Of three sequences of 5, 3 and 2 steps, 10 steps are run, not 15.
    packed, padded = lstm((10, 4), hidden_size=6, sequences=3).cost, lstm((5, 3, 4), hidden_size=6).cost
    assert (packed.macs * 15, packed.parameters) == (padded.macs * 10, padded.parameters)


def test_case_of_the_oracle_is_refused_for_an_unknown_part() -> None:
    with pytest.raises(AssertionError, match="no part of an operator"):
        parts.by_parts(nn.Softplus(), torch.zeros(3, dtype=torch.float64), states=0)
