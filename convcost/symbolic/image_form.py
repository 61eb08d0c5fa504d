"""An architecture drawn for B images of any height H and width W, and the sizes for which it is one network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy

from convcost.core.architecture import Architecture, Network
from convcost.core.errors import DomainError
from convcost.core.spec import OpenSpec
from convcost.symbolic.domain import Domain
from convcost.symbolic.sympy_text import expression, symbol

B, H, W = (symbol(name) for name in "BHW")
OPEN = ("batch", "resolution", "rho", "window")
"""Options that say the batch or the image."""
_SIDES = ("resolution", "window")


@dataclass(frozen=True)
class ImageForm:
    """A network on the symbols B, H and W, and its domain."""

    network: Network
    domain: Domain

    @property
    def input(self) -> OpenSpec:
        """The usual input, with the symbols' names at its open sizes."""
        usual = self.network.architecture.network(self.network.settings | {"batch": 1}).input_shape
        names = (None if isinstance(size, int) else str(size) for size in self.network.input_shape)
        return OpenSpec(tuple(map(int, usual)), names=tuple(names))


def image_form(architecture: Architecture, given: Mapping[str, object]) -> ImageForm:
    """The architecture at the options given, for any batch and image.

    The domain starts at the least image that the architecture admits. In it every feature map has a pixel, and
    weights have the shapes that they have at the default image: a dense layer on a flattened map fixes its size.

    Raises DomainError for an option that sets the batch or the image, which are left open here.
    """
    fixed = [name for name in given if name in OPEN]
    if fixed:
        raise DomainError(f"{fixed[0]} is left open here: the formula is one for every batch, height and width")
    settings = architecture.settings(given)
    network = architecture.network({**settings, "batch": B}, sides=(H, W))
    usual = architecture.network(settings)
    guards = {*_maps(network), *_weights(network, usual)} - {sympy.true}
    low = next(option.low for option in architecture.options if option.name in _SIDES)
    return ImageForm(network, Domain({"B": 1, "H": int(low), "W": int(low)}, tuple(sorted(guards, key=str))))


def _maps(network: Network) -> set[Any]:
    sizes = {expression(size) for line in network.calls for size in line.output[2:]}
    return {sympy.Ge(size, 1) for size in sizes}


def _weights(network: Network, usual: Network) -> set[Any]:
    height, width = usual.input_shape[-2:]
    guards: set[Any] = set()
    for line, known in zip(network.calls, usual.calls, strict=True):
        count = expression(line.cost.parameters)
        if count.free_symbols:
            guards.add(sympy.Eq(count.subs(W, width), known.cost.parameters))
            guards.add(sympy.Eq(count.subs(H, height), known.cost.parameters))
    return guards
