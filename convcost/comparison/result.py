"""The comparison of an architecture of the book with a real model."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from convcost.comparison.align import align, signature
from convcost.comparison.join import join
from convcost.comparison.judge import Judge, call_signature, moves_only
from convcost.comparison.row import Row, summed
from convcost.comparison.verdict import Verdict
from convcost.measure.calls import Capture
from convcost.measure.fvcore import FvcoreTrace
from convcost.theory.architecture import Drawing
from convcost.theory.book import find
from convcost.theory.convention import Convention
from convcost.theory.errors import DomainError
from convcost.theory.outline import kind


@dataclass(frozen=True)
class Totals:
    """Sums over the whole net. `macs_*` are convolutions and linear layers; `fvcore_*` all that fvcore counts."""

    macs_formula: int
    macs_measured: int
    params_formula: int
    params_measured: int
    fvcore_total: int
    fvcore_total_formula: int

    @property
    def equal(self) -> bool:
        """Whether formula and measurement are equal in all three."""
        return (
            self.macs_formula == self.macs_measured
            and self.params_formula == self.params_measured
            and self.fvcore_total == self.fvcore_total_formula
        )

    @property
    def unaccounted(self) -> str:
        """What differs in the whole though it may in no row: parameters, or all that fvcore counts."""
        pairs = {
            "parameters": (self.params_formula, self.params_measured),
            "all that fvcore counts": (self.fvcore_total_formula, self.fvcore_total),
        }
        return "; ".join(f"{n}: {a:,} by the formula, {b:,} measured" for n, (a, b) in pairs.items() if a != b)


@dataclass(frozen=True)
class Share:
    """What one kind of layer has of the net's MACs and weights (biases and norms not counted)."""

    kind: str
    macs: Fraction
    weights: Fraction


@dataclass(frozen=True)
class Comparison:
    """Every operator of the net as a row, and the totals. `unit` is macs or flops.

    `uncounted` are operators that fvcore has no handle for; `unseen` are those of them that the model calls only
    while it is traced, so that what fvcore saw is not what the rows say.
    """

    drawing: Drawing
    unit: str
    rows: tuple[Row, ...]
    totals: Totals
    uncounted: dict[str, int]
    unseen: tuple[str, ...]
    shares: tuple[Share, ...]
    device: str

    @property
    def layers(self) -> tuple[Row, ...]:
        """The rows that multiply and accumulate: convolutions and fully connected layers."""
        return tuple(row for row in self.rows if row.multilinear)

    @property
    def verdict(self) -> Verdict:
        """The worst of all rows that matter; `disagree` if a total differs that no row accounts for."""
        bad = [row.verdict for row in self.rows if not row.verdict.ok]
        if not bad and self.unaccounted:
            bad = [Verdict.DISAGREE]
        core = [row.verdict for row in self.layers]
        return max([*bad, *core], key=lambda verdict: verdict.severity, default=Verdict.AGREE)

    @property
    def unaccounted(self) -> str:
        """What differs in the whole though it does in no row; empty if nothing does."""
        traced = f"only the traced model calls {', '.join(self.unseen)}" if self.unseen else ""
        return "; ".join(filter(None, (self.totals.unaccounted, traced)))

    @property
    def ok(self) -> bool:
        """No disagreement."""
        return self.verdict.ok

    def per(self, level: str, all_operators: bool = False) -> tuple[Row, ...]:
        """Rows per `layer`, summed per `block`, or summed per `operator` kind."""
        if level not in ("layer", "block", "operator"):
            raise DomainError(f"per is {level!r}, but must be layer, block or operator")
        rows = self.rows if all_operators else self.layers
        if level == "layer":
            return rows
        groups: dict[str, list[Row]] = {}
        for row in rows:
            groups.setdefault(row.block if level == "block" else row.kind, []).append(row)
        return tuple(summed(members, name) for name, members in groups.items())


# While a model is traced, its sizes are tensors too; computing with them is not the network's arithmetic.
_SIZES = frozenset(
    f"aten::{name}"
    for name in ("add", "sub", "rsub", "mul", "div", "neg", "ceil", "floor", "floor_divide", "remainder", "max", "min")
)


def compare(drawing: Drawing, capture: Capture, trace: FvcoreTrace, unit: str = "macs") -> Comparison:
    """Hold a drawing against what the model called and what fvcore counted."""
    judge = Judge(find(Convention, unit, "unit"), find(Convention, "fvcore", "convention"))
    measured = [m for m in join(capture.calls, trace) if not moves_only(m)]
    keys = [call_signature(m) for m in measured]
    pairs = align(
        [signature(line.operator.name, line.inputs, line.hyper) for line in drawing.lines],
        keys,
        [line.operator.name for line in drawing.lines],
        [m.call.operator or m.call.aten for m in measured],
    )
    rows = [
        judge.row(drawing.lines[i] if i is not None else None, measured[j] if j is not None else None) for i, j in pairs
    ]
    uncounted = dict(sum(trace.unsupported.values(), Counter[str]()))
    return Comparison(
        drawing=drawing,
        unit=unit,
        rows=tuple(rows),
        totals=_totals(drawing, rows, capture, trace, judge),
        uncounted=uncounted,
        unseen=tuple(sorted(set(uncounted) - capture.seen - _SIZES)),
        shares=_shares(drawing),
        device=trace.device,
    )


def _totals(drawing: Drawing, rows: list[Row], capture: Capture, trace: FvcoreTrace, judge: Judge) -> Totals:
    lines = drawing.lines
    # The first rows are the lines'; what fvcore left out of its trace is not in its total either.
    weighed = (
        judge.fvcore.weigh(line.operator.name, line.hyper, line.cost)
        for line, row in zip(lines, rows, strict=False)
        if row.macs_measured is not None or row.verdict is Verdict.NOT_CALLED
    )
    return Totals(
        macs_formula=sum(judge.unit.weigh(x.operator.name, x.hyper, x.cost) or 0 for x in drawing.core),
        macs_measured=sum(row.macs_measured or 0 for row in rows if row.multilinear),
        params_formula=drawing.cost.parameters,
        params_measured=capture.parameters,
        fvcore_total=trace.total,
        fvcore_total_formula=sum(count for count in weighed if count is not None),
    )


def _shares(drawing: Drawing) -> tuple[Share, ...]:
    macs: Counter[str] = Counter()
    weights: Counter[str] = Counter()
    for line in drawing.core:
        name = kind(line.operator.name, line.inputs, line.hyper)
        macs[name] += line.cost.macs
        weights[name] += line.operator(*line.inputs, **{**line.hyper, "bias": False}).cost.parameters
    all_macs, all_weights = macs.total(), weights.total()
    return tuple(
        Share(name, Fraction(count, all_macs), Fraction(weights[name], all_weights))
        for name, count in macs.most_common()
    )
