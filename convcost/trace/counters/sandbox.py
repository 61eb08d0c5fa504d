"""A counter runs in a process of its own: some patch torch for good, some never end."""

import contextlib
import multiprocessing
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from multiprocessing.connection import Connection
from typing import Any

import torch
from torch import nn

from convcost.core.errors import ConvcostError, one_line
from convcost.core.one_at_a_time import TURN
from convcost.trace.copies import Inputs, weightless
from convcost.trace.counters import Counter, Printout

LIMIT = 120.0
"""Seconds that a counter may take."""


@dataclass(frozen=True)
class CounterRun:
    """What came of running a counter: what it printed, or in one line why it printed nothing.

    version  the installed one; None where it is not installed, empty for a function of the user's
    """

    counter: Counter
    version: str | None
    printed: Printout | None = None
    failed: str = ""


def run(counters: Sequence[Counter], model: nn.Module, inputs: Any, limit: float = LIMIT) -> Iterator[CounterRun]:
    """Let each counter count a call of the model, in this order, one process after another.

    model   a module in any mode; it is left as it was. One without elements is given zeros where a counter needs
            them; one on another device than the CPU loses its elements first
    inputs  what the model is called with (see `Inputs.of`)
    limit   seconds after which a counter is stopped

    Where the system cannot fork, the model must be picklable.
    """
    given = Inputs.of(inputs)
    tensors = list(chain(model.parameters(), model.buffers()))
    sendable = model if all(t.device.type in ("cpu", "meta") for t in tensors) else weightless(model)
    for counter in counters:
        version = counter.version() if counter.distributions else ""
        if version is None:
            yield CounterRun(counter, None, failed=f"not installed: pip install {counter.distributions[0]}")
        else:
            yield _run(counter, version, sendable, given, limit)


def _run(counter: Counter, version: str, model: nn.Module, inputs: Inputs, limit: float) -> CounterRun:
    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_count, args=(there, counter, model, inputs), daemon=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with TURN, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a process with threads is forked; the worker uses one thread
        try:
            process.start()
        except Exception as error:
            return CounterRun(counter, version, failed=f"the model cannot be sent to its process: {one_line(error)}")
    there.close()
    try:
        found = here.recv() if here.poll(limit) else f"stopped after {limit:g} seconds"
    except EOFError:
        process.join()
        found = f"its process ended with code {process.exitcode}"
    finally:
        process.kill()
        process.join()
        here.close()
    return CounterRun(counter, version, failed=found) if isinstance(found, str) else CounterRun(counter, version, found)


def _count(pipe: Connection, counter: Counter, model: nn.Module, inputs: Inputs) -> None:
    """In the worker: send what the counter prints, or why it does not. Its talk goes nowhere."""
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    torch.set_num_threads(1)  # threads do not outlive a fork
    warnings.simplefilter("ignore")
    try:
        found: Any = counted(counter, model, inputs)
    except ConvcostError as error:
        found = str(error)
    except BaseException as error:
        found = one_line(error)
    pipe.send(found)
    pipe.close()
    os._exit(0)


def counted(counter: Counter, model: nn.Module, inputs: Inputs) -> Printout:
    """Return what a counter prints, in this very process, which it may spoil."""
    device = counter.device
    ready = weightless(model) if device == "meta" else _with_elements(model)
    args, kwargs = inputs.on(device, ready)
    with contextlib.nullcontext() if counter.grad else torch.no_grad():
        return counter(ready.eval(), args, kwargs)


def _with_elements(model: nn.Module) -> nn.Module:
    """Return the model on the CPU, with zeros for elements that it does not have: an index of 0 is always inside."""
    if any(tensor.is_meta for tensor in chain(model.parameters(), model.buffers())):
        model = model.to_empty(device="cpu")
        with torch.no_grad():
            for tensor in chain(model.parameters(), model.buffers()):
                tensor.zero_()
    return model
