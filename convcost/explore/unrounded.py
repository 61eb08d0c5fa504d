"""A budget solved with channel counts and image sides that are not rounded: the exact solution is near it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from math import isqrt

from convcost.core.architecture import Architecture, Settings
from convcost.core.numeric import as_fraction
from convcost.explore.solve import DEPTH, IMAGE, WIDTH, Solution

DIGITS = 4
"""Decimal places of an unrounded solution; the last one is rounded down, so that it fits."""

_SCALE = 10**DIGITS
_GUESSES = 8


@dataclass(frozen=True)
class UnroundedSolution:
    """Settings that just fit with nothing rounded; an option that is not free is where the exact solution has it.

    alpha and rho are factors; side is the image's, in pixels; macs and parameters are what the settings cost.
    """

    name: str
    alpha: Fraction | None
    rho: Fraction
    side: Fraction
    macs: Fraction
    parameters: Fraction


def unrounded_solutions(solution: Solution) -> tuple[UnroundedSolution, ...]:
    """Return what just fits: each free option alone, the other where the exact solution has it, and both as one factor.

    Empty where the network has no image to scale, nothing fits, or neither MACs nor parameters are limited.
    """
    costs = UnroundedCosts.of(solution)
    if costs is None:
        return ()
    width, rho = costs.alpha, costs.rho
    free = {axis.option.name for axis in solution.sweep.axes}
    image = IMAGE in free or "rho" in free
    found = []
    if WIDTH in free:
        found.append(costs.at("α", costs.largest(lambda s: (s, rho)), lambda s: (s, rho)))
    if image:
        found.append(costs.at("image", costs.largest(lambda s: (width, s)), lambda s: (width, s)))
    if WIDTH in free and image:
        found.append(costs.at("α = ρ", costs.largest(lambda s: (s, s)), lambda s: (s, s)))
    return tuple(item for item in found if item is not None)


Scaling = Callable[[Fraction], tuple[Fraction, Fraction]]


@dataclass(frozen=True)
class UnroundedCosts:
    """What a network costs around a solution, with nothing rounded."""

    architecture: Architecture
    settings: Settings
    base: int
    alpha: Fraction
    rho: Fraction
    limits: dict[str, int]
    has_width: bool
    _widths: dict[Fraction, tuple[dict[int, Fraction], Fraction]] = field(default_factory=dict)

    @classmethod
    def of(cls, solution: Solution) -> UnroundedCosts | None:
        """Return the costs of a network that has an image; None for any other, and where nothing fits."""
        sweep, best = solution.sweep, solution.best
        known = {option.name: option for option in sweep.architecture.options}
        limits = {name: limit for name, limit in solution.limits.items() if name != "activations"}
        default = known[IMAGE].default if IMAGE in known else None
        if best is None or not limits or not isinstance(default, int):
            return None
        settings, base = best.settings, default
        alpha = Fraction(settings.get(WIDTH, 1))
        rho = Fraction(settings[IMAGE], base)
        return cls(sweep.architecture, {**settings, IMAGE: base}, base, alpha, rho, limits, WIDTH in known)

    def costs(self, alpha: Fraction, rho: Fraction) -> dict[str, Fraction]:
        """Return MACs and parameters, where each call's MACs are scaled once for every axis of the image."""
        if alpha not in self._widths:
            self._widths[alpha] = self._at_width(alpha)
        by_rank, parameters = self._widths[alpha]
        return {
            "macs": sum((macs * rho**rank for rank, macs in by_rank.items()), Fraction(0)),
            "parameters": parameters,
        }

    def _at_width(self, alpha: Fraction) -> tuple[dict[int, Fraction], Fraction]:
        """Return MACs at the default image, by the number of axes that a call slides over, and parameters."""
        width = {WIDTH: alpha} if self.has_width else {}
        network = self.architecture.network({**self.settings, **width}, rounding=False)
        by_rank: dict[int, Fraction] = {}
        for call in network.core:
            by_rank[call.rank] = by_rank.get(call.rank, Fraction(0)) + as_fraction(call.cost.macs)
        return by_rank, sum((as_fraction(call.cost.parameters) for call in network.calls), Fraction(0))

    def largest(self, scaling: Scaling) -> Fraction | None:
        """Return the largest factor that fits, to `DIGITS` places; None if none does or all up to 1024 do."""

        def used(n: int) -> Fraction:
            """Return the largest ratio of a cost at n to its limit."""
            costs = self.costs(*scaling(Fraction(n, _SCALE)))
            return max(costs[name] / limit for name, limit in self.limits.items())

        low, high = 1, 1024 * _SCALE
        if used(low) > 1 or used(high) <= 1:
            return None
        n = _SCALE
        for step in count():
            ratio = used(n)
            low, high = (n, high) if ratio <= 1 else (low, n)
            if high - low == 1:
                break
            # Costs go with about the square of a factor, which saves most of the networks that halving would build.
            guess = isqrt(int(n * n / ratio)) if step < _GUESSES else (low + high) // 2
            n = min(max(guess, low + 1), high - 1)
        return Fraction(low, _SCALE)

    def at(self, name: str, factor: Fraction | None, scaling: Scaling) -> UnroundedSolution | None:
        """Return the settings at a factor, and what they cost."""
        if factor is None:
            return None
        alpha, rho = scaling(factor)
        costs = self.costs(alpha, rho)
        width = alpha if self.has_width else None
        return UnroundedSolution(name, width, rho, rho * self.base, costs["macs"], costs["parameters"])


