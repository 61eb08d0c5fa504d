"""The columns of a comparison, said once for the terminal, CSV, Markdown and data frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from convcost.comparison.result import Row
from convcost.report import text


@dataclass(frozen=True)
class Column:
    """A column for machines: its name and raw value (ints stay ints, shapes are 1x3x224x224)."""

    name: str
    value: Callable[[Row], Any]


def _crosses(sizes: Any) -> str:
    return "x".join(str(size) for size in sizes) if sizes else ""


def _hyper(name: str) -> Callable[[Row], Any]:
    def value(row: Row) -> Any:
        found = row.hyper.get(name, "")
        return _crosses(found) if isinstance(found, tuple) else found

    return value


def raw(unit: str) -> tuple[Column, ...]:
    """Columns of CSV and data frames; `unit` names the counts."""
    return (
        Column("layer", lambda row: row.layer),
        Column("block", lambda row: row.block),
        Column("operator", lambda row: row.operator),
        Column("kind", lambda row: row.kind),
        Column("module", lambda row: row.module),
        Column("input_shape", lambda row: _crosses(row.input_shape)),
        Column("output_shape", lambda row: _crosses(row.output_shape)),
        Column("kernel_size", _hyper("kernel_size")),
        Column("stride", _hyper("stride")),
        Column("groups", _hyper("groups")),
        Column("params_formula", lambda row: row.params_formula),
        Column("params_measured", lambda row: row.params_measured),
        Column(f"{unit}_formula", lambda row: row.macs_formula),
        Column(f"{unit}_measured", lambda row: row.macs_measured),
        Column(f"{unit}_difference", lambda row: row.difference),
        Column("verdict", lambda row: str(row.verdict)),
        Column("reason", lambda row: row.reason),
    )


@dataclass(frozen=True)
class Shown:
    """A column for people. `rank` 0 is always shown; the higher, the sooner it is left out of a narrow table."""

    header: str
    value: Callable[[Row], str]
    rank: int
    right: bool = False


def shown(unit: str) -> tuple[Shown, ...]:
    """Columns of the terminal and of Markdown."""
    counts = "MACs" if unit == "macs" else "FLOPs"
    return (
        Shown("layer", lambda row: row.layer, 0),
        Shown("operator", lambda row: row.kind if row.is_product and row.module else row.operator, 3),
        Shown("input", lambda row: text.shape(row.input_shape), 8),
        Shown("output", lambda row: text.shape(row.output_shape), 6),
        Shown("settings", lambda row: text.layer_settings(row.hyper), 7),
        Shown("params", lambda row: text.number(row.params_formula), 2, right=True),
        Shown("measured", lambda row: text.number(row.params_measured), 5, right=True),
        Shown(counts, lambda row: text.number(row.macs_formula), 0, right=True),
        Shown("fvcore", lambda row: text.number(row.macs_measured), 0, right=True),
        Shown("diff", lambda row: text.signed(row.difference), 1, right=True),
        Shown("verdict", lambda row: str(row.verdict), 0),
    )
