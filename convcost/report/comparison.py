"""Comparisons: formulas against fvcore's count, layer by layer, in every format."""

from __future__ import annotations

import importlib.metadata
import platform
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from functools import partial
from operator import attrgetter
from pathlib import Path

from convcost.comparison.result import Comparison, Group, Row, Totals, grouped
from convcost.comparison.scaling_note import ScalingNote, Times
from convcost.report import files, latex, scaling, text
from convcost.report.content import GAP, Block, Column, Content, Sentence, Table, not_whole, numbers
from convcost.report.number_notes import number_notes
from convcost.report.report import PlottedReport, Records
from convcost.report.table import fitting

STYLES = {
    "agree": "green",
    "convention": "cyan",
    "uncounted": "yellow",
    "no formula": "magenta",
    "not called": "magenta",
    "disagree": "bold red",
    "unknown": "bold red",
}
_PAPER = 80  # characters of a line on paper
_MOST_REASONS = 10
_TOTALS = [Column("total"), *numbers("formula", "measured", "difference")]


@dataclass(frozen=True)
class ComparisonReport(PlottedReport):
    """What `convcost.compare` returns.

    scaling        what rounding costs, of a network with a width multiplier and a scaled image
    baseline       how many times the MACs and parameters are that standard convolutions would take
    per            what a row stands for: a layer, a block, or a kind of operator
    all_operators  whether norms, activations and pooling have rows too
    """

    comparison: Comparison
    given: Mapping[str, object]
    reference: str = "given"
    scaling: ScalingNote | None = None
    baseline: Times | None = None
    per: str = "layer"
    all_operators: bool = False

    def __repr__(self) -> str:
        return f"<{heading(self)}, measured {self.reference}: {self.verdict}>"

    @property
    def rows(self) -> tuple[Row, ...]:
        """One row per convolution, fully connected layer, or other product."""
        return self.comparison.layers

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """One row per operator call."""
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
        """Whether nothing disagrees."""
        return self.comparison.ok

    @property
    def shown_rows(self) -> tuple[Row, ...]:
        """The rows that are printed and written."""
        return self.comparison.per(self.per, self.all_operators)

    def view(self, per: str = "layer", all_operators: bool = False) -> ComparisonReport:
        """The same comparison with other rows: per layer, block or operator, with or without all operators."""
        return replace(self, per=per, all_operators=all_operators)

    def records(self) -> Records:
        """One row per layer, whole numbers as they are; unknown counts are <NA>."""
        data = {name: [value(row) for row in self.shown_rows] for name, value in _raw(self.comparison.unit).items()}
        return Records(data, [name for name in data if name.endswith(("_formula", "_measured", "_difference"))])

    def content(self) -> Content:
        """The answer, layers with their sum, totals, shares, what rounding costs, what differs and why, the verdict."""
        return self._told(replace(self._layers(), title=self._title(), totals=self._sums()))

    def screen(self) -> Content:
        """The same without the sum, and with the first reasons alone."""
        return self._told(self._layers(), _MOST_REASONS)

    def _told(self, layers: Table, most: int | None = None) -> Content:
        comparison, rows = self.comparison, self.shown_rows
        totals = Table([Column("Total"), *_TOTALS[1:]], total_rows(comparison))
        said = [*scaling.scaled(comparison, self.given), source(self)]
        blocks: list[Block] = [*map(Sentence, said), layers, totals]
        if not self.all_operators:
            others = "Parameters and fvcore's total are those of all operators (--all-operators shows them)."
            blocks.append(Sentence(others))
        blocks += [
            *scaling.shares(comparison),
            *scaling.savings(self.baseline, self.scaling),
            GAP,
            *map(Sentence, uncounted_notes(comparison)),
        ]
        notes = [*number_notes([row.call for row in comparison.rows]), parameter_note(comparison)]
        blocks += [Sentence(note) for note in (*notes, missing_formulas(comparison)) if note]
        if comparison.dependence:
            blocks.append(Sentence(text.dependence(comparison.dependence, comparison.inputs), "bold yellow"))
        blocks += not_whole(comparison.unseen)
        reasons = [row for row in rows if row.reason and comparison.turns(row)]
        blocks += [Sentence(f"{row.layer}: {row.reason}", STYLES[str(row.verdict)]) for row in reasons[:most]]
        if most is not None and len(reasons) > most:
            blocks.append(Sentence(f"… and {len(reasons) - most} more (--csv has every reason)."))
        conventions = {row.reason for row in rows if row.reason and row.verdict in ("convention", "uncounted")}
        blocks += [Sentence(f"Note: {reason}.") for reason in sorted(conventions)]
        return Content(answer(self), "", [*blocks, Sentence(conclusion(self), STYLES[self.verdict])])

    def data(self) -> dict[str, object]:
        """Everything: the settings, what was measured and how, totals, and the rows."""
        comparison, paper, rows = self.comparison, self.comparison.paper, self.shown_rows
        return {
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
            "fvcore_failed": comparison.fvcore_failed,
            "fvcore_refused": comparison.fvcore_refused,
            "unseen": list(comparison.unseen),
            "depends_on_values": asdict(comparison.dependence) if comparison.dependence else None,
            "layers": [{name: value(row) for name, value in _raw(comparison.unit).items()} for row in rows],
            "versions": versions(),
        }

    def to_latex(self, path: str | Path | None = None) -> str:
        """Tables for a paper (booktabs) in the columns that fit it; written to `path` if given, whole or not at all."""
        layers = replace(self._layers(), title=self._title(), totals=self._sums())
        narrow = self._told(layers.only(fitting(self._layers(), _PAPER)))
        return files.deliver(latex.document_part(narrow), path)

    def to_plot(self, path: str | Path) -> None:
        """Bars of MACs and parameters, coloured by kind of layer, as .svg, .pdf or .png. Needs the extra `plot`."""
        from convcost.report import bars

        bars.save(bars.of_comparison(answer(self), self.comparison, self.per), Path(path))

    def _title(self) -> str:
        return "" if self.per == "layer" else f"by {self.per}"

    def _layers(self) -> Table:
        columns = _shown(self.comparison)
        rows = [[value(row) for _, value in columns] for row in self.shown_rows]
        return Table([column for column, _ in columns], rows, everything="--csv")

    def _sums(self) -> list[list[str]]:
        """The sum of the rows that are shown."""
        if not self.shown_rows:
            return []
        sums = grouped(list(self.shown_rows), "total")
        shown = _shown(self.comparison)
        return [[value(sums) if column.right or not column.rank else "" for column, value in shown]]


