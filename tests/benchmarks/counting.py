"""A count inside a running process, twenty nets of torchvision, against other counters.

Ours twice: the formulas of what the model calls, and the whole comparison, which has fvcore's own trace in it.
"""

from __future__ import annotations

import copy
import warnings
from collections import Counter as Tally
from collections.abc import Callable
from typing import Any

from torch import nn

from convcost.models.torchvision_and_timm import torchvision_model
from tests.benchmarks.counters import PEERS, Peer, compared_macs, formulas, ours
from tests.benchmarks.finding import Finding, Findings, same, times
from tests.benchmarks.timing import seconds

TITLE = "Counting in a running process"
ROUNDS = 3
AIM = "faster on the sum"
OURS = {
    (name, device): Peer(f"{name}, {device}", "convcost", device, count)
    for name, count in (("convcost's formulas", formulas), ("convcost.compare, fvcore's trace in it", ours))
    for device in ("cpu", "meta")
}

NETS = (
    *("alexnet", "vgg16", "resnet18", "resnet50", "resnext50_32x4d", "densenet121", "googlenet", "inception_v3"),
    *("mobilenet_v2", "mobilenet_v3_large", "mnasnet1_0", "shufflenet_v2_x1_0", "squeezenet1_1", "efficientnet_b0"),
    *("efficientnet_v2_s", "regnet_y_400mf", "convnext_tiny", "vit_b_16", "swin_t", "maxvit_t"),
)


def findings(rounds: int) -> Findings:
    """The sum over all nets of the least that each counter took, and its ratio to ours."""
    best: Tally[str] = Tally()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _measured(NETS[2], 1)  # what is imported and compiled at the first call
        for net in NETS:
            best.update(_measured(net, rounds))
    for peer in PEERS:
        against = f"{peer.name}, {len(NETS)} nets"
        if not peer.installed:
            yield Finding("convcost", against, "not installed, not measured")
            continue
        for (name, device), counter in OURS.items():
            if device == peer.device:
                ours, theirs = best[counter.name], best[peer.name]
                words = f"time {times(ours / theirs)} ({ours:.2f} s / {theirs:.2f} s)"
                yield Finding(name, against, words, AIM, ours < theirs)


def _measured(net: str, rounds: int) -> dict[str, float]:
    """The least seconds of every counter, each time on a fresh copy of the net."""
    built = torchvision_model(net).eval()
    models = {"cpu": built, "meta": copy.deepcopy(built).to("meta")}
    found: dict[str, list[float]] = {}
    answers: dict[str, Any] = {}
    for _ in range(rounds):
        for counter in (*OURS.values(), *PEERS):
            if counter.installed:
                call = _Kept(counter.count, copy.deepcopy(models[counter.device]))
                found.setdefault(counter.name, []).append(seconds(call))
                answers[counter.name] = call.answer
    for (_, device), counter in OURS.items():
        if counter.count is ours:
            same(answers[counter.name], answers["fvcore"], f"fvcore's total of {net}")
        else:
            same(answers[counter.name], compared_macs(models[device]), f"the formulas' sum of {net}")
    return {name: min(spent) for name, spent in found.items()}


class _Kept:
    """A call that keeps what it returned."""

    def __init__(self, count: Callable[[nn.Module], Any], model: nn.Module) -> None:
        self.count, self.model, self.answer = count, model, None

    def __call__(self) -> None:
        self.answer = self.count(self.model)
