"""What changes PyTorch or Python for a while, one thread at a time.

A trace changes what the whole process shares: functions are patched, hooks stand on all modules, torch.jit has one
tracer, a user's file has its folder on the search path. A second thread that traces meanwhile would count the first
one's calls, so it waits.
"""

import functools
import os
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")

TURN = threading.RLock()
"""Held by the thread that may change what all share; what it calls may take it again."""

if hasattr(os, "register_at_fork"):
    # A process that is forked in the middle of a trace would have its patches for good, and a lock that nobody holds.
    os.register_at_fork(before=TURN.acquire, after_in_parent=TURN.release, after_in_child=TURN.release)


def one_at_a_time(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let one thread at a time run a function, among all functions that are so decorated."""

    @functools.wraps(function)
    def waiting(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with TURN:
            return function(*args, **kwargs)

    return waiting
