"""Functions that run in a process of their own.

Some counters patch torch for good, some never end, some end the process; and what a model changes there is not the
user's.
"""

import faulthandler
import multiprocessing
import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import torch

from convcost.core.errors import MeasurementError, one_line
from convcost.core.one_at_a_time import TURN

T = TypeVar("T")

FORKS = sys.platform == "linux"
"""Whether a process of its own has the model without a copy: elsewhere it is pickled, and torch imported anew."""


def in_process(function: Callable[[], T], limit: float) -> T:
    """Return what a function returns in a process of its own, on one thread, without its prints.

    limit  seconds after which it is stopped

    Raises MeasurementError with the function's own words where it raises, and where its process ended before it did:
    "ended by SIGSEGV", "stopped after 120 seconds".
    """
    context: Any = multiprocessing.get_context("fork" if FORKS else "spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(there, function), daemon=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with TURN, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a process with threads is forked; this one uses one thread
        try:
            process.start()
        except Exception as error:
            raise MeasurementError(f"the model cannot be sent to its process: {one_line(error)}") from error
    there.close()
    found: Any
    try:
        succeeded, found = here.recv() if here.poll(limit) else (False, f"stopped after {limit:g} seconds")
    except EOFError:
        process.join()
        succeeded, found = False, _ended(process.exitcode)
    finally:
        process.kill()
        process.join()
        here.close()
    if not succeeded:
        raise MeasurementError(found)
    result: T = found
    return result


def _ended(code: int) -> str:
    if code >= 0:
        return f"its process ended with code {code}"
    try:
        return f"ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended by signal {-code}"


def _send(pipe: Any, function: Callable[[], object]) -> None:
    """In the worker: send what the function returns, or why it does not. What it prints goes nowhere."""
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    faulthandler.disable()  # how the process ends is told by the one that waits
    torch.set_num_threads(1)  # threads do not outlive a fork
    warnings.simplefilter("ignore")
    try:
        pipe.send_bytes(pickle.dumps((True, function())))  # by value: what torch shares ends with this process
    except BaseException as error:  # of pickling the answer too
        pipe.send((False, one_line(error)))
    pipe.close()
    os._exit(0)
