"""For which sizes a formula speaks: the least value of each symbol, and guards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, reduce

import sympy

from convcost.core.errors import DomainError
from convcost.symbolic.expressions import line, to_sympy
from convcost.symbolic.form import Form
from convcost.symbolic.quasi_polynomial import QuasiPolynomial
from convcost.symbolic.separated import Reader

_SIGNS = {"==": "=", "!=": "≠", ">": ">", ">=": "≥", "<": "<", "<=": "≤"}


@dataclass(frozen=True)
class Domain:
    """`least` has the least value of every symbol that may occur; `guards` are SymPy relations, all of them true.

    A guard on one symbol restricts it exactly. One that mixes symbols is in `mixed`: what holds without it
    holds with it, and a counterexample has to pass it.
    """

    least: Mapping[str, int]
    guards: tuple[sympy.Basic, ...] = ()

    @classmethod
    def of(cls, symbols: Sequence[str], conditions: Iterable[tuple[str, Form]]) -> Domain:
        """Return the domain in which all symbols are whole numbers from 1 and the forms' relations to zero hold."""
        relations = (sympy.Rel(to_sympy(form), 0, relation) for relation, form in conditions)
        return cls(dict.fromkeys(symbols, 1), tuple(dict.fromkeys(r for r in relations if r != sympy.true)))

    @cached_property
    def reader(self) -> Reader:
        """The reader of expressions over this domain."""
        return Reader(self.least)

    @cached_property
    def _single(self) -> tuple[sympy.Basic, ...]:
        return tuple(g for g in _flat(self.guards) if len(self.reader.names(g)) == 1)

    @cached_property
    def mixed(self) -> tuple[sympy.Basic, ...]:
        """The guards that mix symbols."""
        return tuple(g for g in _flat(self.guards) if len(self.reader.names(g)) > 1)

    @cached_property
    def allowed(self) -> Callable[[str], QuasiPolynomial]:
        """Return 1 at the values that a symbol may have, else 0; raises DomainError if there is none."""
        return cache(self._inside)

    def _inside(self, name: str) -> QuasiPolynomial:
        one = QuasiPolynomial.constant(1, self.least[name])
        inside = one
        for guard in self._single:
            if self.reader.names(guard) == {name}:
                inside *= self._truth(guard, name)
        if not any(inside(n) for n in inside.points(inside.threshold, inside.period, 0)):
            raise DomainError(f"no value of {name} passes {', '.join(map(str, self.guards))}")
        return inside

    def passes(self, at: Mapping[str, int]) -> bool:
        """Whether the guards that mix symbols hold at one number for each symbol."""
        return all(bool(g.subs({s: at[s.name] for s in g.free_symbols if s.name in at})) for g in self.mixed)

    def words(self, names: Iterable[str]) -> str:
        """Return the domain in one line: B ≥ 1, H ≥ 32, W ≥ 32."""
        parts = [_words(name, self.allowed(name)) for name in names]
        return ", ".join([*parts, *map(_relation, self.mixed)])

    def _truth(self, guard: sympy.Basic, name: str) -> QuasiPolynomial:
        start = self.least[name]
        one = QuasiPolynomial.constant(1, start)
        if guard in (sympy.true, sympy.false):
            return QuasiPolynomial.constant(int(guard == sympy.true), start)
        if isinstance(guard, sympy.Not):
            return one - self._truth(guard.args[0], name)
        if isinstance(guard, sympy.And | sympy.Or):
            both = QuasiPolynomial.smaller if isinstance(guard, sympy.And) else QuasiPolynomial.larger
            return reduce(both, (self._truth(part, name) for part in guard.args))
        difference = self.reader.axis(guard.lhs, name) - self.reader.axis(guard.rhs, name)
        if isinstance(guard, sympy.Eq | sympy.Ne):
            other = difference.positive() + (-difference).positive()
            return other if isinstance(guard, sympy.Ne) else one - other
        excess = difference if ">" in guard.rel_op else -difference
        return one - (-excess).positive() if "=" in guard.rel_op else excess.positive()


def _flat(guards: Iterable[sympy.Basic]) -> list[sympy.Basic]:
    return [part for guard in guards for part in (_flat(guard.args) if isinstance(guard, sympy.And) else [guard])]


def _relation(guard: sympy.Basic) -> str:
    if not guard.is_Relational:
        return str(guard)
    return f"{line(guard.lhs)} {_SIGNS[guard.rel_op]} {line(guard.rhs)}"


def _words(name: str, allowed: QuasiPolynomial) -> str:
    """A set of whole numbers in words: a table of single numbers below, residue classes above."""
    classes = [r for r in range(allowed.period) if allowed.tail[r]]
    single = [n for n in range(allowed.start, allowed.threshold) if allowed(n)]
    if not classes:
        if single[-1] - single[0] >= len(single) or len(single) == 2:
            return f"{name} one of {', '.join(map(str, single))}"
        return f"{single[0]} ≤ {name} ≤ {single[-1]}" if len(single) > 1 else f"{name} = {single[0]}"
    first = next(n for n in range(allowed.threshold, allowed.threshold + allowed.period) if allowed(n))
    text = f"{name} ≥ {min([first, *single])}"
    if allowed.period == 1:
        missing = [n for n in range(min([first, *single]), first) if not allowed(n)]
        return text + (f" other than {', '.join(map(str, missing))}" if missing else "")
    if classes == [0] and not single:
        return f"{text} a multiple of {allowed.period}"
    if single:
        text += f" ({', '.join(map(str, single))}, and from {first} on)"
    return f"{text} with {name} mod {allowed.period} in {{{', '.join(map(str, classes))}}}"
