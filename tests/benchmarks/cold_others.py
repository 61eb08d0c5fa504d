"""Commands that need no model against an import of torch."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from tests.benchmarks.finding import Finding, Findings, same
from tests.benchmarks.processes import CONVCOST, pair

TITLE = "Commands that measure no model"
ROUNDS = 5
AIM = 1 / 3

COMMANDS = (
    ("--help",),
    ("list",),
    ("formula", "depthwise_separable"),
    ("claims", "mobilenet_v1"),
    ("claims",),
    ("solve", "mobilenet_v1", "--max-macs", "150M", "--resolution", "160"),
    ("sweep", "mobilenet_v1", "--alpha", "0.25:1:0.25", "--resolution", "128:224:32"),
)


def findings(runs: int) -> Findings:
    """The time of each command, and whether it imported torch."""
    for command in COMMANDS:
        light = not imports_torch([*CONVCOST, *command])
        found = pair([*CONVCOST, *command], [sys.executable, "-c", "import torch"], runs)
        words = "torch not imported" if light else "torch imported"
        yield Finding(
            f"convcost {' '.join(command)}",
            'python -c "import torch"',
            f"{found}; {words}",
            "at most a third of the time, torch not imported",
            found.seconds <= AIM and light,
        )


def imports_torch(command: Sequence[str]) -> bool:
    """Whether a command of Python imports torch before it ends, which Python itself tells."""
    interpreter, *rest = command
    told = subprocess.run([interpreter, "-X", "importtime", *rest], check=True, capture_output=True, text=True).stderr
    names = {line.rpartition("|")[2].strip() for line in told.splitlines()}
    same("typer" in names or "convcost.cli" in names, True, "modules told")
    return "torch" in names
