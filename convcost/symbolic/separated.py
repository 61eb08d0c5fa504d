"""SymPy expressions in whole numbers as sums of products of functions of one number each."""

import itertools
import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial, reduce
from typing import TypeAlias

import sympy

from convcost.core.errors import UndecidableError
from convcost.symbolic.quasi_polynomial import QuasiPolynomial

Key: TypeAlias = tuple[tuple[str, QuasiPolynomial], ...]
Separated: TypeAlias = dict[Key, Fraction]
"""Coefficients of products; a product has at most one function, not constant, of each symbol."""

_MOST_CLASSES = 1 << 14
_FOLDS: dict[type[sympy.Basic], Callable[[QuasiPolynomial, QuasiPolynomial], QuasiPolynomial]] = {
    sympy.Add: operator.add,
    sympy.Mul: operator.mul,
    sympy.Max: QuasiPolynomial.larger,
    sympy.Min: QuasiPolynomial.smaller,
}


class Reader:
    """Reads expressions made of + * floor, ceiling, Mod, Max, Min and gcd; `least` has the least value of each symbol.

    Raises UndecidableError for anything else: division by a size, Max of different symbols.
    """

    def __init__(self, least: Mapping[str, int]) -> None:
        self.least = dict(least)
        self.axes: dict[sympy.Basic, QuasiPolynomial] = {}
        self._names: dict[sympy.Basic, frozenset[str]] = {}
        self.products: dict[tuple[QuasiPolynomial, QuasiPolynomial], QuasiPolynomial] = {}

    def names(self, e: sympy.Basic) -> frozenset[str]:
        """Return the names of an expression's symbols."""
        if e not in self._names:
            own = frozenset({e.name}) if e.is_Symbol else frozenset[str]()
            self._names[e] = own.union(*(self.names(part) for part in e.args))
        return self._names[e]

    def sum(self, e: sympy.Basic) -> Separated:
        """Return the expression as a sum of products."""
        names = self.names(e)
        if len(names) == 0:
            return _single((), self._axis(e, "", 0)(0))
        if len(names) == 1:
            name = next(iter(names))
            return self._alone(name, self.axis(e, name))
        if e.is_Add:
            return added(*(self.sum(part) for part in e.args))
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow and e.exp.is_Integer and e.exp > 0:
            return self._times(*[self.sum(e.base)] * int(e.exp))
        if isinstance(e, sympy.floor):
            return self._floor(e.args[0])
        if isinstance(e, sympy.ceiling):
            return negated(self._floor(-e.args[0]))
        if isinstance(e, sympy.Mod) and e.args[1].is_Integer:
            return added(self.sum(e.args[0]), self.sum(-e.args[1] * sympy.floor(e.args[0] / e.args[1])))
        raise UndecidableError(f"no exact answer for {_shown(e)}: it mixes {', '.join(sorted(names))}")

    def axis(self, e: sympy.Basic, name: str) -> QuasiPolynomial:
        """Return an expression in one symbol (or none) as a function of it."""
        if name not in self.least:
            raise UndecidableError(f"{name} has no least value")
        return self._axis(e, name, self.least[name])

    def _axis(self, e: sympy.Basic, name: str, start: int) -> QuasiPolynomial:
        key = (e, name)
        if key not in self.axes:
            self.axes[key] = self._read(e, name, start)
        return self.axes[key]

    def _read(self, e: sympy.Basic, name: str, start: int) -> QuasiPolynomial:
        if e.is_Rational:
            return QuasiPolynomial.constant(Fraction(int(e.p), int(e.q)), start)
        if e.is_Symbol and e.name == name:
            return QuasiPolynomial.whole(start)
        parts = [self._axis(part, name, start) for part in e.args]
        if e.func in _FOLDS:
            return reduce(_FOLDS[e.func], parts)
        if e.is_Pow and e.exp.is_Integer and e.exp > 0:
            return reduce(operator.mul, parts[:1] * int(e.exp))
        if isinstance(e, sympy.floor):
            return parts[0].floor()
        if isinstance(e, sympy.ceiling):
            return parts[0].ceiling()
        if isinstance(e, sympy.Mod) and e.args[1].is_Integer and e.args[1] > 0:
            return parts[0].remainder(int(e.args[1]))
        if e.is_Function and e.func.__name__ == "gcd":
            for fixed, other in (e.args, e.args[::-1]):
                if fixed.is_Integer:
                    rest = self._axis(other, name, start).remainder(int(fixed))
                    return rest.mapped(partial(_common_divisor, int(fixed)))
        raise UndecidableError(f"no exact answer for {_shown(e)}")

    def _alone(self, name: str, function: QuasiPolynomial) -> Separated:
        if not function.head and function.period == 1 and function.degree == 0:
            return _single((), function(function.start))
        return {((name, function),): Fraction(1)}

    def _product(self, e: sympy.Basic) -> Separated:
        alone: dict[str, list[sympy.Basic]] = {}
        mixed: list[Separated] = []
        for part in e.args:
            names = self.names(part)
            if len(names) < 2:
                alone.setdefault(next(iter(names), ""), []).append(part)
            else:
                mixed.append(self.sum(part))
        return self._times(*(self.sum(sympy.Mul(*parts)) for parts in alone.values()), *mixed)

    def _times(self, *factors: Separated) -> Separated:
        total: Separated = {(): Fraction(1)}
        for factor in factors:
            terms = [(self._joined(k, m), a * b) for k, a in total.items() for m, b in factor.items()]
            # A product of functions can be a constant: (n mod 2)·0.
            total = added(*({key: a * b} for (key, b), a in terms if a * b))
        return total

    def _joined(self, left: Key, right: Key) -> tuple[Key, Fraction]:
        functions, coefficient = dict(left), Fraction(1)
        for name, function in right:
            if name in functions:
                function = self._multiplied(functions.pop(name), function)
                ((key, constant),) = self._alone(name, function).items() or [((), Fraction(0))]
                coefficient *= constant
                functions.update(key)
            else:
                functions[name] = function
        return tuple(sorted(functions.items(), key=lambda item: item[0])), coefficient

    def _multiplied(self, left: QuasiPolynomial, right: QuasiPolynomial) -> QuasiPolynomial:
        if (left, right) not in self.products:
            self.products[left, right] = left * right
        return self.products[left, right]

    def _floor(self, e: sympy.Basic) -> Separated:
        """Floor of an expression in several symbols.

        With D the common denominator, floor(p) = p - ((D·p) mod D)/D, and D·p mod D depends on the factors' values
        modulo D only: it is a sum over their classes, of which each symbol has finitely many.
        """
        inner = self.sum(e)
        scales = [math.prod(f.denominator for _, f in key) for key in inner]
        common = math.lcm(*(s * c.denominator for s, c in zip(scales, inner.values(), strict=True)))
        classes: dict[str, dict[int, QuasiPolynomial]] = {}
        samples: dict[tuple[str, int], int] = {}
        for name in sorted({name for key in inner for name, _ in key}):
            functions = list(dict.fromkeys(f for key in inner for n, f in key if n == name))
            code = QuasiPolynomial.constant(0, self.least[name])
            for f in functions:
                code = code.scaled(common) + f.scaled(f.denominator).remainder(common)
            places = {int(code(n)): n for n in reversed(code.points(code.threshold, code.period, 0))}
            classes[name] = {value: code.mapped(partial(_same, value)) for value in places}
            samples.update({(name, value): n for value, n in places.items()})
        if math.prod(map(len, classes.values())) > _MOST_CLASSES:
            raise UndecidableError(f"no exact answer for ⌊{_shown(e)}⌋: too many residue classes")
        parts: list[Separated] = [inner]
        for combination in itertools.product(*classes.values()):
            at = {name: samples[name, value] for name, value in zip(classes, combination, strict=True)}
            rest = value_at(inner, at) % 1
            if rest:
                chosen = zip(classes, combination, strict=True)
                factors = [self._alone(name, classes[name][value]) for name, value in chosen]
                parts.append({key: -c * rest for key, c in self._times(*factors).items()})
        return added(*parts)


def value_at(terms: Separated, at: Mapping[str, int]) -> Fraction:
    """Return the value of a sum of products at one number for each symbol."""
    return sum((c * math.prod((f(at[n]) for n, f in key), start=Fraction(1)) for key, c in terms.items()), Fraction(0))


def added(*sums: Separated) -> Separated:
    """Return the sum of sums, without products that cancel."""
    total: Separated = {}
    for terms in sums:
        for key, coefficient in terms.items():
            total[key] = total.get(key, Fraction(0)) + coefficient
    return {key: coefficient for key, coefficient in total.items() if coefficient}


def negated(terms: Separated) -> Separated:
    """Return minus the sum."""
    return {key: -coefficient for key, coefficient in terms.items()}


def _single(key: Key, value: Fraction) -> Separated:
    return {key: value} if value else {}


def _common_divisor(number: int, value: Fraction) -> int:
    return math.gcd(number, int(value))


def _same(number: int, value: Fraction) -> int:
    return int(value == number)


def _shown(e: sympy.Basic) -> str:
    text = str(e)
    return text if len(text) <= 80 else f"{text[:77]}..."
