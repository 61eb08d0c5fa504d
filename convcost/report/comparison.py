"""A comparison as data frame, CSV, Markdown, JSON and HTML."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcost.comparison.result import Comparison, Row, Totals
from convcost.report import columns, files, markdown, spreadsheet, text
from convcost.report.sheet import Sheet, Shown, write_latex

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ComparisonReport(Shown):
    """What `convcost.compare` returns."""

    comparison: Comparison
    given: Mapping[str, object]
    reference: str = "given"

    def __repr__(self) -> str:
        return f"<{heading(self)}, measured {self.reference}: {self.verdict}>"

    @property
    def rows(self) -> tuple[Row, ...]:
        """One row a convolution or fully connected layer."""
        return self.comparison.layers

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """One row an operator."""
        return self.comparison.rows

    @property
    def totals(self) -> Totals:
        """Sums over the whole net."""
        return self.comparison.totals

    @property
    def verdict(self) -> str:
        """The worst verdict there is."""
        return str(self.comparison.verdict)

    @property
    def ok(self) -> bool:
        """No disagreement."""
        return self.comparison.ok

    @property
    def frame(self) -> pd.DataFrame:
        """One row a layer, raw integers; unknown counts are <NA>."""
        return self.table()

    def table(self, per: str = "layer", all_operators: bool = False) -> pd.DataFrame:
        """The rows as a data frame, per layer, block or operator."""
        import pandas as pd

        rows = self.comparison.per(per, all_operators)
        data = {column.name: [column.value(row) for row in rows] for column in columns.raw(self.comparison.unit)}
        frame = pd.DataFrame(data)
        counts = [name for name in data if name.endswith(("_formula", "_measured", "_difference"))]
        return frame.astype(dict.fromkeys(counts, "Int64"))

    def to_csv(self, path: str | Path | None = None, per: str = "layer", all_operators: bool = False) -> str:
        """CSV with one row a layer; written to `path` if given, whole or not at all."""
        return _deliver(spreadsheet.text(self.table(per, all_operators)), path)

    def to_markdown(self, path: str | Path | None = None, per: str = "layer", all_operators: bool = False) -> str:
        """A Markdown page: title, layers, totals; written to `path` if given, whole or not at all."""
        shown = columns.shown(self.comparison.unit)
        rows = self.comparison.per(per, all_operators)
        layers = markdown.table(
            [(">" if column.right else "") + column.header for column in shown],
            [[column.value(row) for column in shown] for row in rows],
        )
        totals = markdown.table(["total", ">formula", ">measured", ">difference"], total_rows(self.comparison))
        reasons = "".join(f"- {markdown.sentence(f'{row.layer}: {row.reason}')}\n" for row in rows if row.reason)
        notes = [parameter_note(self.comparison), missing_formulas(self.comparison)]
        said = [markdown.sentence(note) for note in (*notes, conclusion(self))]
        parts = [
            f"# {markdown.sentence(heading(self))}",
            markdown.sentence(source(self)),
            layers,
            totals,
            reasons,
            *said,
        ]
        return _deliver("\n\n".join(part.strip("\n") for part in parts if part) + "\n", path)

    def to_json(self, path: str | Path | None = None, per: str = "layer", all_operators: bool = False) -> str:
        """Everything as JSON; written to `path` if given, whole or not at all."""
        comparison = self.comparison
        rows = [
            {column.name: column.value(row) for column in columns.raw(comparison.unit)}
            for row in comparison.per(per, all_operators)
        ]
        paper = comparison.paper
        data: dict[str, Any] = {
            "model": paper.architecture.name if paper else None,
            "measured_model": self.reference,
            "source": str(paper.architecture.source) if paper else None,
            "settings": {name: text.plain(value) for name, value in paper.settings.items()} if paper else {},
            "inputs": [list(spec.shape) for spec in comparison.inputs],
            "unit": comparison.unit,
            "totals": asdict(comparison.totals),
            "verdict": self.verdict,
            "uncounted": comparison.uncounted,
            "device": comparison.device,
            "layers": rows,
            "versions": versions(),
        }
        return _deliver(json.dumps(data, indent=2, ensure_ascii=False) + "\n", path)

    def to_plot(self, path: str | Path, per: str = "layer") -> None:
        """A chart of MACs and parameters, as .svg or .png; whole or not at all. Needs the extra `plot`."""
        from convcost.report import plot

        plot.save(self, Path(path), per)

    def sheet(self, per: str = "layer", all_operators: bool = False) -> Sheet:
        """Layers, with the sum of those that are shown, and the totals of the whole net."""
        from convcost.report import comparison_sheet

        return comparison_sheet.sheet(self, columns.shown(self.comparison.unit), per, all_operators)

    def latex(self, path: str | Path | None = None, per: str = "layer", all_operators: bool = False) -> str:
        """Its tables for a paper (booktabs) in the columns that fit; to `path` if given, whole or not at all."""
        from convcost.report import comparison_sheet

        return write_latex(comparison_sheet.narrow(self, per, all_operators), path)


def _deliver(content: str, path: str | Path | None) -> str:
    if path is not None:
        files.write(Path(path), content)
    return content


def heading(report: ComparisonReport) -> str:
    """MobileNet V1, α = 0.75, R = 192: input 1×3×192×192."""
    comparison = report.comparison
    given = " and ".join(map(str, comparison.inputs)) or "none"
    if comparison.paper is None:
        return f"{report.reference}: input {given}"
    architecture, settings = comparison.network.architecture, comparison.network.settings
    shown = [
        f"{option.symbol or option.name} = {text.plain(settings[option.name])}"
        for option in architecture.options
        if option.name in settings and settings[option.name] != option.default
    ]
    return f"{', '.join([architecture.title, *shown])}: input {given}"


def source(report: ComparisonReport) -> str:
    """Where the formula comes from, which model was measured and how."""
    comparison = report.comparison
    if comparison.paper is None:
        return (
            "Formula: each operator's own, over what the model calls (convcost list names them). "
            f"Measured: by fvcore on device {comparison.device}."
        )
    measured = f"Measured: model {report.reference} by fvcore on device {comparison.device}."
    return f"Formula: {comparison.network.architecture.source}. {measured}"


def total_rows(comparison: Comparison) -> list[list[str]]:
    """The three totals, formula against measurement."""
    totals = comparison.totals
    counts = "MACs" if comparison.unit == "macs" else "FLOPs"
    plain = all(row.operator == "linear" or row.operator.startswith("conv") for row in comparison.layers)
    rows = [
        (
            f"convolution + linear {counts}" if plain else f"{counts} of all products",
            totals.macs_formula,
            totals.macs_measured,
        ),
        ("parameters", totals.params_formula, totals.params_measured),
        ("all that fvcore counts", totals.fvcore_total_formula, totals.fvcore_total),
    ]
    return [[name, text.number(a), text.number(b), text.signed(None if b is None else b - a)] for name, a, b in rows]


def parameter_note(comparison: Comparison) -> str:
    """What parameters are that are no operator's weights; empty if there are none."""
    totals = comparison.totals
    parts = []
    if totals.params_operands:
        parts.append(f"{totals.params_operands:,} are operands (added, multiplied, looked up), not weights")
    if totals.params_unused:
        parts.append(f"{totals.params_unused:,} are used by no call")
    return f"Of the parameters {' and '.join(parts)}." if parts else ""


