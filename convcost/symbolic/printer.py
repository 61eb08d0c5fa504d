"""One printer of expressions, as a line of Unicode text and as LaTeX, and forms printed by it.

A reader of some kind of expression (of a form here, of a SymPy expression in `expressions`) puts sums, products,
powers, fractions and roundings together from printed pieces; brackets and signs are the printer's. Terms stand by the
size of their feature maps, the largest first.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from convcost.core.numeric import Count
from convcost.symbolic import latex
from convcost.symbolic.factor import Factor, Monomial
from convcost.symbolic.form import Form, lone, number

GREEK = {"alpha": "α", "rho": "ρ"}
SUM, PRODUCT, ATOM = range(3)
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LARGE = 10_000_019  # a prime: no two roundings of it are alike by accident


class Piece(NamedTuple):
    """A printed expression, and how tightly it holds together: as a sum, a product, or an atom."""

    text: str
    holds: int = ATOM


class TextPrinter:
    """Prints one line of Unicode text: D_K²·M + 9408·⌈H/2⌉."""

    times = "·"
    largest = "max(", ")"

    def name(self, name: str) -> str:
        """Print a symbol's name."""
        return GREEK.get(name, name)

    def count(self, value: int) -> str:
        """Print a number that stands alone."""
        return f"{value:,}"

    def bracketed(self, text: str) -> str:
        """Print brackets around a text."""
        return f"({text})"

    def within(self, piece: Piece, level: int) -> str:
        """Print a piece where it has to hold together so tightly."""
        return piece.text if piece.holds >= level else self.bracketed(piece.text)

    def sum(self, terms: Iterable[Piece]) -> Piece:
        """Print a sum; of a single term, that term."""
        pieces = list(terms)
        return pieces[0] if len(pieces) == 1 else Piece(" ".join(signed(piece.text for piece in pieces)), SUM)

    def product(self, coefficient: str, factors: Sequence[Piece]) -> Piece:
        """Print a product; a coefficient of 1 is left out before factors."""
        if len(factors) == 1 and coefficient == "1":
            return factors[0]
        sign = "-" if coefficient == "-1" and factors else ""
        first = [] if coefficient in ("1", "-1") and factors else [coefficient]
        texts = first + [self.within(factor, PRODUCT) for factor in factors]
        return Piece(sign + self.times.join(texts), PRODUCT if factors else ATOM)

    def power(self, base: Piece, exponent: Piece) -> Piece:
        """Print a power."""
        below, above = self.within(base, ATOM), self.within(exponent, ATOM)
        return Piece(below + above.translate(_SUPERSCRIPTS) if above.isdecimal() else f"{below}^{above}")

    def over(self, above: Piece, below: Piece) -> Piece:
        """Print a fraction."""
        return Piece(f"{self.within(above, PRODUCT)}/{self.within(below, ATOM)}", PRODUCT)

    def rounded(self, kind: str, inside: Piece) -> Piece:
        """Print a rounding of the kind "floor" or "ceiling"."""
        return Piece(f"⌊{inside.text}⌋" if kind == "floor" else f"⌈{inside.text}⌉")

    def call(self, name: str, arguments: Iterable[Piece]) -> Piece:
        """Print a function of some arguments."""
        return Piece(f"{name}{self.bracketed(', '.join(piece.text for piece in arguments))}")


class LatexPrinter(TextPrinter):
    """Prints LaTeX for math mode."""

    times = " "
    largest = r"\max\bigl(", r"\bigr)"  # \left( could not be closed in another line

    def name(self, name: str) -> str:
        """Print a symbol's name."""
        return latex.symbol(name)

    def count(self, value: int) -> str:
        """Print a number that stands alone."""
        return latex.number(value)

    def bracketed(self, text: str) -> str:
        """Print brackets around a text."""
        return rf"\left({text}\right)"

    def power(self, base: Piece, exponent: Piece) -> Piece:
        """Print a power."""
        return Piece(f"{self.within(base, ATOM)}^{{{self.within(exponent, ATOM)}}}")

    def over(self, above: Piece, below: Piece) -> Piece:
        """Print a fraction."""
        return Piece(rf"\frac{{{above.text}}}{{{below.text}}}", PRODUCT)

    def rounded(self, kind: str, inside: Piece) -> Piece:
        """Print a rounding of the kind "floor" or "ceiling"."""
        short = "floor" if kind == "floor" else "ceil"
        return Piece(rf"\left\l{short} {inside.text} \right\r{short}")

    def call(self, name: str, arguments: Iterable[Piece]) -> Piece:
        """Print a function of some arguments."""
        return super().call(f"\\{name}" if name in ("max", "min") else rf"\operatorname{{{name}}}", arguments)


