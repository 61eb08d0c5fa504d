"""Recurrent layers; what a cell does in one step arrives as its parts, as in a torch.jit trace."""

from __future__ import annotations

from typing import Any

from convcost.trace.binders.bound import Arguments, Binder, Bound, shape_of


def _layers(name: str, gates: int) -> Binder:
    def bind(a: Arguments) -> Bound:
        # The LSTM has its states (h, c) as a list, and its weights, like all others, with every gate's rows in one.
        state = a["hx"] if name != "lstm" else a["hx"][0]
        hidden = shape_of(a["params"][0])[0] // gates
        hyper: dict[str, Any] = {
            "hidden_size": hidden,
            "num_layers": a["num_layers"],
            "bias": a["has_biases"],
            "bidirectional": a["bidirectional"],
        }
        if name == "lstm":
            hyper["proj_size"] = 0 if state.shape[-1] == hidden else state.shape[-1]
        packed = "data" in a
        hyper |= {"sequences": state.shape[1]} if packed else {"batch_first": a["batch_first"]}
        drops = a["train"] and a["dropout"] and a["num_layers"] > 1
        return Bound(None if drops else name, (shape_of(a["data" if packed else "input"]),), hyper)

    return bind


BINDERS: dict[str, Binder] = {
    name: _layers(name, gates) for name, gates in {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}.items()
}
