"""Slips in the formulas of recurrent layers."""

from __future__ import annotations

from math import prod
from types import SimpleNamespace

from .mutation import Slip, gives, reads


def _steps(v: SimpleNamespace) -> int:
    return prod(v.input[:-1])


def _directions(v: SimpleNamespace) -> int:
    return 2 if v.bidirectional else 1


def _cells(v: SimpleNamespace) -> int:
    return int(v.num_layers) * _directions(v)


def _state(v: SimpleNamespace) -> int:
    return int(getattr(v, "proj_size", 0) or v.hidden_size)


def _second_direction(v: SimpleNamespace) -> int:
    """Weights a row of the layers above the first that read the second direction of the one below."""
    return (_cells(v) - _directions(v)) * (_directions(v) - 1) * _state(v)


def layers(gates: int) -> dict[str, Slip]:
    """Slips in a layer of so many gates."""

    def rows(v: SimpleNamespace) -> int:
        return gates * int(v.hidden_size)

    return {
        "a gate more": gives(macs=lambda v: v.macs // gates * (gates + 1)),
        "no product with the state": gives(macs=lambda v: v.macs - _steps(v) * rows(v) * _cells(v) * _state(v)),
        "upper layers read one direction": gives(macs=lambda v: v.macs - _steps(v) * rows(v) * _second_direction(v)),
        "weights of upper layers for one direction": gives(
            parameters=lambda v: v.parameters - rows(v) * _second_direction(v)
        ),
        "upper layers read the input": gives(
            macs=lambda v: _steps(v) * rows(v) * _cells(v) * (v.input[-1] + _state(v))
        ),
        "one direction": reads(lambda a: {"bidirectional": False}),
        "directions share their weights": gives(parameters=lambda v: v.parameters // _directions(v)),
        "one layer": reads(lambda a: {"num_layers": 1}),
        "one step": gives(macs=lambda v: v.macs // _steps(v)),
        "weights at every step": gives(parameters=lambda v: v.parameters * _steps(v)),
        "one bias to add": gives(bias_adds=lambda v: v.bias_adds // 2),
        "one bias to learn": gives(parameters=lambda v: v.parameters - v.bias * rows(v) * _cells(v)),
        "bias in the MACs": gives(macs=lambda v: v.macs + v.bias_adds),
        "bias forgotten": reads(lambda a: {"bias": False}),
        "functions only": gives(elementwise=lambda v: _steps(v) * _cells(v) * rows(v)),
        "states neither read nor written": gives(activations=lambda v: prod(v.shape), inputs=lambda v: prod(v.input)),
        "batch and steps swapped": reads(lambda a: {"batch_first": not a.batch_first}),
        "one packed sequence": reads(lambda a: {"sequences": a.sequences and 1}),
        "directions added up": gives(shape=lambda v: (*v.shape[:-1], _state(v))),
        "two for a multiply-accumulate": gives(macs=lambda v: 2 * v.macs),
    }


LSTM: dict[str, Slip] = {
    **layers(4),
    "projection ignored": reads(lambda a: {"proj_size": 0}),
    "projection free": gives(macs=lambda v: v.macs - _steps(v) * _cells(v) * v.proj_size * v.hidden_size),
    "projection without weights": gives(parameters=lambda v: v.parameters - _cells(v) * v.proj_size * v.hidden_size),
    "cell state not written": gives(activations=lambda v: v.activations - _cells(v) * v.hidden_size),
}
GRU = layers(3)
RNN = layers(1)
