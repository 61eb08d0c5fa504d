"""What a network may cost, as users type it: 300M multiply-accumulates, 3.5M parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from convcost.core.errors import DomainError

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_AMOUNT = re.compile(r"(\d{1,24}|\d{1,3}(,\d{3}){1,7})(\.\d{1,18})?\s*([KMGT]?)", re.IGNORECASE)


@dataclass(frozen=True)
class Budget:
    """The most there may be of each count; None is no limit."""

    macs: int | None = None
    parameters: int | None = None
    activations: int | None = None

    @property
    def limits(self) -> dict[str, int]:
        """The limits that there are, by the count's name."""
        everything = {"macs": self.macs, "parameters": self.parameters, "activations": self.activations}
        return {name: limit for name, limit in everything.items() if limit is not None}


def amount(what: str, text: object) -> int:
    """Return an amount such as 300M, 3.5M, 1.2G or 3504872 as a whole number (1 for 1.5, as counts are whole).

    Raises DomainError for anything else.
    """
    return int(exact_amount(what, text))


def exact_amount(what: str, text: object) -> Fraction:
    """Return an amount as `amount` does, with nothing cut off."""
    match = _AMOUNT.fullmatch(str(text).strip())
    if match is None:
        raise DomainError(f"{what} is {str(text)!r}, but must be a number such as 300M, 3.5M, 1.2G or 3504872")
    whole, _, decimals, unit = match.groups()
    return Fraction(whole.replace(",", "") + (decimals or "")) * _UNITS[unit.upper()]


def step_of(what: str, text: object, *, whole: bool = False) -> Fraction:
    """Return a step between settings, exact; raises DomainError unless it is a number above 0."""
    found = str(text).strip()
    if not re.fullmatch(r"\d{1,9}" if whole else r"\d{1,9}(\.\d{1,18})?", found) or Fraction(found) == 0:
        raise DomainError(f"{what} is {found!r}, but must be a {'whole number' if whole else 'decimal'} above 0")
    return Fraction(found)
