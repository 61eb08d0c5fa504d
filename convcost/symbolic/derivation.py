"""What a model costs as a function of its input's sizes: one entry for each operator call, and their sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from convcost.core.equations import Equation, Equations
from convcost.core.errors import DomainError
from convcost.symbolic import form_text, latex
from convcost.symbolic.condition import Condition, condition_text, domain_text, holds
from convcost.symbolic.entry import Entry, Sum, layers, stages, summed
from convcost.symbolic.factor import Factor
from convcost.symbolic.form import Form, number, total
from convcost.symbolic.form_function import Function, read_sizes
from convcost.symbolic.largest import undominated

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
class Derivation(Equations):
    """The cost of a model for all sizes of its input in the domain.

    symbols     names of the open sizes, in order
    input       the input's shape in words: B×3×H×W
    conditions  what has to hold, besides every symbol being a whole number of at least 1
    note        in one line, what was fixed, and why
    """

    model: str
    symbols: tuple[str, ...]
    input: str
    entries: tuple[Entry, ...]
    parameters: int
    conditions: tuple[Condition, ...]
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
        """A metric as a SymPy expression in whole positive symbols."""
        forms = [form_text.to_sympy(form) for form in self.forms[_known(metric)]]
        if len(forms) == 1:
            return forms[0]
        import sympy

        return sympy.Max(*forms, evaluate=False)

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
        """A metric as a fast, exact function of the symbols, on ints and on NumPy arrays."""
        return Function(_known(metric), self.forms[metric], self.symbols)

    def latex(self, metric: str = "macs") -> str:
        """A metric as LaTeX for math mode, a long sum in an `aligned` of several lines."""
        return latex.broken(self._latex_parts(metric))

    def _latex_parts(self, metric: str) -> list[str]:
        if metric == "parameters":
            return [latex.number(self.parameters)]
        forms = [form_text.latex_parts(form, self.symbols) for form in self.forms[_known(metric)]]
        if len(forms) == 1:
            return forms[0]
        forms[0][0] = rf"\max\bigl({forms[0][0]}"  # \left( could not be closed in another line
        for form in forms[:-1]:
            form[-1] += ","
        forms[-1][-1] += r"\bigr)"
        return [part for form in forms for part in form]

    def equations(self) -> list[Equation]:
        """All metrics."""
        return [
            Equation(title, self.text(metric), latex.in_math(title), self._latex_parts(metric))
            for metric, title in METRICS.items()
        ]

    def title(self) -> str:
        """The model, its input, and for which sizes the formulas hold."""
        return f"{self.model}: input {self.input}; {self.domain}"

    def text(self, metric: str = "macs") -> str:
        """A metric in one line of Unicode text."""
        texts = [form_text.plain(form, self.symbols) for form in self.forms[_known(metric)]]
        return texts[0] if len(texts) == 1 else f"max({', '.join(texts)})"

    def __str__(self) -> str:
        return self.text()

    def at(self, *values: int, **named: int) -> dict[str, int]:
        """All metrics at one number for each symbol; raises DomainError outside of the domain."""
        sizes = read_sizes(self.symbols, values, named)
        if broken := self.broken(sizes):
            raise DomainError(f"{broken} does not hold, which the formula needs")
        return {metric: self.function(metric)(**sizes) for metric in METRICS}

    def broken(self, sizes: Mapping[str, Any]) -> str:
        """The first condition that does not hold at these sizes, in words; empty if all do."""
        known: dict[Factor, Any] = {}
        for relation, form in self.conditions:
            if not holds(relation, form.value(sizes, known)):
                return condition_text((relation, form), self.symbols)
        return ""

    @property
    def domain(self) -> str:
        """For which sizes the formulas hold, in words: B ≥ 1, H ≥ 32, W a multiple of 16."""
        return domain_text(self.symbols, self.conditions)

    def per(self, level: str) -> list[Sum]:
        """Sums per `layer` (an operator that multiplies, with the norms and activations after it), `stage` or `total`.

        A stage is a child of the model; a child that makes more than half of all calls is taken apart.
        """
        if level == "total":
            return [summed(self.model, self.entries, self.parameters)]
        groups = layers(self.entries) if level == "layer" else stages(self.entries)
        return [summed(name, entries) for name, entries in groups]


def _known(metric: str) -> str:
    if metric not in METRICS:
        raise DomainError(f"there is no metric {metric!r}; there are {', '.join(METRICS)}")
    return metric
