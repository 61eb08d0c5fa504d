"""`convcost derive` from cold against an import of torch, and how long the formulas are."""

from __future__ import annotations

import sys
from typing import Any

import convcost
from tests.benchmarks.finding import Finding, Findings
from tests.benchmarks.processes import CONVCOST, pair

TITLE = "Formulas from cold"
ROUNDS = 3
NETS = (
    ["torchvision:resnet50"],
    ["torchvision:densenet201"],
    ["torchvision:efficientnet_b7"],
    ["torchvision:swin_t"],
    ["torchvision:vit_b_16"],
    ["resnet_cifar", "--depth", "1202"],
)


def findings(runs: int) -> Findings:
    """The time of each, what it is above the import, and the terms and characters of its MACs."""
    for net in NETS:
        result = pair([*CONVCOST, "derive", *net], [sys.executable, "-c", "import torch"], runs)
        options: dict[str, Any] = {"depth": net[2]} if len(net) > 1 else {}
        derived = convcost.derive(net[0], **options).derivation
        above = result.ours.seconds - result.peer.seconds
        yield Finding(
            f"convcost derive {' '.join(net)}",
            'python -c "import torch"',
            f"{result}, {above:.2f} s above it; {len(derived.entries)} calls, "
            f"{len(derived.forms['macs'][0].terms)} terms, {len(derived.text())} characters",
        )
