"""Formulas and networks on symbols: closed forms, and an architecture for any batch and image."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy

from convcost.core.architecture import Architecture, Builder, Network, Settings
from convcost.core.cost import Cost, OutputGeometry
from convcost.core.equations import Equation, Equations, Typeset
from convcost.core.errors import DomainError
from convcost.core.numeric import Count, product
from convcost.core.record import Formula
from convcost.core.spec import FreeSpec
from convcost.symbolic import notebook
from convcost.symbolic.domain import Domain
from convcost.symbolic.expressions import expression, latex_parts, latex_text, line, plain_rounding, symbol

B, H, W = (symbol(name) for name in "BHW")
OPEN = ("batch", "resolution", "rho", "window")
"""Options that say the batch or the image."""
_SIDES = ("resolution", "window")


def closed_form(record: Formula, numbers: Mapping[str, Count]) -> Cost:
    """Return the record's cost as SymPy expressions; `numbers` replace their symbols."""
    return record.evaluate(_values(record, numbers)).map(_plain)


def closed_geometry(record: Formula, numbers: Mapping[str, Count]) -> OutputGeometry | None:
    """Return how large a record's output is and how far it looks, as `closed_form`; None if the record says neither."""
    return OutputGeometry.of(record.derive(_values(record, numbers)), _plain)


def _values(record: Formula, numbers: Mapping[str, Count]) -> dict[str, Count]:
    values: dict[str, Count] = {}
    for s in record.symbols:
        if s.name in numbers:
            value = numbers[s.name]
            values[s.name] = sympy.Rational(value) if isinstance(value, Fraction) else value
        else:
            values[s.name] = symbol(s.name, whole=s.unit != "factor")
    return values


def _plain(count: Count) -> sympy.Expr:
    return plain_rounding(sympy.Integer(0) + count)


def ratio(above: Count, below: Count) -> sympy.Expr:
    """Return the quotient of two closed forms: a sum of simple terms where it is one (1/N + 1/D_K²), else factors."""
    quotient = sympy.cancel(expression(above) / below)
    denominator = sympy.fraction(quotient)[1]
    return sympy.factor(quotient) if denominator.is_Add else sympy.expand(quotient)


@dataclass(frozen=True)
class NetworkForm(Equations):
    """A network's MACs as a sum of positions times coefficient, one term per size of feature map.

    `widths` names the rounded channel counts: c32 stands for max(8, ⌊32·α⌋).
    """

    terms: tuple[tuple[sympy.Expr, sympy.Expr], ...]
    parameters: sympy.Expr
    widths: tuple[tuple[sympy.Expr, sympy.Expr], ...]

    @property
    def macs(self) -> sympy.Expr:
        """The sum, with the names of the rounded channel counts."""
        return sympy.Add(*(size * coefficient for size, coefficient in self.terms))

    def latex(self) -> str:
        """Return MACs, parameters and what each width stands for, as LaTeX for math mode."""
        return notebook.as_latex(self.equations())

    def equations(self) -> list[Equation]:
        """Return MACs, parameters, then the rounding that each width names."""
        order = ["B", "R", *(str(name) for name, _ in self.widths)]
        return [
            Equation("MACs", Typeset(line(self.macs, order), self._macs_parts(order))),
            Equation("parameters", notebook.of_count(self.parameters, order)),
            *(
                Equation(str(name), Typeset(line(form), [latex_text(form)]), is_symbol=True)
                for name, form in self.widths
            ),
        ]

    def _macs_parts(self, order: Sequence[str]) -> list[str]:
        found: list[str] = []
        for size, coefficient in self.terms:
            parts = latex_parts(sympy.Mul(size, coefficient, evaluate=coefficient.is_number), order)
            found += [f"+ {parts[0]}" if found else parts[0], *parts[1:]]
        return found

    @property
    def plain(self) -> Cost:
        """MACs and parameters in the options alone."""
        back = dict(self.widths)
        return Cost(macs=self.macs.subs(back), parameters=self.parameters.subs(back))


def network_form(architecture: Architecture, given: Mapping[str, object]) -> NetworkForm:
    """Return the closed form of a network in the options that are left open (those with a symbol)."""
    builder = _NamingBuilder()
    architecture.build(builder, **_open_settings(architecture, given))
    batch = builder.input_shape[0]
    terms: dict[sympy.Expr, sympy.Expr] = {}
    for call in builder.calls:
        if call.is_product:
            positions = batch * product(call.output[2:] if call.rank else ())
            terms[positions] = terms.get(positions, 0) + call.cost.macs / sympy.Integer(1) / positions
    parameters = sympy.Add(*(call.cost.parameters for call in builder.calls))
    plain = tuple((plain_rounding(sympy.Integer(1) * size), coefficient) for size, coefficient in terms.items())
    ordered = sorted(builder.widths.items(), key=lambda item: at_one(item[0]))
    return NetworkForm(plain, parameters, tuple((name, plain_rounding(form)) for form, name in ordered))