def rule_of_thumb(solution: Solution) -> tuple[int, Fraction] | None:
    """Return MACs of the whole network, and the αρ for which α²ρ² times them is the limit on MACs.

    None without a width multiplier or a limit on MACs.
    """
    costs = UnroundedCosts.of(solution)
    if costs is None or not costs.has_width or "macs" not in costs.limits:
        return None
    whole = sum(int(call.cost.macs) for call in costs.architecture.network({**costs.settings, WIDTH: 1}).core)
    return whole, Fraction(isqrt(costs.limits["macs"] * _SCALE**2 // whole), _SCALE)


@dataclass(frozen=True)
class CompoundScaling:
    """Compound scaling to a budget: φ, and the depth, width and image of it (Tan & Le 2019, equation 3)."""

    phi: Fraction
    depth: Fraction
    width: Fraction
    side: Fraction


# Depth, width and image per unit of φ, found by Tan & Le on a grid for B0 (section 3.3).
_DEPTH, _WIDTH, _IMAGE = Fraction(12, 10), Fraction(11, 10), Fraction(115, 100)
_PARTS = 100


def compound_scaling(solution: Solution) -> CompoundScaling | None:
    """Return the largest φ, to hundredths, whose MACs ≈ M·(d·w²·r²)^φ fit, M being the network's own at φ = 0.

    None where the network has not all three multipliers, no limit on MACs is given, or not even φ = 0 fits.
    """
    architecture, limit = solution.sweep.architecture, solution.limits.get("macs")
    multipliers = {option.name for option in architecture.options if option.decimal}
    if limit is None or not {WIDTH, DEPTH, "rho"} <= multipliers:
        return None
    defaults = {o.name: o.default for o in architecture.options if o.scales is None}
    settings = {**solution.sweep.fixed, **{name: defaults[name] for name in (WIDTH, DEPTH, IMAGE)}}
    own = int(architecture.network(settings).cost.macs)
    hundredths, growth = 0, _DEPTH * _WIDTH**2 * _IMAGE**2
    if own > limit:
        return None
    # MACs·growth^(n/100) ≤ limit, raised to the hundredth power so that it is a question of whole numbers.
    ratio = Fraction(limit, own) ** _PARTS
    while growth ** (hundredths + 1) <= ratio:
        hundredths += 1
    base = int(defaults[IMAGE] or 1)
    depth, width, image = (_root(factor**hundredths) for factor in (_DEPTH, _WIDTH, _IMAGE))
    return CompoundScaling(Fraction(hundredths, _PARTS), depth, width, image * base)


def _root(power: Fraction) -> Fraction:
    """Return the hundredth root, rounded down to `DIGITS` places."""
    found = bisect_right(range(1024 * _SCALE), power, key=lambda n: Fraction(n, _SCALE) ** _PARTS)
    return Fraction(found - 1, _SCALE)
