"""What a claim is about, in a small closed language that is parsed here and evaluates nothing but arithmetic.

    subject = product { (" + " | " - ") product }
    product = factor { (" * " | " / ") factor }
    factor  = number | "(" subject ")" | name { option=value } [ "[" part "]" ]

A name is a network or a formula of the book with its options or values (`mobilenet_v1 alpha=0.5`); a part is a
layer or block (`conv1`), a kind of layer (`conv 1×1`), `body` (all but the classifier) or `head` (the classifier).
Numbers are decimals or fractions (`1/4`) without spaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from convcost.comparison.published.errors import ClaimError

_TOKEN = re.compile(r"\s*(\[[^\]]*\]|[()]|[^\s()\[\]]+)")
NUMBER = re.compile(r"\d{1,15}(\.\d{1,9}|/[1-9]\d{0,14})?", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SETTING = re.compile(r"([A-Za-z_]\w*)=(\S+)")
_DEEPEST = 20


@dataclass(frozen=True)
class Leaf:
    """One network or formula of the book, or a part of a network."""

    name: str
    settings: tuple[tuple[str, str], ...] = ()
    part: str = ""


@dataclass(frozen=True)
class Sum:
    """Two subjects joined by one of + - * /."""

    left: Subject
    sign: str
    right: Subject


Subject = Leaf | Sum | Fraction


def parse(text: str) -> Subject:
    """The subject that a text spells; raises ClaimError where it is none."""
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

    def sum(self, depth: int) -> Subject:
        """Products added and subtracted."""
        return self._chain("+-", self.product, depth)

    def product(self, depth: int) -> Subject:
        """Factors multiplied and divided."""
        return self._chain("*/", self.factor, depth)

    def _chain(self, signs: str, below: Callable[[int], Subject], depth: int) -> Subject:
        left = below(depth)
        while self.tokens and self.tokens[0] in signs:
            sign = self.tokens.pop(0)
            left = Sum(left, sign, below(depth))
        return left

    def factor(self, depth: int) -> Subject:
        """A number, a subject in parentheses, or a name with its settings."""
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
        return Leaf(token, tuple(settings), part)


def leaves(subject: Subject) -> Iterator[Leaf]:
    """Every network and formula in a subject."""
    if isinstance(subject, Sum):
        yield from leaves(subject.left)
        yield from leaves(subject.right)
    elif isinstance(subject, Leaf):
        yield subject


def value(subject: Subject, count: Callable[[Leaf], Fraction]) -> Fraction:
    """The value if `count` is what its networks and formulas come to; raises ClaimError where it divides by 0."""
    if isinstance(subject, Leaf):
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
