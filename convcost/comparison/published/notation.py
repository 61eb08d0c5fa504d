"""How a claim is written: the number as it is printed, and its subject in a small closed language.

The text of a number says how precise it is, and nothing else does: "4.2" is a value rounded to tenths, "569" to units,
"22,855,952" exact to the unit. "8 to 9" and "more than 2.5" are bounds and have no precision.

A subject is parsed here and evaluates nothing but arithmetic.

    subject = product { (" + " | " - ") product }
    product = factor { (" * " | " / ") factor }
    factor  = number | "(" subject ")" | name { option=value } [ "[" part "]" ]

A name is a network or a formula of the registry with its options or values (`mobilenet_v1 alpha=0.5`); a part is a
layer or block (`conv1`), a kind of layer (`conv 1×1`), `body` (all but the classifier) or `head` (the classifier).
Numbers are decimals or fractions (`1/4`) without spaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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
        """Whether it does so with the further digits cut off."""
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


_TOKEN = re.compile(r"\s*(\[[^\]]*\]|[()]|[^\s()\[\]]+)")
NUMBER = re.compile(r"\d{1,15}(\.\d{1,9}|/[1-9]\d{0,14})?", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SETTING = re.compile(r"([A-Za-z_]\w*)=(\S+)")
_DEEPEST = 20


@dataclass(frozen=True)
class NamedCost:
    """One network or formula of the registry, or a part of a network."""

    name: str
    settings: tuple[tuple[str, str], ...] = ()
    part: str = ""


@dataclass(frozen=True)
class Arithmetic:
    """Two subjects joined by one of + - * /."""

    left: ClaimSubject
    sign: str
    right: ClaimSubject


ClaimSubject = NamedCost | Arithmetic | Fraction


def parse(text: str) -> ClaimSubject:
    """Return the subject that a text spells; raises ClaimError where it is none."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens).replace(" ", "") != "".join(text.split()) or not tokens:
        raise ClaimError(f"{text!r} is not the subject of a claim")
    reader = _SubjectReader(text, tokens)
    subject = reader.sum(0)
    if reader.tokens:
        raise ClaimError(f"{text!r}: {reader.tokens[0]!r} stands where the subject should end")
    return subject


@dataclass
class _SubjectReader:
    text: str
    tokens: list[str]

    def sum(self, depth: int) -> ClaimSubject:
        """Read products that are added and subtracted."""
        return self._chain("+-", self.product, depth)

    def product(self, depth: int) -> ClaimSubject:
        """Read factors that are multiplied and divided."""
        return self._chain("*/", self.factor, depth)

    def _chain(self, signs: str, below: Callable[[int], ClaimSubject], depth: int) -> ClaimSubject:
        left = below(depth)
        while self.tokens and self.tokens[0] in signs:
            sign = self.tokens.pop(0)
            left = Arithmetic(left, sign, below(depth))
        return left

    def factor(self, depth: int) -> ClaimSubject:
        """Read a number, a subject in parentheses, or a name with its settings."""
        token = self.tokens.pop(0) if self.tokens else ""
        if token == "(" and depth < _DEEPEST:  # noqa: S105 - a parenthesis
            inner = self.sum(depth + 1)
            if not self.tokens or self.tokens.pop(0) != ")":
                raise ClaimError(f"{self.text!r}: a parenthesis is not closed")
            return inner
        if NUMBER.fullmatch(token):
            return Fraction(token)
        if not _NAME.fullmatch(token):
            raise ClaimError(f"{self.text!r}: {token!r} stands where a name or a number should")
        settings = []
        while self.tokens and (found := _SETTING.fullmatch(self.tokens[0])):
            settings.append((found[1], found[2]))
            self.tokens.pop(0)
        part = self.tokens.pop(0)[1:-1].strip() if self.tokens and self.tokens[0].startswith("[") else ""
        return NamedCost(token, tuple(settings), part)


def named_costs(subject: ClaimSubject) -> Iterator[NamedCost]:
    """Yield every network and formula in a subject."""
    if isinstance(subject, Arithmetic):
        yield from named_costs(subject.left)
        yield from named_costs(subject.right)
    elif isinstance(subject, NamedCost):
        yield subject


def value(subject: ClaimSubject, count: Callable[[NamedCost], Fraction]) -> Fraction:
    """Return the value if `count` gives its networks and formulas; raises ClaimError where it divides by 0."""
    if isinstance(subject, NamedCost):
        return count(subject)
    if isinstance(subject, Fraction):
        return subject
    left, right = value(subject.left, count), value(subject.right, count)
    if subject.sign == "+":
        return left + right
    if subject.sign == "-":
        return left - right
    if subject.sign == "/" and right == 0:
        raise ClaimError("the subject divides by zero")
    return left * right if subject.sign == "*" else left / right