class _NamingBuilder(Builder):
    """A builder that gives every rounded channel count a name as soon as it is there."""

    def __init__(self) -> None:
        super().__init__()
        self.widths: dict[sympy.Expr, sympy.Expr] = {}

    def channels(self, exact: Count, rule: Callable[[Count], Count]) -> Count:
        """Return the name of the count, or the count itself where nothing is free in it."""
        count = super().channels(exact, rule)
        return name_widths(count, self.widths) if isinstance(count, sympy.Basic) else count


def free_network(architecture: Architecture, given: Mapping[str, object]) -> Network:
    """Return the network on symbols for the options that `given` leaves free."""
    return architecture.network(_open_settings(architecture, given))


def _open_settings(architecture: Architecture, given: Mapping[str, object]) -> Settings:
    settings = architecture.settings(given)
    scaled = {option.scales for option in architecture.options if option.name in given}
    for option in architecture.options:
        if option.name in settings:
            value = settings[option.name]
            if option.name not in given and option.name not in scaled and option.symbol:
                settings[option.name] = symbol(option.name if option.decimal else option.symbol, not option.decimal)
            elif isinstance(value, Fraction):
                settings[option.name] = sympy.Rational(value)
    return settings


def name_widths(count: sympy.Expr, widths: dict[sympy.Expr, sympy.Expr]) -> sympy.Expr:
    """Give every rounding in a channel count a name: c and the count at a width multiplier of one."""
    for form in sorted(_roundings(count), key=lambda e: -e.count_ops()):
        if form not in widths:
            name = f"c{at_one(form)}"
            while any(name == str(taken) for taken in widths.values()):
                name += "′"
            widths[form] = sympy.Symbol(name, positive=True, integer=True)
    return count.xreplace(widths)


def _roundings(count: sympy.Expr) -> set[sympy.Basic]:
    found: set[sympy.Basic] = set()
    for node in sympy.preorder_traversal(count):
        if isinstance(node, sympy.Max | sympy.floor) and any(not s.is_integer for s in node.free_symbols):
            found.add(node)
    return {f for f in found if not any(f != g and g.has(f) for g in found)}


def at_one(form: sympy.Expr) -> int:
    """Return a rounded channel count where every multiplier is one."""
    return int(form.subs(dict.fromkeys(form.free_symbols, 1)))


@dataclass(frozen=True)
class ImageForm:
    """A network on the symbols B, H and W, and its domain."""

    network: Network
    domain: Domain

    @property
    def input(self) -> FreeSpec:
        """The usual input, with the symbols' names at its free sizes."""
        usual = self.network.architecture.network(self.network.settings | {"batch": 1}).input_shape
        names = (None if isinstance(size, int) else str(size) for size in self.network.input_shape)
        return FreeSpec(tuple(map(int, usual)), names=tuple(names))


def image_form(architecture: Architecture, given: Mapping[str, object]) -> ImageForm:
    """Return the architecture at the options given, for any batch and image.

    The domain starts at the least image that the architecture admits. In it every feature map has a pixel, and
    weights have the shapes that they have at the default image: a dense layer on a flattened map fixes its size.

    Raises DomainError for an option that sets the batch or the image, which are left open here, and for an architecture
    whose image has one size.
    """
    fixed = [name for name in given if name in OPEN]
    if fixed:
        raise DomainError(f"{fixed[0]} is left open here: the formula is one for every batch, height and width")
    settings = architecture.settings(given)
    low = next((option.low for option in architecture.options if option.name in _SIDES), None)
    if low is None:
        raise DomainError(f"{architecture.name} has an image of one size; a proof speaks of every height and width")
    network = architecture.network({**settings, "batch": B}, sides=(H, W))
    usual = architecture.network(settings)
    guards = {*_maps(network), *_weights(network, usual)} - {sympy.true}
    return ImageForm(network, Domain({"B": 1, "H": int(low), "W": int(low)}, tuple(sorted(guards, key=str))))


def _maps(network: Network) -> set[sympy.Basic]:
    sizes = {expression(size) for line in network.calls for size in line.output[2:]}
    return {sympy.Ge(size, 1) for size in sizes}


def _weights(network: Network, usual: Network) -> set[sympy.Basic]:
    height, width = usual.input_shape[-2:]
    guards: set[sympy.Basic] = set()
    for call, known in zip(network.calls, usual.calls, strict=True):
        count = expression(call.cost.parameters)
        if count.free_symbols:
            guards.add(sympy.Eq(count.subs(W, width), known.cost.parameters))
            guards.add(sympy.Eq(count.subs(H, height), known.cost.parameters))
    return guards
