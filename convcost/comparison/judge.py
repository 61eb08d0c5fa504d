"""What came of a layer: the paper's line against the model's call and fvcore's count of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from convcost.comparison.align import ORDERLESS, signature
from convcost.comparison.join import Measured
from convcost.comparison.row import Row
from convcost.comparison.verdict import Verdict
from convcost.core.builder import OpCall
from convcost.core.convention import Convention
from convcost.core.cost import Cost
from convcost.core.numeric import Count
from convcost.core.outline import kind
from convcost.core.record import Operator
from convcost.core.registry import find

EARLIER = "an earlier layer differs"
"""How the reason of a row ends that follows from another one."""


def operator_of(name: str | None) -> Operator | None:
    """The book's operator of a call, None where it has no formula."""
    return find(Operator, name, "operator") if name else None


def moves_only(measured: Measured) -> bool:
    """A view that the paper need not mention: no arithmetic, no parameters, nothing that fvcore counts."""
    operator = operator_of(measured.call.operator)
    if operator is None or measured.call.parameters or measured.count or measured.call.operator == "flatten":
        return False
    cost = operator(*measured.call.inputs, **measured.call.hyper).cost
    return cost == Cost(activations=cost.activations, inputs=cost.inputs) and operator.name != "concat"


def call_signature(measured: Measured) -> Any:
    """What makes a call the same layer as a line of the paper."""
    call = measured.call
    operator = operator_of(call.operator)
    if operator is None:
        return call.aten, call.inputs, ()
    return signature(operator.name, _flat(call.inputs), operator.complete(call.hyper, len(call.output) - 2))


def _flat(inputs: Sequence[Any]) -> tuple[Any, ...]:
    """Input shapes one after another; a concatenation has a list of them."""
    return inputs[0] if inputs and inputs[0] and isinstance(inputs[0][0], tuple) else tuple(inputs)


