"""Counters as their own documentation calls them: a total for a model on the CPU, or on the meta device."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

import convcost
from convcost.core.record import Operator
from convcost.core.registry import find

SHAPE = (1, 3, 224, 224)


@dataclass(frozen=True)
class Peer:
    """A counter by its name, the module that must be installed, the model's device, and its call."""

    name: str
    module: str
    device: str
    count: Callable[[nn.Module], Any]

    @property
    def installed(self) -> bool:
        """Whether its module can be imported."""
        return importlib.util.find_spec(self.module) is not None


def ours(model: nn.Module) -> int | None:
    """The whole comparison, explanation included; what fvcore counts is in it."""
    return convcost.compare(model, inputs=SHAPE).totals.fvcore_total


def compared_macs(model: nn.Module) -> int:
    """The formulas' sum as the comparison has it."""
    return convcost.compare(model, inputs=SHAPE).totals.macs_formula


def formulas(model: nn.Module, shape: tuple[int, ...] = SHAPE) -> int:
    """Our own count alone: every call of the model with its module, shapes and settings, weighed by the book."""
    return sum(
        int(find(Operator, call.name, "operator")(*call.inputs, **call.hyper).cost.macs)
        for call in convcost.capture(model, shape).calls
        if call.operator
    )


def fvcore(model: nn.Module, shape: tuple[int, ...] = SHAPE) -> Any:
    """fvcore's total."""
    from fvcore.nn import FlopCountAnalysis

    return FlopCountAnalysis(model, torch.randn(shape)).total()


def _ptflops(model: nn.Module) -> Any:
    from ptflops import get_model_complexity_info

    return get_model_complexity_info(
        model, SHAPE[1:], as_strings=False, print_per_layer_stat=False, backend="pytorch", ost=io.StringIO()
    )[0]


def _torchinfo(model: nn.Module) -> Any:
    from torchinfo import summary

    return summary(model, SHAPE, device="cpu", verbose=0).total_mult_adds


def _thop(model: nn.Module) -> Any:
    from thop import profile

    return profile(model, inputs=(torch.randn(SHAPE),), verbose=False)[0]


def _torchprofile(model: nn.Module) -> Any:
    from torchprofile import profile_macs

    return profile_macs(model, torch.randn(SHAPE))


def _torch(device: str) -> Callable[[nn.Module], Any]:
    from torch.utils.flop_counter import FlopCounterMode

    def count(model: nn.Module) -> Any:
        counter = FlopCounterMode(display=False)
        with counter:
            model(torch.randn(SHAPE, device=device))
        return counter.get_total_flops()

    return count


PEERS = (
    Peer("fvcore", "fvcore", "cpu", fvcore),
    Peer("ptflops", "ptflops", "cpu", _ptflops),
    Peer("torchinfo", "torchinfo", "cpu", _torchinfo),
    Peer("thop", "thop", "cpu", _thop),
    Peer("torchprofile", "torchprofile", "cpu", _torchprofile),
    Peer("torch FlopCounterMode, CPU", "torch", "cpu", _torch("cpu")),
    Peer("torch FlopCounterMode, meta", "torch", "meta", _torch("meta")),
)
