"""Small models that behave well and badly, as a user's file; the tests of audits name its factories."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from convcost.core.parsing import parse_reference

HERE = Path(__file__)


def line(factory: str, *options: str) -> str:
    """A factory of this file as a line of a list."""
    return " ".join((str(parse_reference(f"{HERE}:{factory}")), *options))


class Small(nn.Module):
    """27·width weights, on an image of 8×8: 36 positions. It notes in a file that it ran, and waits for another."""

    def __init__(self, width: int = 2, gate: str | None = None, log: str | None = None) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3, bias=False)
        self.example_input_array = torch.zeros(1, 3, 8, 8)
        if log is not None:
            with Path(log).open("a") as file:
                file.write(f"{width}\n")
        while gate is not None and not Path(gate).exists():
            time.sleep(0.01)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        done: torch.Tensor = self.conv(x)
        return done


class Chatty(Small):
    """Prints, and asks."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        print("not for the supervisor")
        os.system("echo nor this")  # noqa: S605, S607
        assert sys.stdin.read() == ""
        return super().forward(x)


class Attention(nn.Module):
    """fvcore has no handle for fused attention."""

    def __init__(self) -> None:
        super().__init__()
        self.example_input_array = torch.zeros(2, 3, 5, 7)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.scaled_dot_product_attention(x, x, x)


class Broadcast(nn.Module):
    """fvcore drops the left operand's broadcast."""

    def __init__(self) -> None:
        super().__init__()
        self.example_input_array = torch.zeros(5, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.matmul(x, x.new_zeros(4, 6, 7))


def huge() -> nn.Module:
    """Four hundred terabytes, had it its weights."""
    return nn.Linear(10**7, 10**7)


def no_input() -> nn.Module:
    return nn.Linear(2, 3)


def broken() -> nn.Module:
    raise ValueError("no such width\nand more")


def leaves() -> nn.Module:
    raise SystemExit("enough")


def interrupts() -> nn.Module:
    raise KeyboardInterrupt


def hangs() -> nn.Module:
    while True:
        pass


def hangs_in_c() -> nn.Module:
    """Keeps Python's lock, so that no thread of the process can run."""
    nap: Callable[[int], int] = ctypes.PyDLL(None).sleep
    while True:
        nap(1000)


def dies() -> nn.Module:
    os._exit(3)


def faults() -> nn.Module:
    ctypes.string_at(0)
    raise AssertionError


def hog() -> nn.Module:
    """Takes one and a half gibibytes, and keeps them for as long as nobody looks."""
    kept = b"x" * (3 * 2**29)
    while kept:
        time.sleep(0.01)
    raise AssertionError
