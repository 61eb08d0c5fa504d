"""The modules of a model that ran: their classes, what they return, and the parameters that are their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import nn

from convcost.core.op_call import Sizes


@dataclass(frozen=True)
class ModuleRun:
    """A module at one place in a model's tree.

    path       empty for the model itself
    kind       its class
    output     the shape of the first tensor that its last run returned; None where it did not run or returned none
    runs       how often its forward ran
    trainable  elements of its own parameters that are trained, not of those of the modules in it; what another
               module holds too counts at the first place
    frozen     elements of those that are not trained
    size       bytes of both
    same_as    where the same module stands first; empty at that place
    leaf       whether it has no modules in it
    tied       its own parameters that a module before it holds too, each with its first name: head.weight, embed.weight
    """

    path: str
    kind: str
    output: Sizes | None
    runs: int
    trainable: int
    frozen: int
    size: int
    same_as: str = ""
    leaf: bool = True
    tied: tuple[tuple[str, str], ...] = ()


def module_runs(model: nn.Module, outputs: Mapping[str, Sizes], runs: Mapping[str, int]) -> tuple[ModuleRun, ...]:
    """Return every module of a model after a run, in the order of its tree, a shared one at each of its places.

    outputs  what each module returned, by its first path
    runs     how often it ran, by its first path
    """
    found, first, names = [], dict[nn.Module, str](), dict[nn.Parameter, str]()
    for path, module in model.named_modules(remove_duplicate=False):
        own, tied = [], []
        for name, parameter in module.named_parameters(path, recurse=False, remove_duplicate=False):
            if parameter not in names:
                names[parameter] = name
                own.append(parameter)
            elif module not in first:
                tied.append((name, names[parameter]))
        trainable, frozen = (sum(p.numel() for p in own if p.requires_grad is grad) for grad in (True, False))
        size = sum(p.numel() * p.element_size() for p in own)
        place = first.setdefault(module, path)
        same_as = "" if place == path else place
        leaf, output = next(module.children(), None) is None, outputs.get(place)
        kind = type(module).__name__
        found.append(
            ModuleRun(path, kind, output, runs.get(place, 0), trainable, frozen, size, same_as, leaf, tuple(tied))
        )
    return tuple(found)
