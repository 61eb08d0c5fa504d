"""One axis of a grid: the values of an option as users type them (96:288:32), exact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from convcost.core.architecture import Option
from convcost.core.arrays import ExactArray
from convcost.core.errors import DomainError

MOST_POINTS = 20_000_000
"""What a grid can have at most, so that it fits in memory."""

_NUMBER = re.compile(r"\d{1,9}(\.\d{1,18})?")

Value: TypeAlias = int | Fraction | str
"""A value of an option, as `Option.read` returns it."""


@dataclass(frozen=True, eq=False)
class GridAxis:
    """The values of an option: words (or numbers of which a network has a few), or an array of exact numbers."""

    option: Option
    words: tuple[Value, ...] = ()
    numbers: ExactArray | None = None

    def __len__(self) -> int:
        return len(self.words) if self.numbers is None else len(self.numbers.values)

    def value(self, index: int) -> Value:
        """Return one value as `Option.read` does: an int, a Fraction or a word."""
        if self.numbers is None:
            return self.words[index]
        number = Fraction(int(self.numbers.values[index]), self.numbers.denominator)
        return number if self.option.decimal else int(number)


def is_grid(value: object) -> bool:
    """Tell whether a value stands for several: START:STOP:STEP, a comma list, or anything that can be iterated over."""
    if isinstance(value, str):
        return ":" in value or "," in value
    return isinstance(value, Iterable)


def read_axis(option: Option, value: object) -> GridAxis:
    """Return the axis of a grid value; raises DomainError for what cannot be read or is outside the option's domain."""
    if isinstance(value, str) and ":" in value:
        return _range(option, value)
    items = value.split(",") if isinstance(value, str) else list(value) if isinstance(value, Iterable) else [value]
    if not items:
        raise DomainError(f"{option.name} has no value")
    if len(items) > MOST_POINTS:
        raise DomainError(_too_many(option.name, len(items)))
    return of_values(option, [option.read(item) for item in items])


def of_values(option: Option, values: Sequence[Value]) -> GridAxis:
    """Return an axis of values that were read; raises DomainError where a value is given twice."""
    if len(set(values)) < len(values):
        twice = next(value for index, value in enumerate(values) if value in values[:index])
        raise DomainError(f"{option.name} gives {typed(twice)} twice; give it once")
    if option.choices:
        return GridAxis(option, words=tuple(values))
    numbers = [Fraction(value) for value in values]
    denominator = lcm(*(number.denominator for number in numbers))
    whole = [int(number * denominator) for number in numbers]
    return GridAxis(option, numbers=ExactArray(_integers(whole), denominator))


def _range(option: Option, text: str) -> GridAxis:
    parts = [part.strip() for part in text.split(":")]
    if option.choices or len(parts) != 3 or not all(_NUMBER.fullmatch(part) for part in parts):
        form = f"be {option.domain}" if option.choices else "be START:STOP:STEP, such as 96:288:32"
        raise DomainError(f"{option.name} is {text!r}, but must {form}")
    start, stop, step = (Fraction(part) for part in parts)
    if step <= 0 or stop < start:
        raise DomainError(f"{option.name} is {text!r}, but STEP must be above 0 and STOP no less than START")
    if not option.decimal and step.denominator != 1:
        raise DomainError(f"{option.name} is {text!r}, but STEP must be a whole number")
    count = (stop - start) // step + 1
    if count > MOST_POINTS:
        raise DomainError(_too_many(option.name, count))
    option.read(parts[0])  # the domain has no holes: where both ends are in it, so is everything between
    last = option.read(typed(start + (count - 1) * step))
    denominator = lcm(start.denominator, step.denominator)
    first, distance = int(start * denominator), int(step * denominator)
    if last * denominator < 2**63:
        return GridAxis(option, numbers=ExactArray(first + distance * np.arange(count, dtype=np.int64), denominator))
    return GridAxis(option, numbers=ExactArray(_integers([first + distance * i for i in range(count)]), denominator))


def _integers(values: list[int]) -> NDArray[np.int64] | NDArray[np.object_]:
    return np.array(values, dtype=np.int64 if max(values) < 2**63 else object)


def typed(value: object) -> str:
    """Return a value as users type it: decimals, not a fraction."""
    if not isinstance(value, Fraction) or value.denominator == 1:
        return str(value)
    digits = next(k for k in range(1, 40) if 10**k % value.denominator == 0)
    whole, rest = divmod(value.numerator * 10**digits // value.denominator, 10**digits)
    return f"{whole}.{rest:0{digits}d}"


def _too_many(what: str, count: int) -> str:
    return f"{what} has {count:,} points, but a grid can have {MOST_POINTS:,}; take wider steps"