Cell = int | str | None
_NAMES = {"layer": "layer", "block": "call.block", "operator": "operator", "kind": "kind", "module": "module"}
_SHAPES = ("input_shape", "output_shape")
_SETTINGS = ("kernel_size", "stride", "groups")


def _raw(unit: str) -> dict[str, Callable[[Row], Cell]]:
    """The columns of CSV, JSON and data frames; `unit` names the counts."""
    counts = {
        f"{unit}_formula": "macs_formula",
        f"{unit}_measured": "macs_measured",
        f"{unit}_difference": "difference",
    }
    return {
        **{name: attrgetter(place) for name, place in _NAMES.items()},
        **{name: partial(_sizes, name) for name in (*_SHAPES, *_SETTINGS)},
        **{name: attrgetter(name) for name in ("params_formula", "params_measured")},
        **{name: attrgetter(attribute) for name, attribute in counts.items()},
        "verdict": lambda row: str(row.verdict),
        "reason": attrgetter("reason"),
    }


def _sizes(name: str, row: Row) -> Cell:
    """A shape or a setting: 1x3x224x224, or one number."""
    found = getattr(row, name) if name in _SHAPES else row.call.hyper.get(name, "")
    return "x".join(map(str, found or ())) if name in _SHAPES or isinstance(found, tuple) else found


