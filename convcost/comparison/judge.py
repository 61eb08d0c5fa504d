"""What came of a layer: the paper's call against the model's and fvcore's count of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from convcost.comparison.align import FITTING, NEVER_CALLED, NO_SUCH_LAYER, ORDERLESS, differing_settings
from convcost.comparison.fvcore_counts import Measured, Unmeasured
from convcost.comparison.leeway import same_operands
from convcost.comparison.result import Row, Verdict
from convcost.core.convention import Convention
from convcost.core.cost import Cost
from convcost.core.numeric import Count
from convcost.core.op_call import OpCall
from convcost.core.registry import find

EARLIER = "an earlier layer differs"
"""How the reason of a row ends that follows from another one."""


def moves_only(measured: Measured) -> bool:
    """Tell whether a call is a view that the paper need not mention: no arithmetic, no parameters, nothing counted."""
    call = measured.call
    if call.result is None or call.parameters or measured.count or call.name in ("flatten", "concat"):
        return False
    return call.cost == Cost(activations=call.cost.activations, inputs=call.cost.inputs)


@dataclass(frozen=True)
class Judge:
    """Judges calls in a unit, knowing fvcore's convention."""

    unit: Convention
    fvcore: Convention

    @classmethod
    def of(cls, unit: str) -> Judge:
        """Return the judge of a unit, "macs" or "flops"."""
        return cls(find(Convention, unit, "unit"), find(Convention, "fvcore", "convention"))

    def expected(self, call: OpCall) -> int | None:
        """Return what fvcore counts of a call by its own convention, None where it has none."""
        return _whole(self.fvcore.weigh(call)) if call.operator else None

    def row(self, paper: OpCall | None, measured: Measured | None, leeway: str = "") -> Row:
        """Return the row of a paper's call and a model's; one of them may be missing.

        `leeway` says why one of them may be missing or different, if it may.
        """
        if paper is None:
            if measured is None:
                raise AssertionError("a row needs a call")
            verdict, call = Verdict.AGREE if leeway else Verdict.NO_FORMULA, measured.call
            return self._row(call, measured, verdict, leeway or NO_SUCH_LAYER, call.path or call.aten)
        if measured is None:
            verdict = Verdict.AGREE if leeway else Verdict.NOT_CALLED
            return self._row(paper, None, verdict, leeway or NEVER_CALLED, paper.path)
        compared = self._count(measured) if leeway else self._compared(paper, measured)
        return self._row(paper, measured, *compared, paper.path)

    def call_row(self, measured: Measured, name: str) -> Row:
        """Return the row of a call that no paper speaks of: the operator's own formula against fvcore's count."""
        call = measured.call
        if call.result is None:
            reason = f"the registry has no formula for this use of {call.aten}"
            return replace(self._row(call, measured, Verdict.NO_FORMULA, reason, name), params_formula=call.parameters)
        if not _as_derived(call):
            return self._row(call, measured, Verdict.DISAGREE, _shapes(call), name)
        return self._row(call, measured, *self._count(measured), name)

    def in_real_numbers(self, row: Row) -> Row:
        """Return a row with four real multiply-accumulates for each complex one, beside what fvcore counts."""
        call = row.call.in_real_numbers()
        if call is row.call:
            return row
        row = replace(row, call=call, macs_formula=_whole(self.unit.weigh(call)))
        if row.verdict is not Verdict.AGREE or not row.difference:
            return row
        reason = "fvcore counts a complex multiply-accumulate as one"
        return replace(row, verdict=Verdict.CONVENTION, reason=reason)

    def _row(self, call: OpCall, measured: Measured | None, verdict: Verdict, reason: str, name: str) -> Row:
        """Return a row with those of the formula's counts that belong to it."""
        known = verdict is not Verdict.NO_FORMULA
        model, count = (measured.call, measured.count) if measured else (None, None)
        # A model's weights may be computed, or an operand: what reaches the call is its own.
        parameters = int(call.parameters if call is model else call.cost.parameters)
        return Row(
            layer=name,
            call=call,
            verdict=verdict,
            reason=reason,
            module=model.path if model else "",
            params_formula=parameters if known else None,
            params_measured=model.parameters if model else None,
            macs_formula=_whole(self.unit.weigh(call)) if known else None,
            macs_measured=None if count is None else count * self._scale(call),
            activations=int(call.cost.activations) if known and _as_derived(call) else None,
        )

    def _scale(self, call: OpCall) -> int:
        """Return how many operations of the unit one multiply-accumulate is, as fvcore prints these."""
        rule = self.unit.rule(call) if call.is_product else None
        return (rule.weights or {}).get("macs", 1) if rule else 1

    def _compared(self, paper: OpCall, measured: Measured) -> tuple[Verdict, str]:
        call = measured.call
        differences = _differences(paper, call)
        if differences:
            return Verdict.DISAGREE, differences
        if not _as_derived(call):
            return Verdict.DISAGREE, _shapes(call)
        if call.cost != paper.cost:
            return Verdict.DISAGREE, f"the model's call costs {call.cost}, the paper's {paper.cost}"
        if paper.parameters != call.parameters:
            return Verdict.DISAGREE, f"{paper.parameters} parameters in the formula, {call.parameters} in the model"
        return self._count(measured)

    def _count(self, measured: Measured) -> tuple[Verdict, str]:
        """Compare fvcore's count of a call with the formula's; return the verdict and its reason."""
        call = measured.call
        count, rule = self.unit.weigh(call), self.fvcore.rule(call)
        if measured.count is None:
            if measured.why is Unmeasured.NO_HANDLE and rule is not None and rule.weights is None:
                return Verdict.UNCOUNTED, rule.sentence
            return Verdict.DISAGREE if measured.why is Unmeasured.LEFT_OUT else Verdict.UNCOUNTED, measured.reason
        found = measured.count * self._scale(call)
        if found == count:
            return Verdict.AGREE, ""
        if rule is not None and measured.count == rule.count(call):
            return Verdict.CONVENTION, rule.sentence
        fault = next((fault for fault in self.fvcore.faults if fault.count(call) == measured.count), None)
        if fault is not None:
            return Verdict.DISAGREE, fault.sentence
        return Verdict.DISAGREE, f"fvcore counts {found}, the formula {count}, and no convention explains it"


def _whole(count: Count | None) -> int | None:
    return None if count is None else int(count)


def _as_derived(call: OpCall) -> bool:
    """Tell whether a call's output is what the formula derives."""
    return call.result is not None and call.result.shape == call.output


def _shapes(call: OpCall) -> str:
    derived = call.result.shape if call.result else None
    return f"the formula derives output {derived}, the model gave {call.output}"


def _differences(paper: OpCall, call: OpCall) -> str:
    """Return how the model's layer is not the paper's, in words; empty if it is."""
    # How the windows are fitted in does not matter where as many of them come out.
    found = differing_settings(paper, call, without=FITTING if paper.output == call.output else ())
    ours, theirs = paper.shapes, call.shapes
    if paper.name in ORDERLESS:
        ours, theirs = tuple(sorted(ours)), tuple(sorted(theirs))
    if not found and ours != theirs and not same_operands(paper, call):
        shapes = [" and ".join(str(shape) for shape in side) for side in (ours, theirs)]
        return f"input is {shapes[0]} in the formula, {shapes[1]} in the model: {EARLIER}"
    return "; ".join(found)
