"""Calls inside one process, in turn."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Sequence
from typing import Any


def seconds(call: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    """What one call takes, with the rubbish of others collected before."""
    gc.collect()
    start = clock()
    call()
    return clock() - start


def interleaved(calls: Sequence[Callable[[], Any]], rounds: int) -> list[list[float]]:
    """The seconds of each call in each round."""
    found = [[seconds(call) for call in calls] for _ in range(rounds)]
    return [list(column) for column in zip(*found, strict=True)]


def exponent(sizes: Sequence[float], spent: Sequence[float]) -> float:
    """k of the power law c·sizeᵏ nearest to what was spent, by least squares of the logarithms."""
    x, y = [math.log(size) for size in sizes], [math.log(time) for time in spent]
    x0, y0 = sum(x) / len(x), sum(y) / len(y)
    return sum((a - x0) * (b - y0) for a, b in zip(x, y, strict=True)) / sum((a - x0) ** 2 for a in x)
