"""What can be turned on a page: an option of a network and the values that it takes there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from convcost.core.architecture import Architecture, Option, Settings
from convcost.core.arrays import ExactArray
from convcost.core.errors import DomainError

_STEPS = (100, 1000, 10_000)
_MOST_OF_A_MULTIPLIER = 2


@dataclass(frozen=True)
class Dial:
    """The values (low, low + 1, … high)/denominator of a setting, and the one to start from, as numerators."""

    name: str
    symbol: str
    meaning: str
    low: int
    high: int
    start: int
    denominator: int = 1
    usual: int | None = None

    def __len__(self) -> int:
        return self.high - self.low + 1

    def value(self, numerator: int) -> int | Fraction:
        """A value as the option has it."""
        return numerator if self.denominator == 1 else Fraction(numerator, self.denominator)

    def along(self, axis: int, axes: int) -> ExactArray:
        """All numerators, along one axis of as many as there are dials."""
        shape = [1] * axes
        shape[axis] = len(self)
        return ExactArray(np.arange(self.low, self.high + 1, dtype=np.int64).reshape(shape))


def dials(architecture: Architecture, settings: Settings, image: int) -> tuple[Dial, ...]:
    """The numbers of a network that its formula has a symbol for; `image` is the side that None stands for.

    Raises DomainError for a multiplier that is finer than a page's finest step.
    """
    options = [o for o in architecture.options if o.symbol and not o.choices and o.scales is None]
    return tuple(_dial(option, settings[option.name], image) for option in options)


def _dial(option: Option, setting: Any, image: int) -> Dial:
    value = Fraction(image if setting is None else setting)
    usual = Fraction(image if option.default is None else option.default)
    denominator = 1
    if option.decimal:
        fitting = [step for step in _STEPS if step % value.denominator == 0]
        if not fitting:
            raise DomainError(f"{option.name} is {float(value)}, but a page has steps of 1/{_STEPS[-1]}; round it")
        denominator = fitting[0]
    most = Fraction(_MOST_OF_A_MULTIPLIER) if option.decimal else max(4 * usual, Fraction(64))
    low = option.low * denominator // 1 + 1 if option.decimal else option.low
    return Dial(
        name=option.name,
        symbol=option.symbol,
        meaning=option.meaning,
        low=int(low),
        high=int(min(max(most, value), Fraction(option.high)) * denominator),
        start=int(value * denominator),
        denominator=denominator,
        usual=int(usual * denominator),
    )


def inputs(dials: tuple[Dial, ...], settings: Mapping[str, Any]) -> tuple[int, ...]:
    """The numerators of the dials at some settings."""
    return tuple(int(settings[dial.name] * dial.denominator) for dial in dials)
