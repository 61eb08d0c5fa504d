"""What a family of models costs, as a formula in its input's sizes and its rounded channel counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from convcost.core.equations import Equation, Equations
from convcost.core.errors import DomainError
from convcost.symbolic import notebook
from convcost.symbolic.condition import SizeCondition, domain_text
from convcost.symbolic.derivation import Derivation
from convcost.symbolic.factor import Monomial
from convcost.symbolic.form import Form, number, total
from convcost.symbolic.function import read_sizes
from convcost.symbolic.printer import ordered, plain


def _to_eights(exact: Fraction) -> int:
    near = max(8, int(exact + 4) // 8 * 8)
    return near + 8 if 10 * near < 9 * exact else near


RULES: Mapping[str, Callable[[Fraction], int]] = {
    "max(⌊{}⌋, 8)": lambda exact: max(int(exact), 8),
    "eights({})": _to_eights,
    "⌊{}⌋": int,
}
"""How authors round channels, by the rule's text.

max(⌊x⌋, 8)  TF-slim's mobilenet_v1.py
eights(x)    the nearest multiple of 8, at least 8, and the next one where that is below 0.9·x: TF-slim's
             mobilenet_v2.py, and most networks since
⌊x⌋          Python's int
"""


@dataclass(frozen=True)
class Width:
    """A channel count: its name, and its values at the multipliers that were built."""

    name: str
    values: Mapping[Fraction, int]

    @property
    def base(self) -> int:
        """The value at a multiplier of 1."""
        return self.values[Fraction(1)]

    def follows(self, rule: Callable[[Fraction], int], least_one: bool) -> bool:
        """Whether a rule gives all values, of multipliers or (`least_one`) of those and 1, the larger."""
        return all(rule(self.base * (max(m, Fraction(1)) if least_one else m)) == v for m, v in self.values.items())

    def multiple_of(self, other: Width) -> int | None:
        """Return how many times another width this one is at every multiplier."""
        times = self.base // other.base
        same = all(times * other.values[m] == value for m, value in self.values.items())
        return times if same and times > 1 else None


@dataclass(frozen=True)
class ChannelRule:
    """How a width follows a multiplier: by a text of `RULES`, or as `times` another width."""

    width: Width
    text: str = ""
    least_one: bool = False
    times: int = 1
    of: ChannelRule | None = None

    def __call__(self, multiplier: Fraction) -> int:
        """Return the channels at a multiplier."""
        if self.of is not None:
            return self.times * self.of(multiplier)
        return RULES[self.text](self.width.base * (max(multiplier, Fraction(1)) if self.least_one else multiplier))

    def said(self, symbol: str) -> str:
        """Return the rule for a multiplier of this name: max(⌊32·α⌋, 8), or 6·c24."""
        if self.of is not None:
            return f"{self.times}·{self.of.width.name}"
        return self.text.format(f"{self.width.base}·{f'max({symbol}, 1)' if self.least_one else symbol}")


def rules(widths: Sequence[Width]) -> dict[str, ChannelRule]:
    """Return a rule for each width by name, with the same rounding for all; {} if no known rounding gives them.

    What no rounding of its own gives is a multiple of another width, and so is what can be the same multiple (the
    expansion of an inverted residual). A rule gives the values of all builds; that it gives those of other multipliers
    is likely, and no more.
    """
    ordered = sorted(widths, key=lambda width: width.base)
    multiples = {w.name: {o.name: t for o in ordered if (t := w.multiple_of(o))} for w in ordered}
    for text, rounding in RULES.items():
        direct = {w.name: [x for x in (False, True) if w.follows(rounding, x)] for w in ordered}
        forced = [w.name for w in ordered if not direct[w.name]]
        often = Counter(t for name in forced for t in set(multiples[name].values()))
        found: dict[str, ChannelRule] = {}
        for width in ordered:
            of = {n: t for n, t in multiples[width.name].items() if n in found and t in often and found[n].of is None}
            if of:
                name = max(of, key=lambda n: often[of[n]])
                found[width.name] = ChannelRule(width, times=of[name], of=found[name])
            elif direct[width.name]:
                found[width.name] = ChannelRule(width, text, direct[width.name][0])
        if len(found) == len(widths):
            return found
    return {}


@dataclass(frozen=True)
class Family(Equations):
    """Forms in the `sizes` of the input and the names of the `widths`.

    They were derived from the builds at the multipliers `built`, and are exactly the cost of one more, `checked`.
    """

    model: str
    input: str
    sizes: tuple[str, ...]
    widths: tuple[Width, ...]
    macs: Form
    parameters: Form
    activations: Form
    conditions: tuple[SizeCondition, ...]
    built: tuple[Fraction, ...]
    checked: Fraction

    @property
    def symbols(self) -> tuple[str, ...]:
        """All names: of the sizes, and of the widths."""
        return (*self.sizes, *(width.name for width in self.widths))

    @cached_property
    def rules(self) -> dict[str, ChannelRule]:
        """How each width follows the multiplier; empty where no known rounding gives all of them."""
        return rules(self.widths)

    @property
    def domain(self) -> str:
        """For which sizes the formulas hold, in words."""
        return domain_text(self.sizes, self.conditions)

    def by_resolution(self) -> list[tuple[Monomial, Form]]:
        """Return the MACs as products of sizes, the largest first, each with its coefficient in the widths."""
        names = {width.name for width in self.widths}
        groups: dict[Monomial, dict[Monomial, int]] = {}
        for monomial, coefficient in self.macs.expanded().terms.items():
            size = tuple(item for item in monomial if not item[0].names & names)
            rest = tuple(item for item in monomial if item[0].names & names)
            groups.setdefault(size, {})[rest] = coefficient
        known = {frozenset(size): Form(terms) for size, terms in groups.items()}
        return [(size, known[frozenset(size)]) for _, size in ordered(Form(dict.fromkeys(groups, 1)), self.symbols)]

    def latex(self) -> str:
        """Return all equations as LaTeX for math mode: the sums, and what each width stands for."""
        return notebook.as_latex(self.equations())

    def equations(self) -> list[Equation]:
        """Return MACs, parameters and activations, then the rule of each width where one is known."""
        forms = {"MACs": self.macs, "parameters": self.parameters, "activations": self.activations}
        rules = {name: rule.said("α") for name, rule in self.rules.items()}
        return [
            *(Equation(name, notebook.of_forms([form], self.symbols)) for name, form in forms.items()),
            *(Equation(name, notebook.of_text(rule), is_symbol=True) for name, rule in rules.items()),
        ]

    def title(self) -> str:
        """Return the models, their input, and for which sizes the formulas hold."""
        return f"{self.model}: input {self.input}, width multiplier α; {self.domain}"

    def at(self, multiplier: Fraction, **sizes: int) -> dict[str, int]:
        """Return MACs, parameters and activations at a multiplier and at sizes of the input."""
        values = {**read_sizes(self.sizes, (), sizes), **self._channels(multiplier)}
        return {
            "macs": self.macs.value(values),
            "parameters": self.parameters.value(values),
            "activations": self.activations.value(values),
        }

    def same_as(self, build: Derivation, multiplier: Fraction) -> bool:
        """Whether the forms at a multiplier are those of a build, term by term."""
        channels = self._channels(multiplier)
        return all(
            plain(_put(ours, channels), self.sizes) == plain(theirs.expanded(), self.sizes)
            for ours, theirs in (
                (self.macs, build.forms["macs"][0]),
                (self.activations, build.forms["activations"][0]),
                (self.parameters, number(build.parameters)),
            )
        )

    def _channels(self, multiplier: Fraction) -> dict[str, int]:
        if all(multiplier in width.values for width in self.widths):
            return {width.name: width.values[multiplier] for width in self.widths}
        if not self.rules:
            raise DomainError(f"the channels follow no known rounding, so there is no value at {multiplier}")
        return {name: rule(multiplier) for name, rule in self.rules.items()}


def _put(form: Form, channels: Mapping[str, int]) -> Form:
    """The form with numbers for the channel counts."""
    parts = []
    for monomial, coefficient in form.expanded().terms.items():
        for factor, power in monomial:
            if factor.kind == "symbol" and factor.parts[0] in channels:
                coefficient *= channels[factor.parts[0]] ** power
        rest = tuple(item for item in monomial if not item[0].names <= channels.keys())
        parts.append(Form({rest: coefficient}))
    return total(parts)
