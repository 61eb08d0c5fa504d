"""One point of a sweep, and what the traced model says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verified:
    """The formula's and the measured count by name at one point; `verdict` is the comparison's of every layer."""

    options: Mapping[str, Any]
    formula: Mapping[str, int]
    measured: Mapping[str, int]
    layers_agree: bool

    @property
    def differing(self) -> tuple[tuple[str, int, int], ...]:
        """Name, formula and measurement of the counts that differ."""
        return tuple(
            (n, self.formula[n], self.measured[n]) for n in self.measured if self.formula[n] != self.measured[n]
        )

    @property
    def agrees(self) -> bool:
        """Whether all counts and all layers agree."""
        return self.layers_agree and not self.differing
