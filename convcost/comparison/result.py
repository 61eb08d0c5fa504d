"""The comparison of an architecture of the book with a real model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convcost.comparison.align import align, signature
from convcost.comparison.join import Measured, join
from convcost.comparison.row import Row, summed
from convcost.comparison.verdict import Verdict
from convcost.measure.calls import Capture
from convcost.measure.fvcore import FvcoreTrace
from convcost.theory.architecture import Drawing
from convcost.theory.book import find
from convcost.theory.convention import Convention
from convcost.theory.cost import Cost
from convcost.theory.errors import DomainError
from convcost.theory.outline import kind
from convcost.theory.pen import Line
from convcost.theory.record import Operator


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
    """Every operator of the net as a row, and the totals. `unit` is macs or flops."""

    drawing: Drawing
    unit: str
    rows: tuple[Row, ...]
    totals: Totals
    uncounted: dict[str, int]
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
        if not bad and self.totals.unaccounted:
            bad = [Verdict.DISAGREE]
        core = [row.verdict for row in self.layers]
        return max([*bad, *core], key=lambda verdict: verdict.severity, default=Verdict.AGREE)

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


def compare(drawing: Drawing, capture: Capture, trace: FvcoreTrace, unit: str = "macs") -> Comparison:
    """Hold a drawing against what the model called and what fvcore counted."""
    judge = _Judge(find(Convention, unit, "unit"), find(Convention, "fvcore", "convention"))
    measured = [m for m in join(capture.calls, trace) if not _moves_only(m)]
    keys = [_call_signature(m) for m in measured]
    pairs = align(
        [signature(line.operator.name, line.inputs, line.hyper) for line in drawing.lines],
        keys,
        [line.operator.name for line in drawing.lines],
        [m.call.operator or m.call.aten for m in measured],
    )
    rows = [
        judge.row(drawing.lines[i] if i is not None else None, measured[j] if j is not None else None) for i, j in pairs
    ]
    return Comparison(
        drawing=drawing,
        unit=unit,
        rows=tuple(rows),
        totals=_totals(drawing, rows, capture, trace, judge),
        uncounted=dict(sum(trace.unsupported.values(), Counter[str]())),
        shares=_shares(drawing),
        device=trace.device,
    )


def _operator(name: str | None) -> Operator | None:
    return find(Operator, name, "operator") if name else None


def _moves_only(measured: Measured) -> bool:
    """A view that the paper need not mention: no arithmetic, no parameters."""
    operator = _operator(measured.call.operator)
    if operator is None or measured.call.parameters or measured.call.operator == "flatten":
        return False
    cost = operator(*measured.call.inputs, **measured.call.hyper).cost
    return cost == Cost(activations=cost.activations, inputs=cost.inputs) and operator.name != "concat"


def _call_signature(measured: Measured) -> Any:
    call = measured.call
    operator = _operator(call.operator)
    if operator is None:
        return call.aten, call.inputs, ()
    return signature(operator.name, _flat(call.inputs), operator.complete(call.hyper, len(call.output) - 2))


def _flat(inputs: Sequence[Any]) -> tuple[Any, ...]:
    """Input shapes one after another; a concatenation has a list of them."""
    return inputs[0] if inputs and inputs[0] and isinstance(inputs[0][0], tuple) else tuple(inputs)


@dataclass(frozen=True)
class _Judge:
    unit: Convention
    fvcore: Convention

    def scale(self, operator: Operator) -> int:
        """fvcore prints multiply-accumulates; in the unit of FLOPs each is two."""
        rule = self.unit.rule(operator.name, {})
        return (rule.weights or {}).get("macs", 1) if rule and operator.multilinear else 1

    def row(self, line: Line | None, measured: Measured | None) -> Row:
        """The row of a pair; one side may be missing."""
        if line is not None and measured is not None:
            return self._row(line, measured, *self._judge(line, measured))
        if line is not None:
            return self._row(line, None, Verdict.NOT_CALLED, "the formula has this layer, the model never calls it")
        if measured is not None:
            return self._unknown_to_paper(measured)
        raise AssertionError("a row needs a line or a call")

    def _row(self, line: Line, measured: Measured | None, verdict: Verdict, reason: str) -> Row:
        count = measured.count if measured else None
        return Row(
            layer=line.name,
            block=line.block,
            operator=line.operator.name,
            kind=kind(line.operator.name, line.inputs, line.hyper),
            module=measured.call.module if measured else "",
            input_shape=line.inputs[0],
            output_shape=line.output.shape,
            hyper=line.hyper,
            params_formula=line.cost.parameters,
            params_measured=measured.call.parameters if measured else None,
            macs_formula=self.unit.weigh(line.operator.name, line.hyper, line.cost),
            macs_measured=None if count is None else count * self.scale(line.operator),
            verdict=verdict,
            reason=reason,
            multilinear=line.operator.multilinear,
        )

    def _unknown_to_paper(self, measured: Measured) -> Row:
        call, operator = measured.call, _operator(measured.call.operator)
        hyper = operator.complete(call.hyper, len(call.output) - 2) if operator else {}
        return Row(
            layer=call.module or call.aten,
            block=call.module.partition(".")[0],
            operator=call.operator or call.aten,
            kind=kind(call.operator or call.aten, call.inputs, hyper),
            module=call.module,
            input_shape=call.inputs[0] if call.inputs else None,
            output_shape=call.output,
            hyper=hyper,
            params_formula=None,
            params_measured=call.parameters,
            macs_formula=None,
            macs_measured=measured.count,
            verdict=Verdict.NO_FORMULA,
            reason="the model calls this, the formula has no such layer",
            multilinear=operator is not None and operator.multilinear,
        )

    def _judge(self, line: Line, measured: Measured) -> tuple[Verdict, str]:
        call, operator = measured.call, line.operator
        differences = _differences(line, measured)
        if differences:
            return Verdict.DISAGREE, differences
        formula = operator(*call.inputs, **call.hyper)
        if formula.shape != call.output:
            return Verdict.DISAGREE, f"the formula derives output {formula.shape}, the model gave {call.output}"
        if line.cost.parameters != call.parameters:
            return Verdict.DISAGREE, f"{line.cost.parameters} parameters in the formula, {call.parameters} in the model"
        count = self.unit.weigh(operator.name, line.hyper, line.cost)
        if measured.count is None:
            return Verdict.UNCOUNTED, measured.reason
        found = measured.count * self.scale(operator)
        if found == count:
            return Verdict.AGREE, ""
        rule = self.fvcore.rule(operator.name, line.hyper)
        expected = self.fvcore.weigh(operator.name, line.hyper, line.cost)
        if rule is not None and expected is not None and found == expected * self.scale(operator):
            return Verdict.CONVENTION, rule.sentence
        return Verdict.DISAGREE, f"fvcore counts {found}, the formula {count}, and no convention explains it"


_WORDS = {"out_channels": "output channels", "kernel_size": "kernel size", "out_features": "output features"}


def _differences(line: Line, measured: Measured) -> str:
    """How the model's layer is not the paper's, in words; empty if it is."""
    call = measured.call
    theirs = line.operator.complete(call.hyper, len(line.hyper.get("kernel_size", ()) or call.output[2:]))
    found = [
        f"{_WORDS.get(name, name.replace('_', ' '))} is {value} in the formula, {theirs.get(name)} in the model"
        for name, value in line.hyper.items()
        if theirs.get(name) != value and not (name == "padding" and line.output.shape == call.output)
    ]
    if not found and tuple(line.inputs) != _flat(call.inputs):
        shapes = [" and ".join(str(shape) for shape in side) for side in (line.inputs, _flat(call.inputs))]
        return f"input is {shapes[0]} in the formula, {shapes[1]} in the model: an earlier layer differs"
    return "; ".join(found)


def _totals(drawing: Drawing, rows: list[Row], capture: Capture, trace: FvcoreTrace, judge: _Judge) -> Totals:
    lines = drawing.lines
    # The first rows are the lines'; what fvcore left out of its trace is not in its total either.
    weighed = (
        judge.fvcore.weigh(line.operator.name, line.hyper, line.cost)
        for line, row in zip(lines, rows, strict=False)
        if row.verdict is not Verdict.UNCOUNTED
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
