"""Recurrent layers of every kind, small and uneven."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from . import draws, parts
from .case import Case

LAYERS: dict[str, Any] = {
    "lstm": nn.LSTM,
    "gru": nn.GRU,
    "rnn_tanh": nn.RNN,
    "rnn_relu": partial(nn.RNN, nonlinearity="relu"),
}
CELLS: dict[str, Any] = {
    "lstm_cell": nn.LSTMCell,
    "gru_cell": nn.GRUCell,
    "rnn_tanh_cell": nn.RNNCell,
    "rnn_relu_cell": partial(nn.RNNCell, nonlinearity="relu"),
}
NEVER_CALLED = set(CELLS)
"""A recurrent cell arrives as its parts; no call can be bound."""


class Packed(nn.Module):
    """A recurrent layer on sequences of different lengths, packed: so many of them still run at each step."""

    def __init__(self, layer: nn.Module, running: list[int]) -> None:
        super().__init__()
        self.layer, self.running = layer, running

    def extra_repr(self) -> str:
        return f"running={self.running}"

    def forward(self, input: Tensor) -> Any:
        output, last = self.layer(PackedSequence(input, torch.tensor(self.running)))
        return output.data, last


@st.composite
def layers(draw: st.DrawFn, name: str) -> Case:
    """With and without a batch axis, and on packed sequences."""
    steps, batch, features, hidden = draws.shape(draw, 4, 2, 7)
    settings: dict[str, Any] = {
        "num_layers": draw(st.integers(1, 3)),
        "bias": draw(st.booleans()),
        "bidirectional": draw(st.booleans()),
        "batch_first": draw(st.booleans()),
    }
    if name == "lstm" and draw(st.booleans()):
        settings["proj_size"] = draw(st.integers(1, hidden - 1))
    model = LAYERS[name](features, hidden, **settings)
    form = draw(st.sampled_from(("plain", "plain", "packed", "unbatched")))
    if form == "unbatched":
        return Case(model, (steps, features), oracle=parts.recurrent)
    if form == "packed":
        running = sorted(draw(st.lists(st.integers(1, batch), min_size=steps, max_size=steps)), reverse=True)
        return Case(Packed(model, running), (sum(running), features), oracle=parts.recurrent)
    sizes = (batch, steps, features) if settings["batch_first"] else (steps, batch, features)
    return Case(model, sizes, oracle=parts.recurrent)
