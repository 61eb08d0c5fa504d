"""The largest settings of a network that fit a budget: every point of the lattice is calculated, none is guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from convcost.core.architecture import Architecture, Option, Settings
from convcost.core.errors import DomainError
from convcost.explore.sweep import COUNTS, GridAxis, Index, PointsDone, Sweep, given_axes, grid, of_values

BALANCED = "balanced"
WIDTH, DEPTH, IMAGE = "alpha", "depth", "resolution"

Fits: TypeAlias = NDArray[np.bool_]


Limits: TypeAlias = Mapping[str, int]
"""The most there may be of some of the counts, by their names."""


@dataclass(frozen=True)
class Point:
    """One point of the lattice: its costs (None where it cannot be built), and which limits it exceeds by how much.

    `options` are those that the lattice varies, `settings` all that the network is built with.
    """

    options: Settings
    settings: Settings
    costs: dict[str, int] | None
    over: dict[str, int]


@dataclass(frozen=True)
class Neighbour:
    """The next point up along an option; None where the lattice ends."""

    option: Option
    point: Point | None


@dataclass(frozen=True, eq=False)
class Solution:
    """The largest settings that fit, None if none do.

    `kept` are options that no limit depends on, so that they stay at their defaults.

    `largest` are all settings that fit while none does that is larger in one option and smaller in none; `smallest` is
    where each limited count is the least that there is.
    """

    sweep: Sweep
    limits: Limits
    best: Point | None
    neighbours: tuple[Neighbour, ...]
    largest: tuple[Point, ...]
    smallest: dict[str, Point]
    kept: tuple[Option, ...] = ()


def solve(
    architecture: Architecture,
    limits: Limits,
    options: Mapping[str, object],
    *,
    prefer: str = BALANCED,
    step: int = 32,
    alpha_step: Fraction = Fraction(1, 20),
    progress: PointsDone | None = None,
) -> Solution:
    """Return the largest settings within a budget, on a lattice.

    α goes up by `alpha_step` and the image's side by `step`, each within its domain, unless `options` give them:
    one value fixes an option, several (as in a sweep) are its lattice. What no limit depends on stays at its default,
    unless it is given. Of all that fits, `prefer` names the option
    that is to be largest, before the others; balanced is the largest of the smallest factor, a factor being a
    setting over its default.

    Raises DomainError where no limit is given, nothing is left to choose, or an option is outside its domain.
    """
    if not limits:
        raise DomainError(
            "give a budget: max_macs, max_params or max_activations",
            "give a budget: --max-macs, --max-params or --max-activations",
        )
    axes, single = _lattice(architecture, options, step, alpha_step)
    if not axes:
        raise DomainError(f"every option of {architecture.name} is fixed; give one several values, START:STOP:STEP")
    free = [axis.option.name for axis in axes]
    if prefer not in (BALANCED, *free):
        raise DomainError(f"cannot prefer {prefer!r}; choose one of {', '.join([BALANCED, *free])}")
    sweep, kept = _bound(grid(architecture, axes, single, progress), limits, options, single)
    if prefer in [option.name for option in kept]:
        raise DomainError(f"cannot prefer {prefer}: no limit depends on it, so that it stays at its default")
    built = ~sweep.refused
    fits = built.copy()
    for name, limit in limits.items():
        fits &= np.asarray(sweep.counts[name] <= limit, dtype=bool)
    if not fits.any():
        return Solution(sweep, limits, None, (), (), _smallest(sweep, limits, built), kept)
    best = _first(sweep, fits, prefer)
    largest = tuple(_point(sweep, limits, index) for index in _maximal(fits))
    return Solution(sweep, limits, _point(sweep, limits, best), _above(sweep, limits, best), largest, {}, kept)


def _bound(
    sweep: Sweep, limits: Limits, options: Mapping[str, object], single: Settings
) -> tuple[Sweep, tuple[Option, ...]]:
    """Return the sweep over the options that a limit depends on or that were given, and the others.

    Raises DomainError where no limit depends on any.
    """
    counts = [np.ma.masked_array(sweep.counts[name], sweep.refused) for name in limits]
    kept = [
        axis
        for dimension, axis in enumerate(sweep.axes)
        if axis.option.name not in options and all((np.ma.ptp(one, axis=dimension) == 0).all() for one in counts)
    ]
    if not kept:
        return sweep, ()
    if len(kept) == len(sweep.axes):
        names, limited = (" and ".join(words) for words in ([axis.option.name for axis in kept], limits))
        raise DomainError(f"the {limited} of {sweep.architecture.name} do not depend on {names}; limit the MACs too")
    left = tuple(axis for axis in sweep.axes if axis not in kept)
    return grid(sweep.architecture, left, single), tuple(axis.option for axis in kept)


def _lattice(
    architecture: Architecture, options: Mapping[str, object], step: int, alpha_step: Fraction
) -> tuple[tuple[GridAxis, ...], Settings]:
    given, single = given_axes(architecture, options)
    steps = {WIDTH: alpha_step, IMAGE: Fraction(step)}
    scaled = {option.scales for option in architecture.options if option.name in options}
    axes = []
    for option in architecture.options:
        if option.name in given:
            axes.append(_ascending(given[option.name]))
        elif option.name in steps and option.name not in options and option.name not in scaled:
            axes.append(_multiples(option, steps[option.name]))
    return tuple(axes), single


def _ascending(axis: GridAxis) -> GridAxis:
    values = [axis.value(i) for i in range(len(axis))] if axis.numbers is not None else axis.words
    numbers = [value for value in values if not isinstance(value, str)]
    return of_values(axis.option, sorted(numbers)) if len(numbers) == len(values) else axis


def _multiples(option: Option, step: Fraction) -> GridAxis:
    """Return all multiples of a step in an option's domain."""
    if step <= 0:
        raise DomainError(f"the step of {option.name} is {step}, but must be above 0")
    first = -(-option.low // step)
    if option.decimal and first * step == option.low:
        first += 1  # the domain is open there
    last = option.high // step
    if last < first:
        raise DomainError(f"{option.name} has no multiple of {step} in its domain, {option.domain}")
    numbers = [n * step for n in range(int(first), int(last) + 1)]
    return of_values(option, numbers if option.decimal else [int(number) for number in numbers])


def _factors(axis: GridAxis) -> list[Fraction]:
    """Return the values over the default; words by their place in the list."""
    if not _is_of_numbers(axis):
        return [Fraction(i) for i in range(len(axis))]
    return [Fraction(axis.value(i)) / int(axis.option.default or 1) for i in range(len(axis))]


def _is_of_numbers(axis: GridAxis) -> bool:
    return not any(isinstance(axis.value(i), str) for i in range(len(axis)))


def _first(sweep: Sweep, fits: Fits, prefer: str) -> Index:
    """Return the best of the points that fit: by the preferred option, the balance, then the options in their order."""
    points = np.nonzero(fits)
    factors = [_factors(axis) for axis in sweep.axes]
    rank = {factor: i for i, factor in enumerate(sorted({f for values in factors for f in values}))}
    ranks = [np.array([rank[f] for f in values])[at] for values, at in zip(factors, points, strict=True)]
    numbers = [ranks[i] for i, axis in enumerate(sweep.axes) if _is_of_numbers(axis)]
    balanced = list(np.sort(np.stack(numbers), axis=0)) if numbers else []
    first = [ranks[i] for i, axis in enumerate(sweep.axes) if axis.option.name == prefer]
    left = np.arange(len(points[0]))
    for key in (*first, *balanced, *ranks):
        values = key[left]
        left = left[values == values.max()]
    return tuple(int(at[left[0]]) for at in points)


def _maximal(fits: Fits) -> list[Index]:
    """Return the points that fit, with none above them that does."""
    above: Fits = fits.copy()
    for dimension in range(fits.ndim):
        above = np.flip(np.maximum.accumulate(np.flip(above, dimension), dimension), dimension)
    # Whether a point that fits lies above, by one step or more, along some option.
    beyond = np.zeros_like(fits)
    for dimension in range(fits.ndim):
        moved = np.moveaxis(beyond, dimension, 0)
        moved[:-1] |= np.moveaxis(above, dimension, 0)[1:]
    return [tuple(int(i) for i in index) for index in np.argwhere(fits & ~beyond)]


def _point(sweep: Sweep, limits: Limits, index: Index) -> Point:
    options, settings = sweep.given(index), sweep.settings(index)
    if sweep.refused[index]:
        return Point(options, settings, None, {})
    costs = {name: int(sweep.counts[name][index]) for name in COUNTS}
    over = {name: costs[name] - limit for name, limit in limits.items() if costs[name] > limit}
    return Point(options, settings, costs, over)


def _above(sweep: Sweep, limits: Limits, index: Index) -> tuple[Neighbour, ...]:
    found = []
    for dimension, axis in enumerate(sweep.axes):
        following = (*index[:dimension], index[dimension] + 1, *index[dimension + 1 :])
        inside = following[dimension] < len(axis)
        found.append(Neighbour(axis.option, _point(sweep, limits, following) if inside else None))
    return tuple(found)


def _smallest(sweep: Sweep, limits: Limits, built: Fits) -> dict[str, Point]:
    found = {}
    candidates = np.flatnonzero(built)
    for name in limits:
        flat = candidates[int(np.argmin(sweep.counts[name].ravel()[candidates]))]
        found[name] = _point(sweep, limits, sweep.index(int(flat)))
    return found
