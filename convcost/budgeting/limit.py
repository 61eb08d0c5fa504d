"""A limit such as `<= 300M`, compared exactly with a count that may be known only in part."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from convcost.core.errors import DomainError
from convcost.core.parsing import parse_amount

_HOLDS: dict[str, Callable[[int, int], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}
_LIMIT = re.compile(r"\s*([<>=!]+)\s*(.*?)\s*", re.DOTALL)
_EXAMPLE = "write <=, <, ==, >= or > and an amount, such as '<= 300M'"


@dataclass(frozen=True)
class PartialCount:
    """A number of something; unless `exact`, calls that nobody counts come on top of it."""

    number: int
    exact: bool = True


@dataclass(frozen=True)
class Limit:
    """A relation to a bound; `amount` is the bound as the user wrote it."""

    relation: str
    bound: int
    amount: str

    def __str__(self) -> str:
        return f"{self.relation} {self.amount}"

    @classmethod
    def read(cls, what: str, text: object) -> Limit:
        """Return the limit of a text such as `<= 300M`.

        Raises DomainError, which begins with `what`, for any other text and for a bound that is not whole.
        """
        match = _LIMIT.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise DomainError(f"{what} is {text!r}, but must be a limit: {_EXAMPLE}")
        relation, amount = match.groups()
        if relation not in _HOLDS:
            raise DomainError(f"{what} is {text!r}, and {relation!r} is no comparison: {_EXAMPLE}")
        bound = parse_amount(what, amount)
        if bound.denominator != 1:
            raise DomainError(f"{what} is {text!r}, but counts are whole numbers, and {amount} is none")
        return cls(relation, int(bound), amount)

    @property
    def upper(self) -> bool:
        """Whether it bounds from above: a count may then grow up to it."""
        return self.relation in ("<=", "<", "==")

    def holds(self, count: PartialCount) -> bool | None:
        """Tell whether a count keeps to it; None where that depends on what is not counted."""
        if count.exact:
            return _HOLDS[self.relation](count.number, self.bound)
        if self.upper:
            # What is not counted only adds, so a bound that is passed already stays passed.
            passed = count.number >= self.bound if self.relation == "<" else count.number > self.bound
            return False if passed else None
        return _HOLDS[self.relation](count.number, self.bound) or None

    def beyond(self, number: int) -> int:
        """Return by how much a number is too large (positive) or too small (negative), 0 if it keeps to the limit."""
        least = self.bound + (self.relation == ">")
        most = self.bound - (self.relation == "<")
        if self.upper and number > most:
            return number - most
        if self.relation in (">=", ">", "==") and number < least:
            return number - least
        return 0

    def margin(self, number: int) -> int:
        """Return how far a number may still move towards the bound; negative where it is beyond."""
        beyond = abs(self.beyond(number))
        return -beyond if beyond else abs(self.bound - number) - (self.relation in ("<", ">"))
