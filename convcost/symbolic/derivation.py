"""What a model costs as a function of its input's sizes: one entry per operator call, and their sums."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from convcost.core.equations import Equation, Equations, Typeset
from convcost.core.errors import DomainError
from convcost.core.numeric import Count
from convcost.symbolic import latex
from convcost.symbolic.condition import SizeCondition, condition_text, domain_text, holds
from convcost.symbolic.factor import Factor
from convcost.symbolic.form import Form, number, total
from convcost.symbolic.function import Function, read_sizes, undominated
from convcost.symbolic.printer import LATEX, TEXT, TextPrinter, largest_parts

METRICS = {
    "macs": "MACs",
    "parameters": "parameters",
    "activations": "activations",
    "peak": "peak activation",
}
"""What can be derived.

macs         multiply-accumulates of convolutions, fully connected layers and other products; taps on padding count
parameters   learnable elements, shared ones once
activations  elements that those operators write (Radosavovic et al. 2020, arXiv 2003.13678, section 3)
peak         the largest working set of one operator: elements that it reads and writes, parameters left out
"""


@dataclass(frozen=True)
class DerivedCall:
    """One operator call; `operator` and `macs` are None where the registry has no formula.

    It is not an `OpCall`, for forms are not numbers: they are only added to and multiplied with forms.

    Sizes in `inputs` (shapes, nested as the operator takes them), `hyper` and `output` are forms.
    """

    module: str
    aten: str
    operator: str | None
    kind: str
    is_product: bool
    inputs: tuple[Any, ...]
    hyper: Mapping[str, Any]
    macs: Form | None
    parameters: int
    activations: Form
    working: Form
    output: tuple[Form, ...]


@dataclass(frozen=True)
class Subtotal:
    """The sum of several entries: a layer, a stage, or the whole model; `unknown` counts calls without a formula."""

    name: str
    kinds: tuple[str, ...]
    macs: Form
    parameters: int
    activations: Form
    unknown: int


def summed(name: str, entries: Sequence[DerivedCall], parameters: int | None = None) -> Subtotal:
    """Return the sum of entries; `parameters` where they are not the sum of the entries' (shared ones)."""
    core = [e.kind for e in entries if e.is_product]
    return Subtotal(
        name=name,
        kinds=tuple(core or (e.kind for e in entries[:1])),
        macs=total(e.macs for e in entries if e.macs is not None),
        parameters=sum(e.parameters for e in entries) if parameters is None else parameters,
        activations=total(e.activations for e in entries if e.is_product),
        unknown=sum(e.operator is None for e in entries),
    )


Groups: TypeAlias = list[tuple[str, list[DerivedCall]]]


def layers(entries: Iterable[DerivedCall]) -> Groups:
    """Group entries by layer: one that multiplies, with the norms and activations after it."""
    groups: Groups = []
    for entry in entries:
        if not groups or entry.is_product or entry.operator is None or not groups[-1][1][0].is_product:
            groups.append((entry.module or entry.aten.removeprefix("aten::"), [entry]))
        else:
            groups[-1][1].append(entry)
    return groups


def stages(entries: Sequence[DerivedCall]) -> Groups:
    """Group entries by child of the model; a child that makes more than half of all calls is taken apart."""
    groups: dict[str, list[DerivedCall]] = {"": list(entries)}
    while large := [n for n, es in groups.items() if 2 * len(es) > len(entries) and _children(n, es) != {n}]:
        apart: dict[str, list[DerivedCall]] = {}
        for name, members in groups.items():
            for entry in members:
                apart.setdefault(_child(name, entry) if name in large else name, []).append(entry)
        groups = apart
    return [(name or "the model itself", members) for name, members in groups.items()]


def _child(name: str, entry: DerivedCall) -> str:
    """The module one step below `name` that an entry is in."""
    depth = name.count(".") + 2 if name else 1
    return ".".join(entry.module.split(".")[:depth])


def _children(name: str, entries: Iterable[DerivedCall]) -> set[str]:
    return {_child(name, entry) for entry in entries}