def _shown(comparison: Comparison) -> list[tuple[Column, Callable[[Row], str]]]:
    """The columns for people."""
    counts = "MACs" if comparison.unit == "macs" else "FLOPs"
    whole = comparison.totals.macs_formula

    def share(row: Row) -> str:
        counts = _products(row)
        if not counts or not whole:
            return ""
        return text.UNKNOWN if None in counts else text.percent(Fraction(sum(filter(None, counts)), whole))

    return [
        (Column("layer", "name"), lambda row: row.layer),
        (Column("operator", rank=3), _operator),
        (Column("input", rank=8), lambda row: text.shape(row.input_shape)),
        (Column("output", rank=6), lambda row: text.shape(row.output_shape)),
        (Column("settings", rank=7), lambda row: text.layer_settings(row.call.hyper)),
        (Column("params", "number", 2), lambda row: text.number(row.params_formula)),
        (Column("model's params", "number", 5), lambda row: text.number(row.params_measured)),
        (Column(counts, "number"), lambda row: text.number(row.macs_formula)),
        (Column("share", "number", 4), share),
        (Column(f"fvcore's {counts}", "number"), lambda row: text.number(row.macs_measured)),
        (Column("diff", "number", 1), lambda row: text.signed(row.difference)),
        (Column("verdict", styles=STYLES), lambda row: str(row.verdict)),
    ]


def _operator(row: Row) -> str:
    """The kind of a layer, or the operator of a call that the whole model makes, unless it has special numbers."""
    kind = row.call.is_product and (row.module or row.call.site.number)
    return row.kind if kind else row.operator


def _products(row: Row) -> list[int | None]:
    """The counts of the products that a row stands for."""
    if isinstance(row, Group):
        return [count for one in row.rows for count in _products(one)]
    return [row.macs_formula] if row.call.is_product else []


def heading(report: ComparisonReport) -> str:
    """MobileNet V1, α = 0.75, R = 192: input 1×3×192×192."""
    return f"{_named(report)}: input {_given(report.comparison)}"


def answer(report: ComparisonReport) -> str:
    """MobileNet V1, α = 0.75, R = 192, 1×3×192×192: 239.27 M MACs, 2.59 M parameters; 28 of 28 layers agree …"""
    comparison, totals = report.comparison, report.totals
    least = "" if comparison.whole else "at least "
    counts = "MACs" if comparison.unit == "macs" else "FLOPs of products"
    parameters = totals.params_measured if comparison.paper is None else totals.params_formula
    found = f"{least}{text.scaled(totals.macs_formula)} {counts}, {text.scaled(parameters)} parameters"
    agree = f"{_agreeing(comparison)} with fvcore" if report.ok else f"{report.verdict}, {_agreeing(comparison)}"
    return f"{_named(report)}, {_given(comparison)}: {found}; {agree}."


def _named(report: ComparisonReport) -> str:
    paper = report.comparison.paper
    return report.reference if paper is None else text.network_title(paper)


def _given(comparison: Comparison) -> str:
    return " and ".join(map(str, comparison.inputs)) or "none"


def source(report: ComparisonReport) -> str:
    """Where the formula comes from, which model was measured and how."""
    comparison = report.comparison
    if comparison.paper is None:
        return (
            "Formula: each operator's own, over what the model calls (convcost list names them). "
            f"Measured: {by_fvcore(comparison)}."
        )
    measured = f"Measured: model {report.reference} {by_fvcore(comparison)}."
    return f"Formula: {comparison.network.architecture.source}. {measured}"


def by_fvcore(comparison: Comparison) -> str:
    """Return where fvcore traced the model and why there, or that it gives no number."""
    if not comparison.device:
        return "by fvcore, which gives no number"
    if comparison.device == "meta":
        return "by fvcore without weights"
    why = f", as {comparison.doubts[0]}" if comparison.doubts else ""
    return f"by fvcore on the CPU{why}"


