"""Derivations: what a model or a family of models costs as a formula of its input's sizes, in every format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convcost.explore.network_table import repeated
from convcost.report import text
from convcost.report.content import GAP, Block, Column, Content, Formulas, Sentence, Table, numbers
from convcost.report.report import Records, Report
from convcost.symbolic import printer
from convcost.symbolic.derivation import METRICS, Derivation, Subtotal
from convcost.symbolic.family import Family
from convcost.symbolic.function import Function, sizes_text

if TYPE_CHECKING:
    from convcost.explore.evaluated import Evaluated

_MEANING = (
    "Activations are what the operators with multiply-accumulates write, peak activation is what the operator with "
    "the largest sum of both reads and writes, in elements."
)


@dataclass(frozen=True)
class DerivationReport(Report):
    """What `convcost.derive` returns.

    per     what a row stands for: the whole model, a stage, or a layer
    points  sizes of the input at which the formulas were evaluated
    own     whether the formulas hold at the model's own input, where that is outside of their domain
    """

    derivation: Derivation
    per: str = "total"
    points: tuple[Evaluated, ...] = ()
    own: str = ""

    def __repr__(self) -> str:
        return f"<{self.derivation.title()}>"

    @property
    def symbols(self) -> tuple[str, ...]:
        """Names of the free sizes, in order."""
        return self.derivation.symbols

    @property
    def domain(self) -> str:
        """For which sizes the formulas hold, in words."""
        return self.derivation.domain

    @property
    def parameters(self) -> int:
        """The number of learnable elements."""
        return self.derivation.parameters

    @property
    def macs(self) -> Any:
        """Multiply-accumulates, as a SymPy expression."""
        return self.derivation.macs

    @property
    def activations(self) -> Any:
        """Elements that operators with multiply-accumulates write, as a SymPy expression."""
        return self.derivation.activations

    @property
    def peak(self) -> Any:
        """The largest working set of one operator, in elements, as a SymPy expression."""
        return self.derivation.peak

    def function(self, metric: str = "macs") -> Function:
        """A metric as a fast, exact function of the symbols, on ints and on NumPy arrays."""
        return self.derivation.function(metric)

    def at(self, *values: int, **named: int) -> dict[str, int]:
        """All metrics at one number for each symbol; raises DomainError outside of the domain."""
        return self.derivation.at(*values, **named)

    def records(self) -> Records:
        """One row per metric with its formula; or one per layer or stage, with its parameters."""
        if self.per == "total":
            return Records.of(("metric", "formula"), [(METRICS[name], self.derivation.text(name)) for name in METRICS])
        rows = [
            (row.name, repeated(row.kinds), _macs(row, printer.plain(row.macs, self.symbols)), row.parameters)
            for row in self.derivation.per(self.per)
        ]
        return Records.of((self.per, "operator", "macs", "parameters"), rows)

    def content(self) -> Content:
        """The formulas, for which sizes they hold, what they mean, and their values at the points."""
        derived = self.derivation
        source = f"Derived from one symbolic trace of the model, {text.plural(len(derived.entries), 'operator call')}."
        note = f"{derived.note[0].upper()}{derived.note[1:]}." if derived.note else ""
        head = [note, f"Domain: {derived.domain}.", self.own]
        blocks: list[Block] = [Sentence(sentence) for sentence in head if sentence]
        if self.per == "total":
            blocks += [Formulas(derived.equations(), "metric"), GAP, Sentence(_MEANING)]
        else:
            blocks.append(self._sums())
        if derived.unknown:
            blocks += [GAP, Sentence(f"Without a formula, and in no sum: {text.times(derived.unknown)}.", "magenta")]
        for point in self.points:
            rows = [[METRICS[metric], text.number(value)] for metric, value in point.values.items()]
            blocks += [GAP, Sentence(f"At {sizes_text(point.sizes)}:")]
            blocks.append(Table([Column("metric"), *numbers("value")], rows, close=True))
            if point.broken:
                same = "but a plain trace at this size gives the same."
                blocks.append(Sentence(f"Outside of the domain ({point.broken} does not hold), {same}"))
        return Content(_heading(derived), source, blocks)

    def _sums(self) -> Table:
        """One row per layer or stage and the total: formulas, or numbers at the first point."""
        derived, rows = self.derivation, self.derivation.per(self.per)
        if self.points:
            point = self.points[0]
            shown, total = [text.number(count) for count in point.rows], text.number(point.values["macs"])
        else:
            shown = [printer.plain(row.macs, derived.symbols) for row in rows]
            total = printer.plain(derived.forms["macs"][0], derived.symbols)
        cells = [
            [row.name, repeated(row.kinds), _macs(row, macs), text.number(row.parameters)]
            for row, macs in zip(rows, shown, strict=True)
        ]
        counts = [Column("MACs", "number" if self.points else "words"), Column("params", "number", 1)]
        columns = [Column(self.per, "name"), Column("operator", "words", 2), *counts]
        return Table(columns, cells, [["total", "", total, text.number(derived.parameters)]])


@dataclass(frozen=True)
class FamilyReport(Report):
    """What `convcost.derive_family` returns."""

    family: Family

    def __repr__(self) -> str:
        return f"<{self.family.title()}>"

    def at(self, multiplier: Fraction, **sizes: int) -> dict[str, int]:
        """MACs, parameters and activations at a multiplier and at sizes of the input."""
        return self.family.at(multiplier, **sizes)

    def records(self) -> Records:
        """One row per formula: the sums, and how each channel count follows the multiplier."""
        return Records.of(("name", "formula"), [(one.left, one.right) for one in self.family.equations()])

    def content(self) -> Content:
        """All equations, then what is on the screen."""
        screen = self.screen()
        return replace(screen, blocks=[Formulas(self.family.equations(), "formula of"), *screen.blocks])

    def screen(self) -> Content:
        """The formula in the rounded channel counts, and how these follow the multiplier α."""
        family = self.family
        built, checked = _several(family.built), text.plain(family.checked)
        said = f"Derived from the models at α = {built}; the model at α = {checked} has exactly this cost."
        rows = [
            [printer.product_text(size, family.symbols), printer.plain(coefficient, family.symbols)]
            for size, coefficient in family.by_resolution()
        ]
        blocks: list[Block] = [
            Sentence(f"Domain: {family.domain}."),
            Table([Column("positions", "number"), Column("MACs at each", "words")], rows),
            *(GAP, Sentence(f"Parameters: {printer.plain(family.parameters, family.symbols)}")),
            self._channels(),
        ]
        if any("eights" in rule.said("α") for rule in family.rules.values()):
            eights = "eights(x): the multiple of 8 nearest to x, at least 8; the next one where that is below 0.9·x."
            blocks += [GAP, Sentence(eights)]
        return Content(f"{family.model}: input {family.input}, width multiplier α", said, blocks)

    def _channels(self) -> Table:
        """The rule of each channel count, and its values at the multipliers that were built."""
        family = self.family
        multipliers = (*family.built, family.checked)
        counts = numbers(*(f"α = {text.plain(multiplier)}" for multiplier in multipliers), rank=1)
        rows = []
        for width in family.widths:
            rule = family.rules[width.name].said("α") if family.rules else "none known"
            rows.append([width.name, rule, *(text.number(width.values[m]) for m in multipliers)])
        return Table([Column("channels"), Column("rule", "words"), *counts], rows)


def _heading(derived: Derivation) -> str:
    return f"{derived.model}: input {derived.input}"


def _several(multipliers: Sequence[Fraction]) -> str:
    texts = [text.plain(multiplier) for multiplier in multipliers]
    return " and ".join([", ".join(texts[:-1]), texts[-1]])


def _macs(row: Subtotal, shown: str) -> str:
    return shown if not row.unknown else f"{shown} + ?" if row.macs.terms else "?"
