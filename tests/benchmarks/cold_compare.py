"""`convcost compare` from cold against the script that a person would write: fvcore's own table of the same net."""

from __future__ import annotations

import sys

from tests.benchmarks.processes import pair

SCRIPT = """
import torch
from fvcore.nn import FlopCountAnalysis, flop_count_table
from convcost.models.mobilenet_v1 import MobileNetV1

model = MobileNetV1({alpha}).eval()
image = torch.randn(1, 3, {resolution}, {resolution})
print(flop_count_table(FlopCountAnalysis(model, image), max_depth=6))
"""


def main() -> None:
    """Print time and peak memory of both, and the medians of their ratios."""
    print("convcost compare / script with fvcore's flop_count_table, medians of whole processes")
    for alpha, resolution in (("0.25", 128), ("0.75", 192), ("1", 224)):
        options = ["--alpha", alpha, "--resolution", str(resolution)]
        ours = [sys.executable, "-m", "convcost.cli.main", "compare", "mobilenet_v1", *options]
        peer = [sys.executable, "-W", "ignore", "-c", SCRIPT.format(alpha=alpha, resolution=resolution)]
        result = pair(ours, peer)
        print(
            f"mobilenet_v1 α {alpha} R {resolution}: time {result.seconds:.2f} "
            f"({result.ours.seconds:.2f} s / {result.peer.seconds:.2f} s), peak memory {result.memory:.2f} "
            f"({result.ours.mebibytes:.0f} MiB / {result.peer.mebibytes:.0f} MiB)"
        )