def missing_formulas(comparison: Comparison) -> str:
    """Which operators have no formula; empty if all have."""
    times = Counter(row.operator for row in comparison.rows if row.verdict == "no formula")
    named = ", ".join(f"{name} {n} time{'s' if n > 1 else ''}" for name, n in sorted(times.items()))
    return f"No formula, so in no total: {named}." if named and comparison.paper is None else ""


def uncounted_notes(comparison: Comparison) -> list[str]:
    """What fvcore leaves out, a sentence each."""
    notes = ["fvcore gives no number for this model."] if comparison.totals.fvcore_total is None else []
    ordered = sorted(comparison.uncounted.items(), key=lambda item: (-item[1], item[0]))
    names = ", ".join(f"{name} {times} time{'s' if times > 1 else ''}" for name, times in ordered)
    if names:
        return [*notes, f"Not counted by fvcore, which has no handle for it: {names}."]
    return notes or ["fvcore has a handle for every operator here, or ignores it on purpose."]


def conclusion(report: ComparisonReport) -> str:
    """One line: the verdict, and the first layer that turned it."""
    comparison = report.comparison
    layers = comparison.layers
    bad = comparison.bad
    if not bad and comparison.unaccounted:
        return f"Verdict: {report.verdict}. No layer differs, but {comparison.unaccounted}."
    if not bad:
        agreeing = sum(row.verdict == "agree" for row in layers)
        return f"Verdict: {report.verdict} ({agreeing} of {len(layers)} layers agree)."
    agreeing = sum(row.verdict.ok for row in layers)
    first, others = bad[0], len(bad) - 1
    more = f", and {others} more (--all-operators shows all)" if others else ""
    return (
        f"Verdict: {report.verdict} ({agreeing} of {len(layers)} layers agree). "
        f"First at {first.layer}: {first.reason}{more}."
    )


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on."""
    packages = ("convcost", "torch", "fvcore")
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in packages}}
