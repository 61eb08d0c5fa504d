"""Architectures as their papers' tables would have them, in every format."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from convcost.core.architecture import Architecture
from convcost.core.numeric import Count, Shape
from convcost.explore.network_table import NetworkTable, TableRow, repeated
from convcost.report import text
from convcost.report.content import GAP, Block, Column, Content, Sentence, Table
from convcost.report.report import Records, Report

_LEGEND = (
    "t expansion, c output channels, n repeats, s stride of the first; sees: the receptive field's side in "
    "pixels. Norms and activations are counted with their layer."
)


@dataclass(frozen=True, repr=False)
class ArchitectureReport(Report):
    """A network's table, and the options that it has."""

    table: NetworkTable
    widths: dict[Any, Any] = field(default_factory=dict)

    def records(self) -> Records:
        """One row per layer or block, whole numbers as they are, formulas as text."""
        write, rows = self._count if self.table.symbolic else int, []
        for stage in self.table.stages:
            sizes = text.compact(stage.stride) if stage.stride else "", _sizes(stage.output, self._count)
            counts = write(stage.cost.macs), write(stage.cost.parameters)
            rows.append((stage.name, repeated(stage.operators), write(stage.channels), stage.repeats, *sizes, *counts))
        names = ("name", "operator", "channels", "repeats", "stride", "output", "macs", "parameters")
        return Records.of(names, rows)

    def content(self) -> Content:
        """The rows, the totals, and the options with their meaning, domain and default."""
        network, write = self.table.network, self._count
        architecture = network.architecture
        title = f"{architecture.name}: {architecture.title if self.table.symbolic else text.network_title(network)}"
        shown = self._stages()
        total = f"Total: {write(network.cost.macs)} MACs, {write(network.cost.parameters)} parameters."
        blocks: list[Block] = [Sentence(f"Input: {_sizes(network.input_shape, write)}"), shown]
        blocks += [GAP, Sentence(_LEGEND), GAP, Sentence(total)]
        if self.widths:
            blocks.append(Sentence(f"where {definitions(self.widths)}"))
        return Content(title, f"Source: {architecture.source}", [*blocks, options_table(architecture)])

    @cached_property
    def _count(self) -> Callable[[Count], str]:
        """What prints a count: as a number, or as an expression in which the rounded widths have names."""
        if not self.table.symbolic:
            return lambda count: text.number(int(count))
        from convcost.symbolic import closed_form as closed
        from convcost.symbolic import expressions as symbolic

        def write(count: Count) -> str:
            named = closed.name_widths(symbolic.plain_rounding(symbolic.expression(count)), self.widths)
            return symbolic.line(named, ("B", "R", *map(str, self.widths.values())))

        return write

    def _stages(self) -> Table:
        write, stages = self._count, self.table.stages
        number: Any = "words" if self.table.symbolic else "number"
        columns: list[tuple[Column, Callable[[TableRow], str]]] = [
            (Column("name", "name"), lambda s: s.name),
            (Column("operator", "words"), lambda s: repeated(s.operators)),
            (Column("t", rank=2), lambda s: "" if s.expansion is None else text.plain(s.expansion)),
            (Column("c"), lambda s: write(s.channels).replace(",", "")),
            (Column("n", rank=1), lambda s: str(s.repeats)),
            (Column("s", rank=3), lambda s: text.compact(s.stride) if s.stride else ""),
            (Column("output", rank=4), lambda s: _sizes(s.output[2:], write) or "1"),
            (Column("sees", rank=5), lambda s: text.compact(s.field) if s.field else ""),
            (Column("MACs", number), lambda s: write(s.cost.macs)),
            (Column("params", number), lambda s: write(s.cost.parameters)),
        ]
        unused = {"t": all(s.expansion is None for s in stages), "n": all(s.repeats == 1 for s in stages)}
        kept = [(column, cell) for column, cell in columns if not unused.get(column.header, False)]
        return Table([column for column, _ in kept], [[cell(stage) for _, cell in kept] for stage in stages])


def options_table(architecture: Architecture) -> Table:
    """The options of a network with their meaning, domain and default."""
    columns = [
        *(Column("Option"), Column("symbol", rank=2), Column("meaning", "words"), Column("domain", "words")),
        Column("default", rank=1),
    ]
    rows = [
        [
            *(f"--{option.name.replace('_', '-')}", option.symbol, option.meaning, option.domain),
            "" if option.default is None else text.plain(option.default),
        ]
        for option in architecture.options
    ]
    return Table(columns, rows)


def definitions(widths: Mapping[Any, Any]) -> str:
    """c32 = max(⌊32·α⌋, 8), in the order of the widths; `widths` has the rounding as key, its name as value."""
    from convcost.symbolic import closed_form as closed
    from convcost.symbolic import expressions as symbolic

    ordered = sorted(widths.items(), key=lambda item: closed.at_one(item[0]))
    return ", ".join(f"{name} = {symbolic.line(form)}" for form, name in ordered)


def _sizes(shape: Shape, write: Callable[[Count], str]) -> str:
    return "×".join(write(size).replace(",", "") for size in shape)