@dataclass(frozen=True)
class Derivation(Equations):
    """The cost of a model for all sizes of its input in the domain.

    symbols     names of the free sizes, in order
    input       the input's shape in words: B×3×H×W
    conditions  what has to hold, besides every symbol being a whole number of at least 1
    note        in one line, what was fixed, and why
    """

    model: str
    symbols: tuple[str, ...]
    input: str
    entries: tuple[DerivedCall, ...]
    parameters: int
    conditions: tuple[SizeCondition, ...]
    note: str = ""

    @cached_property
    def forms(self) -> dict[str, tuple[Form, ...]]:
        """Each metric as the forms that it is the largest of: one, but for the peak."""
        return {
            "macs": (total(e.macs for e in self.entries if e.macs is not None),),
            "parameters": (number(self.parameters),),
            "activations": (total(e.activations for e in self.entries if e.is_product),),
            "peak": tuple(undominated(dict.fromkeys(e.working for e in self.entries))) or (number(0),),
        }

    @property
    def unknown(self) -> dict[str, int]:
        """The operators without a formula, whose multiply-accumulates no total has, and how often each is called."""
        return dict(Counter(e.aten for e in self.entries if e.operator is None).most_common())

    def expression(self, metric: str = "macs") -> Any:
        """Return a metric as a SymPy expression in whole positive symbols."""
        from convcost.symbolic.expressions import largest

        return largest(self.forms[_known(metric)])

    @property
    def macs(self) -> Any:
        """Multiply-accumulates, as a SymPy expression."""
        return self.expression("macs")

    @property
    def activations(self) -> Any:
        """Elements that operators with multiply-accumulates write, as a SymPy expression."""
        return self.expression("activations")

    @property
    def peak(self) -> Any:
        """The largest working set of one operator, in elements, as a SymPy expression."""
        return self.expression("peak")

    def function(self, metric: str = "macs") -> Function:
        """Return a metric as a fast, exact function of the symbols, on ints and on NumPy arrays."""
        return Function(_known(metric), self.forms[metric], self.symbols)

    def latex(self, metric: str = "macs") -> str:
        """Return a metric as LaTeX for math mode, a long sum in an `aligned` of several lines."""
        return latex.broken(self.parts(metric, LATEX))

    def parts(self, metric: str, printer: TextPrinter = TEXT) -> list[str]:
        """Return the signed terms of a metric, between which a line may be broken."""
        if metric == "parameters":
            return [printer.count(self.parameters)]
        return largest_parts(self.forms[_known(metric)], self.symbols, printer)

    def equations(self) -> list[Equation]:
        """Return all metrics."""
        return [
            Equation(title, Typeset(" ".join(self.parts(metric)), self.parts(metric, LATEX)))
            for metric, title in METRICS.items()
        ]

    def title(self) -> str:
        """Return the model, its input, and for which sizes the formulas hold."""
        return f"{self.model}: input {self.input}; {self.domain}"

    def text(self, metric: str = "macs") -> str:
        """Return a metric in one line of Unicode text."""
        return " ".join(largest_parts(self.forms[_known(metric)], self.symbols))

    def __str__(self) -> str:
        return self.text()

    def at(self, *values: int, **named: int) -> dict[str, int]:
        """Return all metrics at one number for each symbol; raises DomainError outside of the domain."""
        sizes = read_sizes(self.symbols, values, named)
        if broken := self.broken(sizes):
            raise DomainError(f"{broken} does not hold, which the formula needs")
        return {metric: self.function(metric)(**sizes) for metric in METRICS}

    def broken(self, sizes: Mapping[str, Count]) -> str:
        """Return the first condition that does not hold at these sizes, in words; empty if all do."""
        known: dict[Factor, Count] = {}
        for relation, form in self.conditions:
            if not holds(relation, form.value(sizes, known)):
                return condition_text((relation, form), self.symbols)
        return ""

    @property
    def domain(self) -> str:
        """For which sizes the formulas hold, in words: B ≥ 1, H ≥ 32, W a multiple of 16."""
        return domain_text(self.symbols, self.conditions)

    def per(self, level: str) -> list[Subtotal]:
        """Return sums per `layer`, `stage` or `total`.

        A layer is an operator that multiplies, with the norms and activations after it. A stage is a child of
        the model; a child that makes more than half of all calls is taken apart.
        """
        if level == "total":
            return [summed(self.model, self.entries, self.parameters)]
        groups = layers(self.entries) if level == "layer" else stages(self.entries)
        return [summed(name, entries) for name, entries in groups]


def _known(metric: str) -> str:
    if metric not in METRICS:
        raise DomainError(f"there is no metric {metric!r}; there are {', '.join(METRICS)}")
    return metric
