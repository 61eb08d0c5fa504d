"""What a claim is about, in a small closed language that is parsed here and evaluates nothing but arithmetic.

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

from convcost.comparison.published.printed import ClaimError

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
    reader = _Reader(text, tokens)
    subject = reader.sum(0)
    if reader.tokens:
        raise ClaimError(f"{text!r}: {reader.tokens[0]!r} stands where the subject should end")
    return subject


@dataclass
class _Reader:
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
        raise ClaimError("the subject divides by nothing")
    return left * right if subject.sign == "*" else left / right
