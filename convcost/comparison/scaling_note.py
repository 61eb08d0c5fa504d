"""What rounding costs: the exact count beside the continuous scaling that papers reason with."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from convcost.core.architecture import Network


@dataclass(frozen=True)
class ScalingNote:
    """MACs of convolutions and linear layers three ways.

    exact      with the channels and the image rounded, as a net can be built
    unrounded  every layer scaled by its own powers of α and ρ, nothing rounded (MobileNet V1, equation 7)
    square     α²ρ² of the net at α = 1 and its default image: the rule of thumb
    """

    alpha: Fraction
    factor: Fraction
    exact: int
    unrounded: Fraction
    square: Fraction


def scaling_note(network: Network, given: Mapping[str, object]) -> ScalingNote | None:
    """Return a network's scaling note; None if the architecture has no width multiplier and no scaled image."""
    architecture, settings = network.architecture, network.settings
    scaling = next((option for option in architecture.options if option.scales), None)
    if scaling is None or "alpha" not in settings:
        return None
    alpha, factor = Fraction(settings["alpha"]), architecture.factor(scaling, settings, given)
    base = next(int(option.default or 1) for option in architecture.options if option.name == scaling.scales)
    whole = architecture.network({**settings, "alpha": 1, str(scaling.scales): base})
    return ScalingNote(
        alpha,
        factor,
        int(network.cost.macs),
        architecture.unrounded_macs(settings, factor),
        alpha**2 * factor**2 * int(whole.cost.macs),
    )


@dataclass(frozen=True)
class Times:
    """How many times a net's MACs and parameters another one has."""

    macs: Fraction
    parameters: Fraction


def times_of_baseline(network: Network) -> Times | None:
    """Return how many times this net's costs the baseline has (standard convolutions in place of separable ones)."""
    architecture = network.architecture
    defaults = {option.name: option.default for option in architecture.options}
    if not architecture.baseline or any(network.settings[n] != defaults[n] for n in architecture.baseline):
        return None
    baseline = architecture.network({**network.settings, **architecture.baseline})
    ours, theirs = network.cost, baseline.cost
    return Times(*(Fraction(int(getattr(theirs, name)), int(getattr(ours, name))) for name in ("macs", "parameters")))
