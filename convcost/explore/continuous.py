"""The budget solved in the continuous law, nothing rounded: what the exact solution is a rounding of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from math import isqrt

from convcost.core.architecture import Architecture, Settings
from convcost.core.numeric import as_fraction
from convcost.explore.solve import DEPTH, IMAGE, WIDTH, Solution

DIGITS = 4
"""Decimal places of a continuous solution; it is rounded down, so that it fits."""

_SCALE = 10**DIGITS
_GUESSES = 8


@dataclass(frozen=True)
class Continuous:
    """Settings of the law that just fit; an option that is not free is where the exact solution has it.

    alpha and rho are factors; side is the image's, in pixels; macs and parameters are the law's.
    """

    name: str
    alpha: Fraction | None
    rho: Fraction
    side: Fraction
    macs: Fraction
    parameters: Fraction


def continuous(solution: Solution) -> tuple[Continuous, ...]:
    """The law's solutions: each free option alone, the other where the exact solution has it, and both as one factor.

    Empty where the network has no image to scale, nothing fits, or no limit of the law's is given.
    """
    law = Law.of(solution)
    if law is None:
        return ()
    width, rho = law.alpha, law.rho
    free = {axis.option.name for axis in solution.sweep.axes}
    image = IMAGE in free or "rho" in free
    found = []
    if WIDTH in free:
        found.append(law.at("α", law.largest(lambda s: (s, rho)), lambda s: (s, rho)))
    if image:
        found.append(law.at("image", law.largest(lambda s: (width, s)), lambda s: (width, s)))
    if WIDTH in free and image:
        found.append(law.at("α = ρ", law.largest(lambda s: (s, s)), lambda s: (s, s)))
    return tuple(item for item in found if item is not None)


Scaling = Callable[[Fraction], tuple[Fraction, Fraction]]


@dataclass(frozen=True)
class Law:
    """A network's continuous law around a solution."""

    architecture: Architecture
    settings: Settings
    base: int
    alpha: Fraction
    rho: Fraction
    limits: dict[str, int]
    has_width: bool
    _widths: dict[Fraction, tuple[dict[int, Fraction], Fraction]] = field(default_factory=dict)

    @classmethod
    def of(cls, solution: Solution) -> Law | None:
        """The law of a network that has an image, None of any other and where nothing fits."""
        sweep, best = solution.sweep, solution.best
        known = {option.name: option for option in sweep.architecture.options}
        limits = {name: limit for name, limit in solution.budget.limits.items() if name != "activations"}
        default = known[IMAGE].default if IMAGE in known else None
        if best is None or not limits or not isinstance(default, int):
            return None
        settings, base = best.settings, default
        alpha = Fraction(settings.get(WIDTH, 1))
        rho = Fraction(settings[IMAGE], base)
        return cls(sweep.architecture, {**settings, IMAGE: base}, base, alpha, rho, limits, WIDTH in known)

    def costs(self, alpha: Fraction, rho: Fraction) -> dict[str, Fraction]:
        """MACs and parameters with nothing rounded, each line's MACs scaled once for every axis of the image."""
        if alpha not in self._widths:
            self._widths[alpha] = self._at_width(alpha)
        by_rank, parameters = self._widths[alpha]
        return {
            "macs": sum((macs * rho**rank for rank, macs in by_rank.items()), Fraction(0)),
            "parameters": parameters,
        }

    def _at_width(self, alpha: Fraction) -> tuple[dict[int, Fraction], Fraction]:
        """MACs at the default image, by the number of axes that a line slides over, and parameters."""
        width = {WIDTH: alpha} if self.has_width else {}
        network = self.architecture.network({**self.settings, **width}, rounding=False)
        by_rank: dict[int, Fraction] = {}
        for line in network.core:
            by_rank[line.rank] = by_rank.get(line.rank, Fraction(0)) + as_fraction(line.cost.macs)
        return by_rank, sum((as_fraction(line.cost.parameters) for line in network.calls), Fraction(0))

    def largest(self, scaling: Scaling) -> Fraction | None:
        """The largest factor that fits, to `DIGITS` places; None if none does or all up to 1024 do."""

        def share(n: int) -> Fraction:
            """What the costs at n have of their limits, at most."""
            costs = self.costs(*scaling(Fraction(n, _SCALE)))
            return max(costs[name] / limit for name, limit in self.limits.items())

        low, high = 1, 1024 * _SCALE
        if share(low) > 1 or share(high) <= 1:
            return None
        n = _SCALE
        for step in count():
            used = share(n)
            low, high = (n, high) if used <= 1 else (low, n)
            if high - low == 1:
                break
            # Costs go with about the square of a factor; should that not lead anywhere, the bracket is halved.
            guess = isqrt(int(n * n / used)) if step < _GUESSES else (low + high) // 2
            n = min(max(guess, low + 1), high - 1)
        return Fraction(low, _SCALE)

    def at(self, name: str, factor: Fraction | None, scaling: Scaling) -> Continuous | None:
        """The law at a factor."""
        if factor is None:
            return None
        alpha, rho = scaling(factor)
        costs = self.costs(alpha, rho)
        width = alpha if self.has_width else None
        return Continuous(name, width, rho, rho * self.base, costs["macs"], costs["parameters"])


def rule_of_thumb(solution: Solution) -> tuple[int, Fraction] | None:
    """MACs of the whole net, and the αρ that MACs ≈ α²ρ² of it gives; None without a width or a limit on MACs."""
    law = Law.of(solution)
    if law is None or not law.has_width or "macs" not in law.limits:
        return None
    whole = sum(int(line.cost.macs) for line in law.architecture.network({**law.settings, WIDTH: 1}).core)
    return whole, Fraction(isqrt(law.limits["macs"] * _SCALE**2 // whole), _SCALE)


@dataclass(frozen=True)
class Compound:
    """Compound scaling to a budget: φ, and the depth, width and image of it (Tan & Le 2019, equation 3)."""

    phi: Fraction
    depth: Fraction
    width: Fraction
    side: Fraction


# Depth, width and image a unit of φ, found by Tan & Le on a grid for B0 (section 3.3).
_DEPTH, _WIDTH, _IMAGE = Fraction(12, 10), Fraction(11, 10), Fraction(115, 100)
_PARTS = 100


def compound(solution: Solution) -> Compound | None:
    """The largest φ, to hundredths, whose MACs ≈ M·(d·w²·r²)^φ fit, M being the net's own at φ = 0.

    None where the network has not all three multipliers, no limit on MACs is given, or not even φ = 0 fits.
    """
    architecture, limit = solution.sweep.architecture, solution.budget.limits.get("macs")
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
    return Compound(Fraction(hundredths, _PARTS), depth, width, image * base)


def _root(power: Fraction) -> Fraction:
    """The hundredth root, rounded down to `DIGITS` places."""
    low, high = 0, 1024 * _SCALE
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if Fraction(middle, _SCALE) ** _PARTS <= power else (low, middle)
    return Fraction(low, _SCALE)
