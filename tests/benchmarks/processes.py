"""Whole processes side by side: A B A B …, so that a drift of the machine's speed touches both alike."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """Wall-clock seconds and peak memory (MiB) of one finished process."""

    seconds: float
    mebibytes: float


@dataclass(frozen=True)
class Pair:
    """Medians of ratios A/B, taken pair by pair, and of each side."""

    seconds: float
    memory: float
    ours: Run
    peer: Run


def run(command: Sequence[str]) -> Run:
    """Run a command to its end with its output thrown away; raises RuntimeError if it fails."""
    start = time.perf_counter()
    null = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    pid = os.posix_spawn(command[0], list(command), os.environ, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    os.close(null)
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"{' '.join(command)} failed")
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    return Run(time.perf_counter() - start, usage.ru_maxrss / unit)


def pair(ours: Sequence[str], peer: Sequence[str], runs: int = 7) -> Pair:
    """Both commands in turn, after one run of each that is not counted."""
    run(ours), run(peer)
    results = [(run(ours), run(peer)) for _ in range(runs)]
    middle = statistics.median
    return Pair(
        middle(a.seconds / b.seconds for a, b in results),
        middle(a.mebibytes / b.mebibytes for a, b in results),
        Run(middle(a.seconds for a, _ in results), middle(a.mebibytes for a, _ in results)),
        Run(middle(b.seconds for _, b in results), middle(b.mebibytes for _, b in results)),
    )
