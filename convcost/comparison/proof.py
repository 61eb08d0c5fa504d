"""Whether a paper's formula and a real model's are one function of batch, height and width."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from convcost.comparison.align import NEVER_CALLED, NO_SUCH_LAYER, align_calls, differing_settings
from convcost.comparison.leeway import Pair
from convcost.core.architecture import Network
from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count
from convcost.core.op_call import OpCall
from convcost.core.record import Operator
from convcost.core.registry import find
from convcost.symbolic.closed_form import ImageForm
from convcost.symbolic.derivation import Derivation
from convcost.symbolic.domain import Domain
from convcost.symbolic.equality import Counterexample, counterexample, equal, without_what_holds_anyway
from convcost.symbolic.expressions import expression, to_sympy
from convcost.symbolic.form import Form
from convcost.symbolic.resolution import Terms, collected, difference, text

QUANTITIES: dict[str, Callable[[OpCall], Count]] = {
    "MACs": lambda call: call.cost.macs,
    "parameters": lambda call: call.parameters,
}
TOTAL = "total"
UNUSED = "never used"
"""The stage of the parameters that no call of the model uses."""


@dataclass(frozen=True)
class DifferingLayer:
    """A layer in which the sides differ, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Statement:
    """What holds of a quantity in a stage: a function of the sizes, its `terms` collected by resolution."""

    quantity: str
    stage: str
    terms: Terms

    @property
    def expression(self) -> Any:
        """The function as a SymPy expression in B, H and W."""
        return sum((coefficient * size for coefficient, size in self.terms), expression(0))


class Theorem(Statement):
    """The two are this function everywhere in the domain."""


@dataclass(frozen=True)
class Residual(Statement):
    """What the model has more than the formula, the smallest input that shows it, and the layers it is in.

    `left` of the counterexample is the formula's value, `right` the model's.
    """

    counterexample: Counterexample
    layers: tuple[DifferingLayer, ...]

    @property
    def sentence(self) -> str:
        """The residual in words, without the counterexample."""
        signs = {coefficient.could_extract_minus_sign() for coefficient, _ in self.terms}
        if signs == {False}:
            return f"the model has {text(self.terms)} more"
        if signs == {True}:
            return f"the model has {text(tuple((-c, size) for c, size in self.terms))} fewer"
        return f"the model less the formula is {text(self.terms)}"


@dataclass(frozen=True)
class Proof:
    """Every statement of one comparison: the totals first, then stage by stage.

    `unknown` has the operators that the model calls and the registry has no formula for, and how often: nothing is
    said of their multiply-accumulates, and nothing is proved of the model's.
    """

    domain: Domain
    statements: tuple[Theorem | Residual, ...]
    unknown: Mapping[str, int] = field(default_factory=dict)

    @property
    def proved(self) -> bool:
        """Whether all are theorems, and all of the model is in them."""
        return not self.residuals and not self.unknown

    @property
    def totals(self) -> tuple[Theorem | Residual, ...]:
        """The statements about the whole network."""
        return tuple(s for s in self.statements if s.stage == TOTAL)

    @property
    def residuals(self) -> tuple[Residual, ...]:
        """What is not equal, the totals first."""
        return tuple(s for s in self.statements if isinstance(s, Residual))

    @property
    def words(self) -> str:
        """The domain in one line."""
        return self.domain.words(self.domain.least)


def counting_calls(network: Network) -> list[OpCall]:
    """Return the calls that multiply and accumulate or have parameters; their block is the outermost one, a stage."""
    counting = (call for call in network.calls if _counts(call.cost.macs, call.parameters))
    return [replace(call, block=call.block.partition(".")[0]) for call in counting]


def _counts(macs: Count, parameters: Count) -> bool:
    return not (expression(macs) == 0 and expression(parameters) == 0)


def prove_derived(form: ImageForm, derived: Derivation) -> Proof:
    """Prove a network for any image equal to a derivation of the model, where both speak of the input's sizes.

    The domain is where both are one network: from the least image of the paper on, under the model's conditions.
    """
    guards = {*form.domain.guards, *Domain.of(derived.symbols, derived.conditions).guards}
    domain = without_what_holds_anyway(Domain(form.domain.least, tuple(sorted(guards, key=str))))
    proof = prove(counting_calls(form.network), _derived_calls(derived), domain)
    return Proof(proof.domain, proof.statements, derived.unknown)


