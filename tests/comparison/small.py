"""A paper of a few lines, and a model that is it unless it is told otherwise."""

from __future__ import annotations

from typing import Any

from torch import nn

from convcost.comparison.compare import compare_paper as compare
from convcost.comparison.result import Comparison
from convcost.core.architecture import Architecture, Builder, Network
from convcost.core.record import Operator, Source
from convcost.core.registry import find
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore

Hyper = dict[str, Any]
Lines = list[tuple[str, Hyper]]

CONV: Hyper = {"out_channels": 8, "kernel_size": 3, "padding": 1}
PAPER: Lines = [
    ("conv2d", CONV),
    ("batch_norm", {}),
    ("relu", {}),
    ("conv2d", {"out_channels": 8, "kernel_size": 3, "stride": 2, "padding": 1, "groups": 8}),
    ("adaptive_avg_pool2d", {"output_size": 1}),
    ("flatten", {}),
    ("linear", {"out_features": 5, "bias": True}),
    ("softmax", {}),
]
IMAGE = (2, 4, 9, 10)


def paper(lines: Lines, shape: tuple[int, ...] = IMAGE) -> Network:
    def write(builder: Builder) -> None:
        x = builder.image(*shape)
        for number, (name, hyper) in enumerate(lines):
            x = builder.call(find(Operator, name, "operator"), x, name=f"{name}_{number}", **hyper)

    return Architecture("net", "A net", write, (), Source("A paper", "table 1")).network({})


def net(**changes: Any) -> nn.Sequential:
    """The paper's net, with changes to its first or second convolution, or its classifier."""
    first = {"bias": False, "padding": 1, **changes.get("first", {})}
    second = {"bias": False, "padding": 1, "stride": 2, "groups": 8, **changes.get("second", {})}
    width = changes.get("width", 8)
    return nn.Sequential(
        nn.Conv2d(4, width, 3, **first),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.Conv2d(width, changes.get("out", 8), 3, **second),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(changes.get("out", 8), changes.get("classes", 5), bias=changes.get("bias", True)),
        nn.Softmax(1),
    )


def compared(model: nn.Module, lines: Lines = PAPER, unit: str = "macs", shape: tuple[int, ...] = IMAGE) -> Comparison:
    found = capture(model, shape)
    return compare(paper(lines, shape), found, trace_fvcore(model, shape, found), unit)
