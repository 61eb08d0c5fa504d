"""A number as it is printed: its text says how precise it is, and nothing else does.

"4.2" is a value rounded to tenths, "569" to units, "22,855,952" exact to the unit. "8 to 9" and "more than 2.5"
are bounds and have no precision. A `Fraction` is what words mean exactly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from convcost.core.errors import ConvcostError

_NUMBER = re.compile(r"\d{1,3}(,\d{3})+|\d{1,15}(\.\d{1,9})?", re.ASCII)
_RANGE = re.compile(r"(\d{1,15}(?:\.\d{1,9})?) to (\d{1,15}(?:\.\d{1,9})?)", re.ASCII)
_BOUND = re.compile(r"more than (\d{1,15}(?:\.\d{1,9})?)", re.ASCII)
_MODEST = ("about ", "~", "≈")


class ClaimError(ConvcostError):
    """A row of a file of claims cannot be read; the text names the row."""


@dataclass(frozen=True)
class Number:
    """A printed number, in steps of its last printed digit; `zeros` takes the zeros at its end for no digits."""

    value: Fraction
    step: Fraction
    digits: int

    def __str__(self) -> str:
        decimals = len(str(self.step.denominator)) - 1
        digits = str(int(self.value * 10**decimals)).rjust(decimals + 1, "0")
        return f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits

    def rounds(self, exact: Fraction) -> bool:
        """Whether the exact value rounds half up to the printed digits."""
        half = self.step / 2
        return self.value - half <= exact < self.value + half

    def cuts(self, exact: Fraction) -> bool:
        """Whether it does with the further digits cut off."""
        return self.value <= exact < self.value + self.step

    @property
    def zeros(self) -> Number | None:
        """The same number rounded to its last digit that is no zero: 1700 to hundreds; None if there is none."""
        step, digits = self.step, self.digits
        while self.step == 1 and self.value and self.value % (step * 10) == 0:
            step, digits = step * 10, digits - 1
        return Number(self.value, step, digits) if step != self.step else None

    @property
    def swapped(self) -> tuple[Number, ...]:
        """The numbers that two neighbouring digits changing places would make of it, if it has three or more."""
        text = str(int(self.value / self.step))
        if len(text) < 3:
            return ()
        pairs = [text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)]
        return tuple(
            Number(int(pair) * self.step, self.step, self.digits) for pair in pairs if pair != text and pair[0] != "0"
        )


@dataclass(frozen=True)
class Bounds:
    """Between two values, or above one: compared exactly."""

    low: Fraction
    high: Fraction | None

    def rounds(self, exact: Fraction) -> bool:
        """Whether the value lies within."""
        return self.low < exact if self.high is None else self.low <= exact <= self.high


@dataclass(frozen=True)
class Exactly:
    """What words mean: one value and no other."""

    value: Fraction

    def rounds(self, exact: Fraction) -> bool:
        """Whether it is that value."""
        return exact == self.value


Printed = Number | Bounds | Exactly


def number(text: str) -> Number:
    """Return the number that a text gives; raises ClaimError for any other text."""
    if not _NUMBER.fullmatch(text):
        raise ClaimError(f"{text!r} is not a number as papers print them")
    plain = text.replace(",", "")
    decimals = len(plain.partition(".")[2])
    digits = len(plain.replace(".", "").lstrip("0"))
    return Number(Fraction(plain), Fraction(1, 10**decimals), digits)


def read(text: str) -> Number | Bounds:
    """Return the number or the bounds that a printed text gives; raises ClaimError for any other text."""
    for word in _MODEST:
        text = text.removeprefix(word)
    if found := _RANGE.fullmatch(text):
        return Bounds(Fraction(found[1]), Fraction(found[2]))
    if found := _BOUND.fullmatch(text):
        return Bounds(Fraction(found[1]), None)
    return number(text)
