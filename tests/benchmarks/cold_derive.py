"""`convcost derive` from cold against an import of torch, and how long the formulas are."""

from __future__ import annotations

import sys
from typing import Any

import convcost
from tests.benchmarks.processes import pair

NETS = (
    ["torchvision:resnet50"],
    ["torchvision:densenet201"],
    ["torchvision:efficientnet_b7"],
    ["torchvision:swin_t"],
    ["torchvision:vit_b_16"],
    ["resnet_cifar", "--depth", "1202"],
)


def main() -> None:
    """Print the time of each, what it is above the import, and the terms and characters of its MACs."""
    print("convcost derive, medians of whole processes")
    for net in NETS:
        result = pair(
            [sys.executable, "-m", "convcost.cli.main", "derive", *net], [sys.executable, "-c", "import torch"], runs=3
        )
        options: dict[str, Any] = {"depth": net[2]} if len(net) > 1 else {}
        derived = convcost.derive(net[0], **options)
        above = result.ours.seconds - result.peer.seconds
        print(
            f"{' '.join(net)}: {result.ours.seconds:.2f} s, {above:.2f} s above an import of torch, "
            f"{result.ours.mebibytes:.0f} MiB; {len(derived.entries)} calls, "
            f"{len(derived.forms['macs'][0].terms)} terms, {len(derived.text())} characters"
        )
