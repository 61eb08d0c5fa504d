"""The closed form of a formula, and the ratio of two."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from convcost.core.architecture import Architecture, Network, Settings
from convcost.core.builder import Builder
from convcost.core.cost import Cost
from convcost.core.equations import Equation, Equations
from convcost.core.numeric import Count, product
from convcost.core.record import Formula
from convcost.symbolic import latex
from convcost.symbolic import sympy_text as symbolic
from convcost.symbolic.sympy_text import plain_rounding, symbol


def closed_form(record: Formula, numbers: Mapping[str, Any]) -> Cost:
    """The record's cost as SymPy expressions; `numbers` replace their symbols."""
    values: dict[str, Any] = {}
    for s in record.symbols:
        if s.name in numbers:
            value = numbers[s.name]
            values[s.name] = (
                sympy.Rational(value.numerator, value.denominator) if isinstance(value, Fraction) else value
            )
        else:
            values[s.name] = symbol(s.name, whole=s.unit != "factor")
    return record.evaluate(values).map(lambda count: plain_rounding(sympy.Integer(0) + count))


def ratio(above: Any, below: Any) -> Any:
    """The quotient of two closed forms: a sum of simple terms where it is one (1/N + 1/D_K²), else factors."""
    quotient = sympy.cancel(above / below)
    denominator = sympy.fraction(quotient)[1]
    return sympy.factor(quotient) if denominator.is_Add else sympy.expand(quotient)


@dataclass(frozen=True)
class NetworkForm(Equations):
    """A network's MACs as a sum of positions times coefficient, one entry a feature map's size.

    `widths` names the rounded channel counts: c32 stands for max(8, ⌊32·α⌋).
    """

    terms: tuple[tuple[Any, Any], ...]
    parameters: Any
    widths: tuple[tuple[Any, Any], ...]

    @property
    def macs(self) -> Any:
        """The sum, with the names of the rounded channel counts."""
        return sympy.Add(*(size * coefficient for size, coefficient in self.terms))

    def latex(self) -> str:
        """MACs, parameters and what each width stands for, as LaTeX for math mode."""
        return latex.aligned([(e.latex_left, e.latex_parts) for e in self.equations()])

    def equations(self) -> list[Equation]:
        """MACs, parameters, then the rounding that each width names."""
        order = ["B", "R", *(str(name) for name, _ in self.widths)]
        macs = Equation("MACs", symbolic.line(self.macs, order), latex.in_math("MACs"), self._macs_parts(order))
        widths = [
            Equation(str(name), symbolic.line(form), latex.symbol(str(name)), [symbolic.latex_text(form)])
            for name, form in self.widths
        ]
        return [macs, Equation.of("parameters", self.parameters, order), *widths]

    def _macs_parts(self, order: Sequence[str]) -> list[str]:
        found: list[str] = []
        for size, coefficient in self.terms:
            parts = symbolic.latex_parts(sympy.Mul(size, coefficient, evaluate=coefficient.is_number), order)
            found += [f"+ {parts[0]}" if found else parts[0], *parts[1:]]
        return found

    @property
    def plain(self) -> Cost:
        """MACs and parameters in the options alone."""
        back = dict(self.widths)
        return Cost(macs=self.macs.subs(back), parameters=self.parameters.subs(back))


def network_form(architecture: Architecture, given: Mapping[str, Any]) -> NetworkForm:
    """The closed form of a network in the options that are left open (those with a symbol)."""
    builder = _NamingPen()
    batch = architecture.build(builder, **_open_settings(architecture, given)).shape[0]
    terms: dict[Any, Any] = {}
    for line in builder.calls:
        if line.is_product:
            positions = batch * product(line.output[2:] if line.rank else ())
            terms[positions] = terms.get(positions, 0) + line.cost.macs / sympy.Integer(1) / positions
    parameters = sympy.Add(*(line.cost.parameters for line in builder.calls))
    plain = tuple((plain_rounding(sympy.Integer(1) * size), coefficient) for size, coefficient in terms.items())
    ordered = sorted(builder.widths.items(), key=lambda item: at_one(item[0]))
    return NetworkForm(plain, parameters, tuple((name, plain_rounding(form)) for form, name in ordered))


class _NamingPen(Builder):
    """A builder that gives every rounded channel count a name as soon as it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.widths: dict[Any, Any] = {}

    def channels(self, exact: Count, rule: Callable[[Count], Count]) -> Count:
        """The name of the count, or the count itself where nothing is open in it."""
        count = super().channels(exact, rule)
        return name_widths(count, self.widths) if isinstance(count, sympy.Basic) else count


def open_drawing(architecture: Architecture, given: Mapping[str, Any]) -> Network:
    """The architecture drawn on symbols for the options that `given` leaves open."""
    return architecture.network(_open_settings(architecture, given))


def _open_settings(architecture: Architecture, given: Mapping[str, Any]) -> Settings:
    settings = architecture.settings(given)
    scaled = {option.scales for option in architecture.options if option.name in given}
    for option in architecture.options:
        if option.name in settings:
            value = settings[option.name]
            if option.name not in given and option.name not in scaled and option.symbol:
                settings[option.name] = symbol(option.name if option.decimal else option.symbol, not option.decimal)
            elif isinstance(value, Fraction):
                settings[option.name] = sympy.Rational(value.numerator, value.denominator)
    return settings


def name_widths(expression: Any, widths: dict[Any, Any]) -> Any:
    """Every rounding in a channel count gets a name: c and the count at a width multiplier of one."""
    for form in sorted(_roundings(expression), key=lambda e: -e.count_ops()):
        if form not in widths:
            name = f"c{at_one(form)}"
            while any(name == str(taken) for taken in widths.values()):
                name += "′"
            widths[form] = sympy.Symbol(name, positive=True, integer=True)
    return expression.xreplace(widths)


def _roundings(expression: Any) -> set[Any]:
    found: set[Any] = set()
    for node in sympy.preorder_traversal(expression):
        if isinstance(node, sympy.Max | sympy.floor) and any(not s.is_integer for s in node.free_symbols):
            found.add(node)
    return {f for f in found if not any(f != g and g.has(f) for g in found)}


def at_one(form: Any) -> int:
    """A rounded channel count where every multiplier is one."""
    return int(form.subs(dict.fromkeys(form.free_symbols, 1)))
