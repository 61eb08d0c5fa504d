"""Whole processes side by side: A B A B …, so that a drift of the machine's speed touches both alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SPAWN = str(Path(__file__).with_name("spawn.py"))

CONVCOST = (sys.executable, "-m", "convcost")

TORCHVISION = """
import torch
library = torch.library.Library("torchvision", "FRAGMENT")
try:
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
except RuntimeError:
    pass
import torchvision
"""
"""How a person imports a torchvision that was built for another torch."""


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

    def __str__(self) -> str:
        ours, peer = self.ours, self.peer
        return (
            f"time {self.seconds:.2f} × ({ours.seconds:.2f} s / {peer.seconds:.2f} s), "
            f"peak memory {self.memory:.2f} × ({ours.mebibytes:.0f} MiB / {peer.mebibytes:.0f} MiB)"
        )


def python(script: str, *arguments: str) -> list[str]:
    """The command that runs a script, its warnings unseen."""
    return [sys.executable, "-W", "ignore", "-c", script, *arguments]


def printed(command: Sequence[str]) -> str:
    """What a command prints on standard output; raises CalledProcessError if it fails."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def run(command: Sequence[str]) -> Run:
    """Run a command to its end with its output thrown away; raises RuntimeError if it fails."""
    spawned = [sys.executable, "-I", "-S", _SPAWN, *command]
    done = subprocess.run(spawned, check=True, capture_output=True, text=True, env=_environment())
    code, seconds, kibibytes = done.stdout.split()
    if code != "0":
        raise RuntimeError(f"{' '.join(command)} failed")
    return Run(float(seconds), int(kibibytes) / 1024)


def _environment() -> dict[str, str]:
    """The environment in which Python keeps what it compiled, as an installed package has it from the beginning."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


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
