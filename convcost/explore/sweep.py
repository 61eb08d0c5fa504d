"""A network's cost on a whole grid of settings, from the formula: exact integers, no tracing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import lcm, prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from convcost.core.architecture import Architecture, Option, Settings
from convcost.core.arrays import ExactArray, Split, summed, whole
from convcost.core.errors import DomainError
from convcost.core.parsing import DECIMAL

MOST_POINTS = 20_000_000
"""What a grid can have at most, so that it fits in memory."""

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
    numerators = [int(number * denominator) for number in numbers]
    kind = np.int64 if max(numerators) < 2**63 else object
    return GridAxis(option, numbers=ExactArray(np.array(numerators, dtype=kind), denominator))


def _range(option: Option, text: str) -> GridAxis:
    parts = [part.strip() for part in text.split(":")]
    if option.choices or len(parts) != 3 or not all(DECIMAL.fullmatch(part) for part in parts):
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
    steps = np.arange(count, dtype=np.int64 if last * denominator < 2**63 else object)
    return GridAxis(option, numbers=ExactArray(first + distance * steps, denominator))


def typed(value: object) -> str:
    """Return a value as users type it: decimals, not a fraction."""
    if not isinstance(value, Fraction) or value.denominator == 1:
        return str(value)
    digits = next(k for k in range(1, 40) if 10**k % value.denominator == 0)
    whole, rest = divmod(value.numerator * 10**digits // value.denominator, 10**digits)
    return f"{whole}.{rest:0{digits}d}"


def _too_many(what: str, count: int) -> str:
    return f"{what} has {count:,} points, but a grid can have {MOST_POINTS:,}; take wider steps"


COUNTS = ("macs", "parameters", "activations")
"""What a sweep counts: multiply-accumulates, learnable elements, and elements that convolutions and linear layers write
(activations as of Radosavovic et al. 2020, arXiv 2003.13678, section 3)."""

PointsDone: TypeAlias = Callable[[int], None]
"""Is told how many more points are done."""

Counts: TypeAlias = NDArray[np.int64] | NDArray[np.object_]
Index: TypeAlias = tuple[int, ...]
Block: TypeAlias = tuple[NDArray[np.int64], ...]
"""The part of a grid at these indices of each axis."""

# Large enough for the work on numbers to outweigh the network, small enough for some dozen of megabytes.
_BLOCK = 2**19


@dataclass(frozen=True, eq=False)
class Sweep:
    """Costs on the grid of `axes`, one dimension per axis; `fixed` are the settings that are the same everywhere.

    `counts` are int64 where all of them fit, else Python's ints. At `refused` points the network cannot be built, and
    there is no count; `reason` is that of the first such point.
    """

    architecture: Architecture
    axes: tuple[GridAxis, ...]
    fixed: Settings
    counts: dict[str, Counts]
    refused: NDArray[np.bool_]
    reason: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of values of every axis."""
        return tuple(len(axis) for axis in self.axes)

    def index(self, flat: int) -> Index:
        """Return the place on the grid of a point by its number."""
        return tuple(int(i) for i in np.unravel_index(flat, self.shape))

    def given(self, index: Index) -> Settings:
        """Return the options of one point, as a user would give them."""
        return {axis.option.name: axis.value(i) for axis, i in zip(self.axes, index, strict=True)}

    def settings(self, index: Index) -> Settings:
        """Return all settings of one point."""
        settings = dict(self.fixed)
        for axis, i in zip(self.axes, index, strict=True):
            scaled = axis.option.scales
            settings[target(axis)] = axis.value(i) if scaled is None else int(self.vectors[scaled].values[i])
        return settings

    @cached_property
    def vectors(self) -> dict[str, ExactArray]:
        """The values of each setting that is a number: ρ as pixels, rounded half up as `settings` does."""
        return {
            target(axis): _vector(self.architecture, axis.numbers, axis.option.scales)
            for axis in self.axes
            if axis.numbers is not None
        }


def target(axis: GridAxis) -> str:
    """Return the setting that an axis sets: a factor sets what it scales."""
    return axis.option.scales or axis.option.name


def _vector(architecture: Architecture, numbers: ExactArray, scales: str | None) -> ExactArray:
    if scales is None:
        return numbers
    scaled = next(option for option in architecture.options if option.name == scales)
    pixels = (2 * numbers * scaled.default + 1) // 2
    for end in (pixels.values.min(), pixels.values.max()):
        scaled.read(int(end))
    return pixels


def sweep(architecture: Architecture, options: Mapping[str, object], progress: PointsDone | None = None) -> Sweep:
    """Return the costs at every combination of the options, where a value is one or a grid (`is_grid`).

    Raises DomainError for an option or a value that the architecture does not have, for a grid of too many
    points, and where it can be built at none of them.
    """
    axes, single = given_axes(architecture, options)
    return grid(architecture, tuple(axes.values()), single, progress)


