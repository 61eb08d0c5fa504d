"""Counters count one after another, each in a process of its own."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn

from convcost.core.errors import MeasurementError
from convcost.trace.copies import Inputs, evaluating, for_another_process, weightless, with_elements
from convcost.trace.counters import Counter, Printout
from convcost.trace.process import in_process

SECONDS = 120.0
"""How long a counter may take."""


@dataclass(frozen=True)
class CounterRun:
    """What came of running a counter: what it printed, or in one line why it printed nothing.

    version  the installed one; None where it is not installed, empty for a function of the user's
    """

    counter: Counter
    version: str | None
    printed: Printout | None = None
    failed: str = ""


def run(counters: Sequence[Counter], model: nn.Module, inputs: Any, limit: float = SECONDS) -> Iterator[CounterRun]:
    """Let each counter count a call of the model, in this order, one process after another.

    model   a module in any mode; it is left as it was. One without elements is given zeros where a counter needs
            them; one on another device than the CPU is copied there
    inputs  what the model is called with (see `Inputs.of`)
    limit   seconds after which a counter is stopped

    Where the system cannot fork, the model must be picklable.
    """
    given = Inputs.of(inputs)
    sendable = for_another_process(model)
    for counter in counters:
        version = counter.version() if counter.distributions else ""
        if version is None:
            yield CounterRun(counter, None, failed=f"not installed: pip install {counter.distributions[0]}")
        else:
            yield _run(counter, version, sendable, given, limit)


def _run(counter: Counter, version: str, model: nn.Module, inputs: Inputs, limit: float) -> CounterRun:
    try:
        return CounterRun(counter, version, in_process(partial(counted, counter, model, inputs), limit))
    except MeasurementError as error:
        return CounterRun(counter, version, failed=str(error))


def counted(counter: Counter, model: nn.Module, inputs: Inputs) -> Printout:
    """Return what a counter prints, in this very process, which it may spoil."""
    device = counter.device
    ready = weightless(model) if device == "meta" else with_elements(model)
    args, kwargs = inputs.on(device, ready)
    with contextlib.nullcontext() if counter.grad else torch.no_grad():
        return counter(evaluating(ready), args, kwargs)
