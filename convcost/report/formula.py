"""Formulas of the registry: what they mean, where they hold, where they are from, and what they give."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from convcost.core.architecture import Architecture
from convcost.core.cost import NAMES, Cost, OutputGeometry
from convcost.core.equations import Equation
from convcost.explore.formula_values import COMPARED, FormulaValues, present
from convcost.report import text
from convcost.report.architecture import definitions, options_table
from convcost.report.content import GAP, Block, Column, Content, Formulas, Sentence, Table
from convcost.report.report import Records, Report
from convcost.symbolic import expressions as symbolic
from convcost.symbolic import notebook
from convcost.symbolic.closed_form import NetworkForm


@dataclass(frozen=True, repr=False)
class FormulaReport(Report):
    """A formula, beside the one that it is compared with."""

    values: FormulaValues

    def records(self) -> Records:
        """One row per primitive: its closed form, and its exact value where no symbol is free."""
        values = self.values
        form, costs = values.forms[-1], values.costs[-1:]
        rows = [
            (NAMES[name], symbolic.line(getattr(form, name), self._order()), *(getattr(cost, name) for cost in costs))
            for name in present((form, *costs))
        ]
        return Records.of(("primitive", "closed form", *(["value"] if costs else [])), rows)

    def content(self) -> Content:
        """Symbols, domain and closed form, and the value at what was given."""
        return self._told(Formulas(list(self._equations()), "closed form of"))

    def screen(self) -> Content:
        """The same, the closed forms that are compared beside each other."""
        order, forms = self._order(), self.values.forms
        return self._told(self._table("Closed form", forms, lambda form: symbolic.line(form, order), "words"))

    def _told(self, closed: Block) -> Content:
        record = self.values.record
        rows = [
            [symbol.name, symbol.meaning, symbol.unit, "" if symbol.default is None else str(symbol.default)]
            for symbol in record.symbols
        ]
        columns = [Column("Symbol"), Column("meaning", "words"), Column("unit", "words", 1), Column("default", rank=2)]
        blocks: list[Block] = [Table(columns, rows)]
        if record.domain:
            blocks += [GAP, Sentence(f"Domain: {'; '.join(c.sentence for c in record.domain)}.")]
        blocks += [closed, *self._ratios_and_geometry(), *(self._values() if self.values.costs else [])]
        return Content(f"{record.name}: {record.title}", f"Source: {record.source}", blocks)

    def _table(
        self, header: str, costs: tuple[Cost, ...], write: Callable[[Any], str], kind: Literal["words", "number"]
    ) -> Table:
        """One row per primitive, one column per formula; that which it is compared with is left out first."""
        formulas = self.values.formulas
        columns = [Column(record.name, kind, rank=record is not formulas[-1]) for record in formulas]
        rows = [[NAMES[name], *(write(getattr(cost, name)) for cost in costs)] for name in present(costs)]
        return Table([Column(header), *columns], rows)

    def _order(self) -> list[str]:
        return [symbol.name for symbol in self.values.record.symbols]

    def _equations(self) -> Iterator[Equation]:
        """What the formula gives of each primitive, then what those that it is compared with give."""
        values, order = self.values, self._order()
        for record, form in zip(values.formulas[::-1], values.forms[::-1], strict=True):
            other = "" if record is values.record else f", {record.name}"
            for name in present((form,)):
                yield Equation(
                    f"{NAMES[name]}{other}", notebook.of_count(symbolic.expression(getattr(form, name)), order)
                )

    def _ratios_and_geometry(self) -> list[Block]:
        values, order = self.values, self._order()
        blocks: list[Block] = []
        if values.closed_geometry:
            blocks += [GAP, *_geometry(values.closed_geometry, lambda side: symbolic.line(side, order))]
        if values.ratios:
            first, last = (record.name for record in values.formulas)
            ratios = {name: symbolic.line(ratio, order[::-1]) for name, ratio in values.ratios.items()}
            said = (f"Ratio of {NAMES[name]}, {last} to {first}: {form}" for name, form in ratios.items())
            blocks += [GAP, *map(Sentence, said)]
        return blocks

    def _values(self) -> list[Block]:
        values = self.values
        given = ", ".join(f"{name} = {text.plain(value)}" for name, value in values.given.items())
        table = replace(self._table("Value", values.costs, _exact, "number"), close=True)
        blocks: list[Block] = [GAP, Sentence(f"At {given or 'the defaults'}:"), table]
        if values.geometry:
            blocks += [GAP, *_geometry(values.geometry, _exact)]
        ratios = _ratios(values.costs) if len(values.costs) == 2 else []
        return [*blocks, GAP, *ratios] if ratios else blocks


def _geometry(found: OutputGeometry, shown: Callable[[Any], str]) -> list[Sentence]:
    sides, field = (" by ".join(map(shown, sizes)) for sizes in (found.sides, found.receptive_field))
    return [Sentence(f"Output size: {sides}"), Sentence(f"Receptive field in the input: {field}")]


def _exact(count: int | Fraction) -> str:
    value = Fraction(count)
    if value.denominator == 1:
        return text.number(int(value))
    whole, point, rest = text.plain(value).partition(".")
    return f"{int(whole):,}{point}{rest}" if point else whole


def _ratios(costs: Sequence[Cost]) -> list[Sentence]:
    found = []
    for name in COMPARED:
        below, above = (Fraction(getattr(cost, name)) for cost in costs)
        if below and above:
            fewer = above <= below
            times = text.decimal(below / above if fewer else above / below, 3)
            said = f"{times} times {'fewer' if fewer else 'as many'}"
            found.append(Sentence(f"Ratio of {NAMES[name]}: {text.decimal(above / below, 6)}, that is {said}"))
    return found


@dataclass(frozen=True, repr=False)
class NetworkFormReport(Report):
    """A network of the registry as one closed form in the options that are free, and its value if none is."""

    architecture: Architecture
    form: NetworkForm

    def records(self) -> Records:
        """One row per formula: MACs, parameters, and what each width stands for."""
        return Records.of(("name", "formula"), [(one.left, one.right) for one in self.form.equations()])

    def content(self) -> Content:
        """All equations, then what is on the screen."""
        screen = self.screen()
        return replace(screen, blocks=[Formulas(self.form.equations(), "closed form of"), *screen.blocks])

    def screen(self) -> Content:
        """The sum of the MACs, the parameters, what each width stands for, and the options."""
        form = self.form
        order = [str(name) for name, _ in form.widths]
        rows = [[symbolic.line(size, ("B", "R")), symbolic.line(each, order)] for size, each in form.terms]
        blocks: list[Block] = [
            *(GAP, Sentence("Multiply-accumulates of convolutions and linear layers are the sum of")),
            Table([Column("positions", "number"), Column("MACs at each", "words")], rows, close=True),
            *(GAP, Sentence(f"Parameters: {symbolic.line(form.parameters, order)}")),
        ]
        if form.widths:
            blocks.append(Sentence(f"where {definitions({meaning: name for name, meaning in form.widths})}"))
        if not form.macs.free_symbols:
            blocks += [GAP, Sentence(f"MACs: {text.number(int(form.macs))}")]
        title = f"{self.architecture.name}: {self.architecture.title}"
        return Content(title, f"Source: {self.architecture.source}", [*blocks, options_table(self.architecture)])