@dataclass(frozen=True)
class Judge:
    """Judges in a unit, knowing fvcore's convention."""

    unit: Convention
    fvcore: Convention

    def scale(self, operator: Operator | None) -> int:
        """fvcore prints multiply-accumulates; in the unit of FLOPs each is two."""
        if operator is None or not operator.is_product:
            return 1
        rule = self.unit.rule(operator.name, {})
        return (rule.weights or {}).get("macs", 1) if rule else 1

    def expected(self, measured: Measured) -> int | None:
        """What fvcore counts of a call by its own convention, None where it has none."""
        call, operator = measured.call, operator_of(measured.call.operator)
        if operator is None:
            return None
        return _known(self.fvcore.weigh(operator.name, call.hyper, operator(*call.inputs, **call.hyper).cost))

    def row(self, line: OpCall | None, measured: Measured | None) -> Row:
        """The row of a pair; one side may be missing."""
        if line is not None and measured is not None:
            return self._row(line, measured, *self._judge(line, measured))
        if line is not None:
            return self._row(line, None, Verdict.NOT_CALLED, "the formula has this layer, the model never calls it")
        if measured is not None:
            return self._unknown_to_paper(measured)
        raise AssertionError("a row needs a line or a call")

    def _row(self, line: OpCall, measured: Measured | None, verdict: Verdict, reason: str) -> Row:
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
            params_formula=int(line.cost.parameters),
            params_measured=measured.call.parameters if measured else None,
            macs_formula=_known(self.unit.weigh(line.operator.name, line.hyper, line.cost)),
            macs_measured=None if count is None else count * self.scale(line.operator),
            verdict=verdict,
            reason=reason,
            is_product=line.operator.is_product,
            activations=int(line.cost.activations),
        )

    def _unknown_to_paper(self, measured: Measured) -> Row:
        reason = "the model calls this, the formula has no such layer"
        return self._of_call(measured, measured.call.module or measured.call.aten, None, Verdict.NO_FORMULA, reason)

    def call_row(self, measured: Measured, name: str) -> Row:
        """The row of a call that no paper speaks of: the operator's own formula against fvcore's count."""
        call, operator = measured.call, operator_of(measured.call.operator)
        if operator is None:
            reason = f"the book has no formula for this use of {call.aten}"
            return self._of_call(measured, name, None, Verdict.NO_FORMULA, reason)
        formula = operator(*call.inputs, **call.hyper)
        if formula.shape != call.output:
            reason = f"the formula derives output {formula.shape}, the model gave {call.output}"
            return replace(self._of_call(measured, name, formula.cost, Verdict.DISAGREE, reason), activations=None)
        return self._of_call(measured, name, formula.cost, *self._count(operator, measured, formula.cost))

    def _of_call(self, measured: Measured, name: str, cost: Cost | None, verdict: Verdict, reason: str) -> Row:
        call, operator = measured.call, operator_of(measured.call.operator)
        hyper = operator.complete(call.hyper, len(call.output) - 2) if operator else {}
        return Row(
            layer=name,
            block=call.module.partition(".")[0],
            operator=call.operator or call.aten,
            kind=kind(call.operator or call.aten, call.inputs, hyper),
            module=call.module,
            input_shape=_flat(call.inputs)[0] if call.inputs else None,
            output_shape=call.output,
            hyper=hyper,
            params_formula=_weights(int(cost.parameters), call.parameters) if cost else None,
            params_measured=call.parameters,
            macs_formula=_known(self.unit.weigh(operator.name, call.hyper, cost)) if operator and cost else None,
            macs_measured=measured.count if measured.count is None else measured.count * self.scale(operator),
            verdict=verdict,
            reason=reason,
            is_product=operator is not None and operator.is_product,
            activations=int(cost.activations) if cost else None,
        )

    def _judge(self, line: OpCall, measured: Measured) -> tuple[Verdict, str]:
        call, operator = measured.call, line.operator
        differences = _differences(line, measured)
        if differences:
            return Verdict.DISAGREE, differences
        formula = operator(*call.inputs, **call.hyper)
        if formula.shape != call.output:
            return Verdict.DISAGREE, f"the formula derives output {formula.shape}, the model gave {call.output}"
        if formula.cost != line.cost:
            return Verdict.DISAGREE, f"what the model calls costs {formula.cost}, the paper's line {line.cost}"
        if line.cost.parameters != call.parameters:
            return Verdict.DISAGREE, f"{line.cost.parameters} parameters in the formula, {call.parameters} in the model"
        return self._count(operator, measured, line.cost)

    def _count(self, operator: Operator, measured: Measured, cost: Cost) -> tuple[Verdict, str]:
        """fvcore's count of a call against the formula's."""
        call = measured.call
        count = self.unit.weigh(operator.name, call.hyper, cost)
        rule = self.fvcore.rule(operator.name, call.hyper)
        if measured.count is None:
            reason = (
                rule.sentence if rule and rule.weights is None and call.aten in measured.reason else measured.reason
            )
            return (Verdict.DISAGREE if measured.unused else Verdict.UNCOUNTED), reason
        found = measured.count * self.scale(operator)
        if found == count:
            return Verdict.AGREE, ""
        expected = self.fvcore.weigh(operator.name, call.hyper, cost)
        if rule is not None and expected is not None and found == expected * self.scale(operator):
            return Verdict.CONVENTION, rule.sentence
        fault = self.fvcore.fault(operator.name, call.inputs, call.hyper, cost, measured.count)
        if fault is not None:
            return Verdict.DISAGREE, fault.sentence
        return Verdict.DISAGREE, f"fvcore counts {found}, the formula {count}, and no convention explains it"


def _weights(formula: int, used: int) -> int | None:
    """A formula's parameters where these are the model's: 0 for weights that were used before or computed.

    None where other parameters were used than the formula has: a parameter that is an operand is no weight.
    """
    return used if used in (0, formula) else None


def _known(count: Count | None) -> int | None:
    return None if count is None else int(count)


_WORDS = {"out_channels": "output channels", "kernel_size": "kernel size", "out_features": "output features"}


def _differences(line: OpCall, measured: Measured) -> str:
    """How the model's layer is not the paper's, in words; empty if it is."""
    call = measured.call
    theirs = line.operator.complete(call.hyper, len(line.hyper.get("kernel_size", ()) or call.output[2:]))
    found = [
        f"{_WORDS.get(name, name.replace('_', ' '))} is {value} in the formula, {theirs.get(name)} in the model"
        for name, value in line.hyper.items()
        # How the windows are fitted in does not matter where as many of them come out.
        if theirs.get(name) != value and not (name in ("padding", "ceil_mode") and line.output.shape == call.output)
    ]
    ours, others = tuple(line.inputs), _flat(call.inputs)
    if line.operator.name in ORDERLESS:
        ours, others = tuple(sorted(ours)), tuple(sorted(others))
    if not found and ours != others:
        shapes = [" and ".join(str(shape) for shape in side) for side in (ours, others)]
        return f"input is {shapes[0]} in the formula, {shapes[1]} in the model: {EARLIER}"
    return "; ".join(found)