TEXT, LATEX = TextPrinter(), LatexPrinter()


def signed(terms: Iterable[str]) -> list[str]:
    """Return the terms of a sum with a sign before each but the first: ["a", "- b", "+ c"]."""
    first, *others = terms
    return [first, *(f"- {term[1:]}" if term.startswith("-") else f"+ {term}" for term in others)]


def plain(form: Form, order: Sequence[str]) -> str:
    """Return a form in one line: 9408·B·⌈H/2⌉·⌈W/2⌉ + 2048000·B."""
    return _FormReader(TEXT, order).form(form).text


def parts(form: Form, order: Sequence[str], printer: TextPrinter = TEXT) -> list[str]:
    """Return the signed terms of a form, between which a line may be broken."""
    return signed(piece.text for piece in _FormReader(printer, order).pieces(form))


def largest_parts(forms: Sequence[Form], order: Sequence[str], printer: TextPrinter = TEXT) -> list[str]:
    """Return the signed terms of the largest of some forms: ["max(9408·B", "+ 12,", "2048·B)"]."""
    printed = [parts(form, order, printer) for form in forms]
    if len(printed) > 1:
        printed[0][0] = f"{printer.largest[0]}{printed[0][0]}"
        for terms in printed[:-1]:
            terms[-1] += ","
        printed[-1][-1] += printer.largest[1]
    return [part for terms in printed for part in terms]


def product_text(monomial: Monomial, order: Sequence[str]) -> str:
    """Return a product in one line: B·⌈H/2⌉·⌈W/2⌉; 1 for none."""
    return _FormReader(TEXT, order).product(1, monomial).text


def ordered(form: Form, order: Sequence[str]) -> list[tuple[int, Monomial]]:
    """Return coefficient and product of every term, the largest product first; factors by the order of symbols."""
    values = {name: _LARGE - place for place, name in enumerate(order)}
    known: dict[Factor, Count] = {}
    terms = sorted(form.terms.items(), key=lambda term: -Form({term[0]: 1}).value(values, known))
    return [(c, tuple(sorted(m, key=lambda f: _place(f[0], order)))) for m, c in terms]


def _place(factor: Factor, order: Sequence[str]) -> tuple[bool, list[int], bool, int]:
    names = _places(factor, order)
    return len(names) > 1, names, factor.kind != "symbol", factor.index


def _places(named: Factor | Form, order: Sequence[str]) -> list[int]:
    return sorted(order.index(name) if name in order else len(order) for name in named.names)


def rounding(form: Form) -> tuple[str, Form, int] | None:
    """Return a lone floor and a number as one rounding: ⌊(H - 5)/8⌋ for ⌊(H + 3)/8⌋ - 1, or ⌈(H - 12)/8⌉."""
    moving = form.moving.terms
    factor = next((m[0][0] for m, c in moving.items() if c == 1 and len(m) == 1 and m[0][1] == 1), None)
    if len(moving) != 1 or factor is None or factor.kind != "floor":
        return None
    inner, divisor = factor.parts
    down = inner + number(form.constant * divisor)
    up = down - number(divisor - 1)
    return ("ceiling", up, divisor) if abs(up.constant) <= abs(down.constant) else ("floor", down, divisor)


class _FormReader:
    """Puts printed forms together, factors in the order of their symbols."""

    def __init__(self, printer: TextPrinter, order: Sequence[str]) -> None:
        self.printer, self.order = printer, order

    def form(self, form: Form) -> Piece:
        return self.printer.sum(self.pieces(form))

    def pieces(self, form: Form) -> list[Piece]:
        if whole := rounding(form):
            kind, above, below = whole
            return [self.printer.rounded(kind, self.printer.over(self.form(above), Piece(str(below))))]
        return [self.product(c, monomial) for c, monomial in ordered(form, self.order)] or [Piece("0")]

    def product(self, coefficient: int, monomial: Monomial) -> Piece:
        bases = [(self.factor(factor), exponent) for factor, exponent in monomial]
        factors = [self.printer.power(base, Piece(str(e))) if e > 1 else base for base, e in bases]
        return self.printer.product(str(coefficient), factors)

    def factor(self, factor: Factor) -> Piece:
        if factor.kind == "symbol":
            return Piece(self.printer.name(factor.parts[0]))
        if factor.kind == "sum":
            return self.form(factor.parts[0])
        if factor.kind == "floor":
            return self.form(lone(factor))
        if factor.kind == "quotient":
            return self.printer.rounded("floor", self.printer.over(*map(self.form, factor.parts)))
        arguments = sorted(factor.parts, key=lambda form: _places(form, self.order))
        return self.printer.call(factor.kind, map(self.form, arguments))
