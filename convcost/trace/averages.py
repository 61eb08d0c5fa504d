"""Averages of whole maps, however a model writes them: what is averaged is found by running the steps on numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite, prod

import torch
from torch import Tensor
from torch._ops import OpOverload

from convcost.core.op_call import Sizes
from convcost.trace.aten import LOOKUPS, aten_name
from convcost.trace.binders.arguments import Arguments, spread
from convcost.trace.copies import Args, Kwargs, tensors

Step = Callable[[Tensor], Tensor]

_VIEWS = frozenset({"view", "_unsafe_view", "reshape"})
_UNCHANGED = frozenset({"clone", "contiguous", "to", "_to_copy", "type_as", "detach", "alias"})
# Which elements these take, or of which tensors, is not known without values.
_CHOSEN = LOOKUPS | {"stack", "copy"}


@dataclass(frozen=True)
class AverageSteps:
    """The steps from a tensor to sums of its elements, which are divided by a whole number.

    calls  which of the model's calls they are, counted from 0; moves are no calls
    """

    source: Sizes
    steps: tuple[Step, ...] = ()
    divisor: int = 1
    calls: tuple[int, ...] = ()

    def maps(self) -> Sizes:
        """Return the shape of the maps, channels at the second place, if each is averaged whole; otherwise nothing.

        All sums of random numbers are equal only if the same elements are in them. Steps on what is too large to hold
        are run on something smaller, on which those that name a size raise an error.
        """
        held = self.source if prod(self.source) <= _MOST_HELD else tuple(min(size, 2) for size in self.source)
        numbers = torch.randint(2**40, held, generator=torch.Generator().manual_seed(0))
        found = numbers
        try:
            for step in self.steps:
                found = step(found)
        except RuntimeError:  # a step that depends on how the model's own tensor lies in memory
            return ()
        for channels in (1, len(self.source) - 1):
            averaged = [axis for axis in range(1, len(self.source)) if axis != channels]
            sizes = tuple(self.source[axis] for axis in averaged)
            if self.divisor == prod(sizes) and torch.equal(found.flatten(), numbers.sum(averaged).flatten()):
                return (self.source[0], self.source[channels], *sizes)
        return ()


_MOST_HELD = 2**26
_BEGUN = "_convcost_average"
"""The attribute of a tensor that holds the average that is begun in it: looking it up elsewhere takes longer."""


class AverageFollower:
    """Follows how a model moves, sums and divides what it has computed; `found` are those that may be averages."""

    def __init__(self) -> None:
        self.found: list[AverageSteps] = []

    def follow(self, func: OpOverload, args: Args, kwargs: Kwargs, output: object, call: int | None) -> None:
        """Follow an operator; `call` is its number, None for one that only moves elements."""
        given, name = next(tensors(args), None), aten_name(func)
        if not isinstance(output, Tensor) or given is None or not _known(given.shape) or not _known(output.shape):
            return
        begun: AverageSteps = vars(given).get(_BEGUN) or AverageSteps(tuple(given.shape))
        if call is None or name == "flatten":
            if now := _moved(begun, func, args, kwargs, output):
                vars(output)[_BEGUN] = now
            return
        if not _SUMMING.fullmatch(name) and not (begun.calls and name in _SCALES):
            return
        step, divisor = _summed(name, Arguments.of(func, args, kwargs), output)
        if step is None:
            return
        now = AverageSteps(begun.source, (*begun.steps, step), begun.divisor * divisor, (*begun.calls, call))
        vars(output)[_BEGUN] = now
        if len(now.source) > 2 and now.divisor * output.numel() == prod(now.source):
            self.found.append(now)

    def forget(self, call: int) -> None:
        """Forget those that end with the call of this number or later."""
        self.found[:] = [average for average in self.found if average.calls[-1] < call]


def _known(shape: Sequence[object]) -> bool:
    return all(isinstance(size, int) for size in shape)


def _moved(begun: AverageSteps, func: OpOverload, args: Args, kwargs: Kwargs, output: Tensor) -> AverageSteps | None:
    """Return an average that is begun, with a move as its next step; None for a part, which is a map of its own."""
    given, name = next(tensors(args)), aten_name(func)
    if output.numel() < given.numel():
        return None
    if name in _UNCHANGED:
        return begun
    if name in _CHOSEN:
        return AverageSteps(begun.source, begun.steps, 0, begun.calls)
    shape = tuple(output.shape)
    step = (lambda x: x.reshape(shape)) if name in _VIEWS else (lambda x: func(x, *args[1:], **kwargs))
    return AverageSteps(begun.source, (*begun.steps, step), begun.divisor, begun.calls)


_SUMMING = re.compile(r"sum|mean|_?(adaptive_)?avg_pool[123]d")
_SCALES = ("div", "mul")


def _summed(name: str, a: Arguments, output: Tensor) -> tuple[Step | None, int]:
    """Return the sum that an operator takes, and what it divides it by; None for any other operator."""
    given = next(tensors(a))
    if name in ("sum", "mean"):
        axes = a.ints("dim") if a.get("dim") else tuple(range(given.dim()))
        averaged = prod(given.shape[axis] for axis in axes) if name == "mean" else 1
        return partial(torch.sum, dim=axes, keepdim=a.flag("keepdim")), averaged
    if name in _SCALES:
        number = a["other"]
        if isinstance(number, int | float) and isfinite(number) and number and not a.get("rounding_mode"):
            whole = round(number if name == "div" else 1 / number)
            if whole and number == (whole if name == "div" else 1 / whole):
                return torch.clone, whole
    if "pool" in name:
        rank = int(name[-2])
        sizes = tuple(given.shape[-rank:])
        window = a.get("output_size") or (spread(a["kernel_size"], rank) == sizes and not any(a.ints("padding")))
        if window and set(output.shape[-rank:]) == {1} and not a.get("divisor_override"):
            return partial(torch.sum, dim=tuple(range(-rank, 0)), keepdim=True), prod(sizes)
    return None, 1
