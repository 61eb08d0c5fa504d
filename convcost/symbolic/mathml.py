"""Printed formulas as MathML, which browsers and notebooks typeset themselves: read from their line of Unicode text."""

import re
from collections.abc import Iterator
from html import escape

from convcost.symbolic.printer import GREEK

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_TOKEN = re.compile(rf"\d+(?:,\d{{3}}(?!\d))*(?:\.\d+)?|[^\W\d{_RAISED}][^\W{_RAISED}]*'*|[{_RAISED}]+|\S")
_FIGURES = str.maketrans(_RAISED, "0123456789")
_CLOSED = {"(": ")", "⌊": "⌋", "⌈": "⌉"}
_INDEXED = re.compile(r"([^\W\d_])_?(\d+|(?<=_)\w+)('*)")


def typeset(line: str) -> str:
    """Return a formula as HTML: a sum has a formula for each term, so that a line can end between them.

    A text that is no formula stays a text, and so does a number.
    """
    if re.fullmatch(r"[\d,]+", line):
        return line
    try:
        return _Reader(line).whole()
    except ValueError:
        return escape(line)


class _Reader:
    """Reads what `TextPrinter` prints: sums of products and quotients of powers, roundings, and functions."""

    def __init__(self, line: str) -> None:
        self.tokens: list[str] = [*_TOKEN.findall(line), ""]
        self.place = 0

    def whole(self) -> str:
        """Return the formula, a sum's terms apart."""
        (sign, first), *others = self._terms()
        if self._next:
            raise ValueError(self._next)
        start = f"<math>{f'<mo>{sign}</mo>' if sign else ''}{first}</math>"
        return start + "".join(f" {sign} <math>{term}</math>" for sign, term in others)

    @property
    def _next(self) -> str:
        return self.tokens[self.place]

    def _took(self, *wanted: str) -> str:
        """Go on if the next token is one of these."""
        found = self._next if self._next in wanted else ""
        self.place += bool(found)
        return found

    def _terms(self) -> Iterator[tuple[str, str]]:
        """Each term with its sign; the first may have none."""
        sign = self._took("-")
        while True:
            yield sign.replace("-", "−"), self._quotient()
            sign = self._took("+", "-")
            if not sign:
                return

    def _sum(self) -> str:
        return "".join(f"<mo>{sign}</mo>{term}" if sign else term for sign, term in self._terms())

    def _quotient(self) -> str:
        above = self._product()
        return f"<mfrac>{_row(_bare(above))}{_row(_bare(self._power()))}</mfrac>" if self._took("/") else above

    def _product(self) -> str:
        factors = [self._power()]
        while self._took("·"):
            factors.append(self._power())
        return "<mo>·</mo>".join(factors)

    def _power(self) -> str:
        base = self._atom()
        if self._next[:1] and self._next[0] in _RAISED:
            self.place += 1
            return f"<msup>{_row(base)}<mn>{self.tokens[self.place - 1].translate(_FIGURES)}</mn></msup>"
        return f"<msup>{_row(base)}{_row(_bare(self._atom()))}</msup>" if self._took("^") else base

    def _atom(self) -> str:
        token = self._next
        self.place += 1
        if token in _CLOSED:
            inside = self._sum()
            self._close(_CLOSED[token])
            return f"<mrow><mo>{token}</mo>{inside}<mo>{_CLOSED[token]}</mo></mrow>"
        if token[:1].isdecimal():
            return f"<mn>{token}</mn>"
        if not token[:1].isalpha():
            raise ValueError(token)
        if not self._took("("):
            return _name(token)
        inside = self._sum()
        while self._took(","):
            inside += f"<mo>,</mo>{self._sum()}"
        self._close(")")
        return f"<mrow><mi>{token}</mi><mo>(</mo>{inside}<mo>)</mo></mrow>"

    def _close(self, wanted: str) -> None:
        if not self._took(wanted):
            raise ValueError(self._next)


def _name(name: str) -> str:
    """Return a symbol: α, D with an index K, c with an index 32."""
    if match := _INDEXED.fullmatch(name):
        index = f"<mn>{match[2]}</mn>" if match[2].isdecimal() else f"<mi>{match[2]}</mi>"
        return f"<msub><mi>{match[1]}</mi>{index}</msub>{''.join('<mo>′</mo>' for _ in match[3])}"
    return f"<mi>{GREEK.get(name, name)}</mi>"


def _row(part: str) -> str:
    return f"<mrow>{part}</mrow>"


def _bare(part: str) -> str:
    """Return a part without the brackets that a fraction or an exponent makes needless."""
    inside = re.fullmatch(r"<mrow><mo>\(</mo>(.*)<mo>\)</mo></mrow>", part)
    return inside[1] if inside and "<mo>(</mo>" not in inside[1] else part
