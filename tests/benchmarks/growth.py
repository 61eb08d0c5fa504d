"""How time grows with depth: processor seconds against the number of operators, and the power law nearest to them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import nn

import convcost
from convcost.core.architecture import Architecture
from convcost.core.registry import find
from convcost.models import build
from tests.benchmarks.counters import formulas, fvcore
from tests.benchmarks.finding import Finding, Findings
from tests.benchmarks.timing import exponent, seconds

TITLE = "Cost as nets grow"
ROUNDS = 2
AIM = 1.1
DEPTHS = (20, 32, 44, 56, 110, 1202)
CHAINS = (100, 1000, 3000, 10_000)

Sized = tuple[int, Callable[[], Any]]
"""A number of operators, and a call on a net that has so many."""


def findings(rounds: int) -> Findings:
    """Comparison and formula of ResNets for CIFAR-10 and of chains of convolutions."""
    architecture = find(Architecture, "resnet_cifar", "network")
    nets: list[tuple[int, nn.Module]] = []
    for depth in DEPTHS:
        settings = architecture.settings({"depth": str(depth)})
        nets.append((len(architecture.network(settings).calls), build("resnet_cifar", settings)))
    chains = [(length, chain(length)) for length in CHAINS]
    resnets, chained = f"ResNet-{DEPTHS[0]} … {DEPTHS[-1]}", f"chains of {CHAINS[0]} … {CHAINS[-1]:,} convolutions"
    yield _fitted(
        "convcost.compare by formula",
        resnets,
        [(n, _by_formula(d)) for (n, _), d in zip(nets, DEPTHS, strict=True)],
        rounds,
    )
    yield _fitted("convcost.derive", resnets, [(n, _derived(net, (1, 3, 32, 32))) for n, net in nets], rounds)
    yield _fitted("convcost's formulas", chained, [(n, _counted(net)) for n, net in chains], rounds)
    yield _fitted("convcost.compare", chained, [(n, _compared(net, (1, 4, 8, 8))) for n, net in chains], rounds)
    peers = [(length, _by_fvcore(length)) for length in CHAINS]
    yield replace(_fitted("fvcore alone, which compare waits for", chained, peers, rounds), aim="", met=None)
    yield _fitted("convcost.derive", chained, [(n, _derived(net, (1, 4, 8, 8))) for n, net in chains], rounds)


def chain(length: int) -> nn.Module:
    """So many convolutions one after another, without elements."""
    with torch.device("meta"):
        return nn.Sequential(*(nn.Conv2d(4, 4, 3, padding=1) for _ in range(length))).eval()


def _by_formula(depth: int) -> Callable[[], Any]:
    return lambda: convcost.compare("resnet_cifar", depth=depth)


def _counted(net: nn.Module) -> Callable[[], Any]:
    return lambda: formulas(net, (1, 4, 8, 8))


def _by_fvcore(length: int) -> Callable[[], Any]:
    net = nn.Sequential(*(nn.Conv2d(4, 4, 3, padding=1) for _ in range(length))).eval()
    return lambda: fvcore(net, (1, 4, 8, 8))


def _compared(net: nn.Module, shape: tuple[int, ...]) -> Callable[[], Any]:
    return lambda: convcost.compare(net, inputs=shape)


def _derived(net: nn.Module, shape: tuple[int, ...]) -> Callable[[], Any]:
    return lambda: convcost.derive(net, inputs=shape)


def _fitted(what: str, nets: str, calls: Sequence[Sized], rounds: int) -> Finding:
    calls[0][1]()  # what is imported at the first call
    sizes = [size for size, _ in calls]
    spent = [min(seconds(call, time.process_time) for _ in range(rounds)) for _, call in calls]
    fitted, last = exponent(sizes, spent), exponent(sizes[-2:], spent[-2:])
    return Finding(
        f"{what}, {nets}",
        "number of operators",
        f"exponent {fitted:.2f}, of the last two {last:.2f}; {spent[0]:.2f} s for {sizes[0]:,} operators, "
        f"{spent[-1]:.2f} s for {sizes[-1]:,}",
        f"linear: both exponents at most {AIM}",
        max(fitted, last) <= AIM,
    )