def total_rows(comparison: Comparison) -> list[list[str]]:
    """The three totals, formula against measurement."""
    totals = comparison.totals
    counts = "MACs" if comparison.unit == "macs" else "FLOPs"
    plain = all(row.operator == "linear" or row.operator.startswith("conv") for row in comparison.layers)
    products = f"convolution + linear {counts}" if plain else f"{counts} of all products"
    rows = [
        (products, totals.macs_formula, totals.macs_measured),
        ("parameters", totals.params_accounted, totals.params_measured),
        ("all that fvcore counts", totals.fvcore_total_formula, totals.fvcore_total),
    ]
    return [
        [name, text.number(a), text.number(b), text.signed(None if a is None or b is None else b - a)]
        for name, a, b in rows
    ]


def parameter_note(comparison: Comparison) -> str:
    """How many parameters are not trained, or not used; empty if there are none."""
    totals = comparison.totals
    parts = []
    if totals.params_frozen:
        parts.append(f"{totals.params_frozen:,} are frozen")
    if totals.params_unused:
        parts.append(f"{totals.params_unused:,} are used by no call")
    return f"Of the parameters {' and '.join(parts)}." if parts else ""


def missing_formulas(comparison: Comparison) -> str:
    """Which operators have no formula, those that may multiply first; empty if all have."""
    without = [row for row in comparison.rows if row.verdict == "no formula"] if comparison.paper is None else []
    said = []
    for may, words in ((True, "No formula, so in no total"), (False, "No formula, and no product in it")):
        times = Counter(row.operator for row in without if row.call.may_multiply is may)
        if times:
            said.append(f"{words}: {text.times(dict(sorted(times.items())))}.")
    return " ".join(said)


def uncounted_notes(comparison: Comparison) -> list[str]:
    """Return what fvcore leaves out, a sentence each."""
    notes = []
    if comparison.fvcore_failed and not comparison.layers:  # a layer's own note says it
        notes.append(f"fvcore gives no number for this model: {comparison.fvcore_failed}.")
    elif comparison.device and comparison.totals.fvcore_total is None:
        notes.append("fvcore gives no number for this model.")
    if comparison.fvcore_refused:
        why = comparison.fvcore_refused
        notes.append(f"fvcore counted a wrapper of the model that takes and returns tensors alone ({why}).")
    ordered = sorted(comparison.uncounted.items(), key=lambda item: (-item[1], item[0]))
    if ordered:
        return [*notes, f"Not counted by fvcore, which has no handle for it: {text.times(dict(ordered))}."]
    if notes or not comparison.device:
        return notes
    return ["fvcore has a handle for every operator here, or ignores it on purpose."]


def conclusion(report: ComparisonReport) -> str:
    """One line: the verdict, and the first layer that turned it."""
    comparison = report.comparison
    layers, bad, agree = comparison.layers, comparison.bad, _agreeing(comparison)
    if comparison.unseen:
        return f"Verdict: {report.verdict} ({agree}, and not all of the model is counted)."
    if not bad and comparison.unaccounted:
        return f"Verdict: {report.verdict}. No layer differs, but {comparison.unaccounted}."
    if not bad:
        return f"Verdict: {report.verdict} ({agree if layers else 'nothing multiplies'})."
    first, others = bad[0], len(bad) - 1
    more = f", and {others} more (--all-operators shows all)" if others else ""
    return f"Verdict: {report.verdict} ({agree}). First at {first.layer}: {first.reason}{more}."


def _agreeing(comparison: Comparison) -> str:
    """28 of 28 layers agree."""
    layers = comparison.layers
    agreeing = sum(row.verdict == "agree" for row in layers)
    return f"{agreeing} of {text.plural(len(layers), 'layer')} {'agrees' if len(layers) == 1 else 'agree'}"


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on."""
    packages = ("convcost", "torch", "fvcore")
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in packages}}