def given_axes(architecture: Architecture, options: Mapping[str, object]) -> tuple[dict[str, GridAxis], Settings]:
    """Return the axes of the options that have several values, by name, and the options that have one."""
    known = {option.name: option for option in architecture.options}
    single = {name: value for name, value in options.items() if not is_grid(value) or name not in known}
    architecture.settings(single)  # an unknown option is refused before a grid is read
    several = {name: option for name, option in known.items() if name in options and name not in single}
    return {name: read_axis(option, options[name]) for name, option in several.items()}, single


def grid(
    architecture: Architecture,
    axes: tuple[GridAxis, ...],
    single: Mapping[str, object],
    progress: PointsDone | None = None,
) -> Sweep:
    """Return the costs on the grid of `axes`, the options of `single` being the same everywhere."""
    names = {axis.option.name for axis in axes} | set(single)
    for option in architecture.options:
        if option.name in names and option.scales in names:
            raise DomainError(f"give {option.name} or {option.scales}, not both")
    shape = tuple(len(axis) for axis in axes)
    if prod(shape) > MOST_POINTS:
        raise DomainError(f"the grid has {prod(shape):,} points, but can have {MOST_POINTS:,}; take wider steps")
    counts: dict[str, Counts] = {name: np.full(shape, -1, dtype=np.int64) for name in COUNTS}
    swept = Sweep(architecture, axes, architecture.settings(single), counts, np.zeros(shape, dtype=bool))
    _fill(swept, progress or (lambda _: None))
    if not swept.refused.any():
        return swept
    reason = _reason(architecture, swept.settings(swept.index(int(swept.refused.argmax()))))
    if swept.refused.all():
        raise DomainError(reason)
    return replace(swept, reason=reason)


def _reason(architecture: Architecture, settings: Settings) -> str:
    """Return why a network cannot be built at one point, in plain numbers."""
    try:
        architecture.network(settings)
    except DomainError as error:
        return str(error)
    raise AssertionError("the formula refuses an array that it takes number by number")


def _fill(swept: Sweep, progress: PointsDone) -> None:
    """Evaluate all blocks; points at which a formula's condition has different answers are evaluated apart."""
    blocks: list[Block] = [tuple(np.arange(len(axis)) for axis in swept.axes)]
    while blocks:
        block = blocks.pop()
        lengths = [len(indices) for indices in block]
        words = [i for i, axis in enumerate(swept.axes) if axis.numbers is None and lengths[i] > 1]
        if words:
            blocks += _apart(block, words[0], np.arange(lengths[words[0]]))
        elif prod(lengths) > _BLOCK:
            longest = lengths.index(max(lengths))
            blocks += _apart(block, longest, np.arange(lengths[longest]) * 2 // lengths[longest])
        else:
            try:
                _evaluate(swept, block)
            except Split as split:
                blocks += _split(block, split.labels)
            else:
                progress(prod(lengths))


def _evaluate(swept: Sweep, block: Block) -> None:
    """Evaluate one block of points at once; they are refused where the network cannot be built."""
    settings, place = dict(swept.fixed), _place(block)
    for i, (axis, indices) in enumerate(zip(swept.axes, block, strict=True)):
        if axis.numbers is not None:
            column = [1] * len(block)
            column[i] = len(indices)
            numbers = swept.vectors[target(axis)]
            settings[target(axis)] = ExactArray(numbers.values[indices].reshape(column), numbers.denominator)
        else:
            settings[target(axis)] = axis.words[int(indices[0])]
    try:
        network = swept.architecture.network(settings)
    except DomainError:
        swept.refused[place] = True
        return
    for name in COUNTS:
        calls = network.calls if name == "parameters" else network.core
        total = whole(summed(getattr(call.cost, name) for call in calls))
        if total.dtype == object:
            swept.counts[name] = swept.counts[name].astype(object, copy=False)
        swept.counts[name][place] = total


def _place(block: Block) -> tuple[slice | NDArray[np.int64], ...]:
    """Return where a block lies in the grid: a box where its indices follow each other, which NumPy fills faster."""
    if all(indices[-1] - indices[0] == len(indices) - 1 for indices in block):
        return tuple(slice(indices[0], indices[-1] + 1) for indices in block)
    return np.ix_(*block)


def _apart(block: Block, dimension: int, labels: NDArray[np.int64]) -> list[Block]:
    """Cut a block along a dimension: indices with the same label stay together, the first label last."""
    parts = [block[dimension][labels == label] for label in np.unique(labels)]
    return [(*block[:dimension], part, *block[dimension + 1 :]) for part in reversed(parts)]


def _split(block: Block, labels: NDArray[np.bool_]) -> list[Block]:
    """Cut a block along the dimension that needs the fewest parts until each has one label."""
    labels = labels.reshape((1,) * (len(block) - labels.ndim) + labels.shape)
    best: tuple[int, NDArray[np.int64]] | None = None
    for dimension, length in enumerate(labels.shape):
        if length > 1:
            slices = np.moveaxis(labels, dimension, 0).reshape(length, -1)
            unique, inverse = np.unique(slices, axis=0, return_inverse=True)
            if len(unique) > 1 and (best is None or len(unique) < best[1].max() + 1):
                best = dimension, inverse.reshape(-1)
    if best is None:
        raise AssertionError("points that are alike are to be split")
    return _apart(block, *best)
