"""A million points of a network's settings against a trace of each."""

from __future__ import annotations

import random
import statistics
import time
import warnings
from decimal import Decimal
from fractions import Fraction

import torch

import convcost
from convcost.models.mobilenet import MobileNetV1
from tests.benchmarks.finding import Finding, Findings, same, times
from tests.benchmarks.timing import seconds

TITLE = "A million settings"
ROUNDS = 3
AIM = 100_000
ALPHA = [f"{0.25 + step / 5000:.4f}" for step in range(5000)]
RESOLUTION = list(range(96, 296))
TRACED = 20


def findings(rounds: int) -> Findings:
    """Seconds a point of both."""
    from fvcore.nn import FlopCountAnalysis

    grid = convcost.sweep("mobilenet_v1", alpha=ALPHA, resolution=RESOLUTION)
    same(len(grid), len(ALPHA) * len(RESOLUTION), "points")
    frame = grid.frame
    spent = []
    draw = random.Random(0)  # noqa: S311
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(TRACED + 1):
            alpha, side = draw.choice(ALPHA), draw.choice(RESOLUTION)
            start = time.perf_counter()
            model = MobileNetV1(Fraction(alpha)).eval()
            analysis = FlopCountAnalysis(model, torch.randn(1, 3, side, side)).unsupported_ops_warnings(False)
            counted = analysis.by_operator()
            spent.append(time.perf_counter() - start)
            point = frame.iloc[ALPHA.index(alpha) * len(RESOLUTION) + RESOLUTION.index(side)]
            ours = (point["alpha"], point["resolution"], point["macs"])
            same(ours, (Decimal(alpha), side, counted["conv"] + counted["linear"]), "MACs of a point")
    mine = statistics.median(
        seconds(lambda: convcost.sweep("mobilenet_v1", alpha=ALPHA, resolution=RESOLUTION)) for _ in range(rounds)
    )
    peer = statistics.mean(spent[1:]) * len(grid)  # the first one warms up
    yield Finding(
        f"convcost.sweep of mobilenet_v1, {len(grid):,} points (α, resolution)",
        f"a trace of each with fvcore, extrapolated from {TRACED}",
        f"{times(peer / mine)} faster; {mine:.2f} s / {peer:,.0f} s",
        f"at least {AIM:,} × faster",
        peer / mine >= AIM,
    )
