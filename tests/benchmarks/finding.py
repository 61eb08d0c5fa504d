"""What a benchmark found: a row of the report, with its aim and whether the aim was met."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One ratio in words, how it was reached, and the aim; `met` is None where a row has no aim."""

    what: str
    against: str
    found: str
    aim: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """The aim's verdict in one word, empty without an aim."""
        return "" if self.met is None else "met" if self.met else "missed"


Findings = Iterator[Finding]


def same(ours: object, theirs: object, what: str) -> None:
    """Different answers make no benchmark; raises AssertionError."""
    if ours != theirs:
        raise AssertionError(f"{what}: {ours} here, {theirs} there")


def times(factor: float) -> str:
    """A factor with two digits that say something."""
    if factor >= 1000:
        return f"{factor:,.0f} ×"
    return f"{factor:.{2 if factor < 10 else 1}f} ×"