def _derived_calls(derived: Derivation) -> list[OpCall]:
    """Return the calls of a derivation that multiply and accumulate or have parameters, in SymPy's terms."""
    known: dict[Form, Count] = {}
    found: list[OpCall] = []
    for entry in derived.entries:
        macs: Count = 0
        if entry.macs is not None:
            macs = known[entry.macs] if entry.macs in known else known.setdefault(entry.macs, to_sympy(entry.macs))
        if not _counts(macs, entry.parameters):
            continue
        name = entry.module or entry.aten
        found.append(
            OpCall(
                path=name,
                operator=find(Operator, entry.operator, "operator") if entry.operator else None,
                aten=entry.aten,
                inputs=_number(entry.inputs),
                hyper={name: _number(value) for name, value in entry.hyper.items()},
                output=entry.output,
                parameters=entry.parameters,
                result=Result((), Cost(macs=macs)),
                block=name.partition(".")[0],
            )
        )
    if unused := derived.parameters - sum(entry.parameters for entry in derived.entries):
        found.append(OpCall(UNUSED, None, "", (), {}, (), unused, block=UNUSED))
    return found


def _number(value: Any) -> Any:
    """Return numbers for the forms that are numbers, in any nesting."""
    if isinstance(value, tuple):
        return tuple(map(_number, value))
    return value.number if isinstance(value, Form) and value.number is not None else value


def prove(formula: Sequence[OpCall], model: Sequence[OpCall], domain: Domain) -> Proof:
    """Decide, in total and stage by stage, whether both sides are equal everywhere in the domain.

    A call of the model is in the stage of the paper's call that it is; one without is in the stage before it.
    Raises UndecidableError where an expression is outside the class that can be decided.
    """
    pairs = align_calls(formula, model)
    sides = [(TOTAL, [*range(len(formula))], [*range(len(model))]), *_stages(formula, model, pairs)]
    statements: list[Theorem | Residual] = []
    for stage, ours, theirs in sides:
        for quantity, count in QUANTITIES.items():
            left = expression(sum(count(formula[i]) for i in ours))
            right = expression(sum(count(model[j]) for j in theirs))
            found = counterexample(left, right, domain)
            if found is None:
                statements.append(Theorem(quantity, stage, collected(left, domain)))
            else:
                rows = [(i, j) for i, j in pairs if i in ours or j in theirs]
                layers = tuple(_different(formula, model, rows, quantity, domain))
                terms = difference(right, left, domain)
                statements.append(Residual(quantity, stage, terms, found, layers))
    return Proof(domain, tuple(statements))


def _stages(
    formula: Sequence[OpCall], model: Sequence[OpCall], pairs: Sequence[Pair]
) -> list[tuple[str, list[int], list[int]]]:
    partners = {j: i for i, j in pairs if i is not None and j is not None}
    found: dict[str, tuple[list[int], list[int]]] = {}
    for i, call in enumerate(formula):
        found.setdefault(call.block, ([], []))[0].append(i)
    stage = next(iter(found), TOTAL)
    for j, call in enumerate(model):
        stage = formula[partners[j]].block if j in partners else UNUSED if call.block == UNUSED else stage
        found.setdefault(stage, ([], []))[1].append(j)
    return [(name, ours, theirs) for name, (ours, theirs) in found.items()]


def _different(
    formula: Sequence[OpCall], model: Sequence[OpCall], pairs: Iterable[Pair], quantity: str, domain: Domain
) -> Iterable[DifferingLayer]:
    count = QUANTITIES[quantity]
    for i, j in pairs:
        ours, theirs = (None if i is None else formula[i]), (None if j is None else model[j])
        left, right = (count(call) if call else 0 for call in (ours, theirs))
        layer = ours or theirs
        if layer is not None and not equal(left, right, domain):
            yield DifferingLayer(layer.path, _reason(ours, theirs, quantity))


# Settings that the other quantity depends on alone.
_WITHOUT = {"MACs": ("bias",), "parameters": ("stride", "padding", "dilation", "ceil_mode")}


def _reason(ours: OpCall | None, theirs: OpCall | None, quantity: str) -> str:
    if theirs is None:
        return NEVER_CALLED
    if ours is None:
        if theirs.block == UNUSED:
            return "parameters that the model has and no call of it uses"
        return NO_SUCH_LAYER
    return "; ".join(differing_settings(ours, theirs, _WITHOUT[quantity])) or "its input differs: an earlier layer does"
